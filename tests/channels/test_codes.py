"""The one list of codes: each says what to do in both languages, and nothing is answered with any other."""

from __future__ import annotations

import re
from pathlib import Path

from typer.testing import CliRunner

from channels.cli import app
from channels.codes import every

ROOT = Path(__file__).parents[2]
VIETNAMESE = re.compile(r"[đăâêôơưáàảãạấầẩẫậắằẳẵặéèẻẽẹếềểễệíìỉĩịóòỏõọốồổỗộớờởỡợúùủũụứừửữựýỳỷỹỵ]")


def test_each_code_has_a_status_and_says_what_to_do_in_both_languages() -> None:
    for code in every():
        assert re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code.name)
        assert code.status == "200" or 400 <= int(code.status) < 600
        assert VIETNAMESE.search(code.vietnamese.lower()), code
        assert not VIETNAMESE.search(code.english.lower().replace("đồng", "")), code
        assert code.english.endswith((".", "…")), code


def test_every_code_that_is_written_anywhere_is_in_the_list() -> None:
    """A code is a member of a list, or the literal of `extensions={"code": …}`; none is made up elsewhere."""
    known = {code.name for code in every()}
    for floor in ("channels", "schema", "resolvers", "models"):
        for file in (ROOT / floor).rglob("*.py"):
            written = re.findall(r"""["']code["']: ["']([A-Z_]+)["']""", file.read_text("utf-8"))
            assert known >= set(written), file


def test_the_list_is_told_on_the_command_line() -> None:
    said = CliRunner().invoke(app, ["codes"]).stdout
    assert "| `TOO_COSTLY` | 422 | " in said
    assert "| 4429 | too many initialisation requests |" in said
    assert said.count("\n") > 80
