"""How far a load is: a bar where somebody looks, a few lines where nobody does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

Told = Callable[[str, int, int], None]


@contextmanager
def progress(console: Console) -> Iterator[Told]:
    """Give a function to be told what is loaded now, how much is done and how much there is in all."""
    if not console.is_terminal:
        yield in_lines(console)
        return
    columns = (TextColumn("{task.description:<24}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bars:
        bar = bars.add_task("…", total=None)
        yield lambda what, done, total: bars.update(bar, description=what, completed=done, total=total)


def in_lines(console: Console, parts: int = 4) -> Told:
    """A line for each quarter of the way."""
    said = 0

    def told(what: str, done: int, total: int) -> None:
        nonlocal said
        part = parts * done // total if total else parts
        if part > said:
            console.print(f"… {done}/{total} {what}")
        said = part

    return told
