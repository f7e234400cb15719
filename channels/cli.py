"""`./run …` and `python -m channels …`: what can be done with Laurel from a terminal."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer

from channels.accounts_cli import accounts, identities, tokens
from channels.obstacles import CannotStart
from channels.settings import Settings
from channels.terminal import err, out, running

app = typer.Typer(
    name="laurel",
    help="Laurel — thi đua, khen thưởng · emulation and commendation.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
load = typer.Typer(no_args_is_help=True)
app.add_typer(load, name="load", help="Nạp dữ liệu · Load data.")
files = typer.Typer(no_args_is_help=True)
app.add_typer(files, name="files", help="Tệp của hồ sơ · The files of dossiers.")
app.add_typer(accounts, name="accounts", help="Tài khoản và vai trò · Accounts and their roles.")
app.add_typer(tokens, name="tokens", help="Mã truy cập của chương trình · Programs' tokens.")
app.add_typer(identities, name="identities", help="Danh tính ở nơi khác · Identities of elsewhere, see LAUREL_OIDC.")

Port = Annotated[int | None, typer.Option(min=1, max=65535, help="Cổng · the port (LAUREL_PORT, 8000).")]
Host = Annotated[str | None, typer.Option(help="Địa chỉ nghe · the address to listen on (LAUREL_HOST, 127.0.0.1).")]
Scale = Annotated[int, typer.Option(min=1, max=100, help="1: 2.000 hồ sơ · dossiers; 10: 20.000.")]
Seed = Annotated[int, typer.Option(help="Hạt giống · the same seed gives the same data.")]


@app.command()
def demo(port: Port = None, host: Host = None, scale: Scale = 1, seed: Seed = 37) -> None:
    """Chạy thử với dữ liệu giả định · Servers, invented data and the three channels, with nothing to set up."""
    from channels import serving

    settings = replace(asked(port, host), demo=True, secure_cookies=os.environ.get("LAUREL_SECURE_COOKIES") == "true")
    if "LAUREL_RATES" not in os.environ:
        settings = replace(settings, rates=replace(settings.rates, times=100))  # one person plays everybody
    fit(settings)
    listener = serving.listen(settings.host, settings.port)  # before anything slow
    from channels import database, welcome
    from channels.progress import progress
    from channels.secret import secret_of
    from models.demo.tracking import receipt

    with running(settings) as live:
        with progress(err) as told:
            asyncio.run(database.prepare_demo(live.database_url, scale, seed, told))
        tracked = asyncio.run(receipt(live.database_url, secret_of(live)))
        serves = restricted(settings, live)
        from channels.app import create_app

        serving.run(create_app(serves), serves, listener, lambda address: welcome.say(out, address, tracked))


@app.command()
def serve(
    port: Port = None,
    host: Host = None,
    workers: Annotated[
        int, typer.Option(min=1, max=64, help="Số tiến trình trên một cổng · processes on one port.")
    ] = 1,
) -> None:
    """Phục vụ ba kênh · Serve the three channels on the data that are there."""
    from channels import serving

    settings = asked(port, host)
    fit(settings)
    listener = serving.listen(settings.host, settings.port)
    from channels import database

    with running(settings) as live:
        asyncio.run(database.prepare(live.database_url))
        (alone if workers == 1 else several)(restricted(settings, live), listener, workers)


def fit(settings: Settings) -> None:
    """Raise NotForProduction where they are for real data and something stands against that."""
    if settings.production:
        from channels import production

        production.must_be_fit(settings)


def restricted(settings: Settings, live: Settings) -> Settings:
    """The settings to serve by: on a server of our own as a role that may only serve."""
    from channels import database

    if settings.database_url:
        return live
    return replace(live, database_url=asyncio.run(database.as_application(live.database_url)))


def alone(live: Settings, listener: socket.socket, _: int) -> None:
    """Serve by this process."""
    from channels import serving
    from channels.app import create_app

    serving.run(create_app(live), live, listener, say_ready)


def several(live: Settings, listener: socket.socket, count: int) -> None:
    """Serve by several processes; that PostgreSQL may run out of connections is said, and they begin all the same."""
    from channels import workers

    if short := asyncio.run(workers.too_many(live, count)):
        err.print(
            f"⚠ {count} tiến trình có thể cần {short[0]} kết nối, PostgreSQL cho {short[1]}: hãy giảm LAUREL_READERS"
            f" hoặc tăng max_connections\n  {count} workers may need {short[0]} connections, PostgreSQL gives"
            f" {short[1]}: lower LAUREL_READERS or raise max_connections"
        )
    workers.run(live, listener, count, say_ready)


def say_ready(address: str) -> None:
    """The line that programs wait for."""
    out.print(f"ready {address}", soft_wrap=True)
    out.file.flush()


@app.command(hidden=True)
def worker(number: int, listener: int, parent: int) -> None:
    """Một tiến trình của `serve --workers` · One process of `serve --workers`, which ends with its parent."""
    from channels import serving
    from channels.app import create_app
    from channels.embedded import launch

    with running(Settings.from_environment()) as live:
        launch.die_with(parent, signal.SIGTERM)
        serving.run(create_app(live), live, socket.socket(fileno=listener), say_ready, worker=number)


@app.command()
def migrate() -> None:
    """Đưa cơ sở dữ liệu lên bản mới nhất · Bring the database to the newest revision, with the catalogue."""
    from channels import database

    with running(Settings.from_environment()) as live:
        asyncio.run(database.prepare(live.database_url))
        if live.application_role:
            asyncio.run(database.allow(live.database_url, live.application_role))
        out.print(f"✓ {database.place(live.database_url)}")


@load.command("catalogue")
def load_catalogue() -> None:
    """Danh mục: loại khen thưởng, thẩm quyền, lịch nghỉ · Award types, authorities, rule sets, days off."""
    from channels import database
    from channels.progress import progress
    from models import catalogue
    from models import database as tables
    from models.reschedule import reschedule

    with running(Settings.from_environment()) as live, progress(err) as told:
        asyncio.run(database.require(live.database_url))
        asyncio.run(tables.migrate(live.database_url))
        asyncio.run(catalogue.load(live.database_url, told))
        asyncio.run(reschedule(live.database_url, told))


@load.command("demo")
def load_demo(scale: Scale = 1, seed: Seed = 37) -> None:
    """Dữ liệu minh hoạ · Invented agencies, people, dossiers and awards."""
    from channels import database
    from channels.progress import progress

    with running(Settings.from_environment()) as live, progress(err) as told:
        made = asyncio.run(database.prepare_demo(live.database_url, scale, seed, told))
    out.print("✓ đã nạp · loaded" if made else "✓ đã có sẵn · they were there already")


@app.command()
def verify(
    noted: Annotated[
        list[str] | None, typer.Argument(help="Con trỏ đã ghi ở nơi khác · cursors noted elsewhere.")
    ] = None,
    checkpoint: Annotated[
        Path | None,
        typer.Option(help="Ghi mốc vào tệp, để cất nơi khác · add a checkpoint to this file, to be kept elsewhere."),
    ] = None,
    against: Annotated[
        Path | None, typer.Option(help="So với các mốc đã cất · compare with the checkpoints in this file.")
    ] = None,
    repair: Annotated[
        bool, typer.Option("--repair", help="Nhận nhật ký vừa phục hồi vào cụm này · adopt a restored journal.")
    ] = False,
) -> None:
    """Kiểm tra chuỗi nhật ký · Work out every hash of the journal again; ends with 1 where it was tampered with."""
    from channels.journal import verified

    with running(Settings.from_environment()) as live:
        more = {"against": against, "checkpoint": checkpoint}
        sound = asyncio.run(verified(live.database_url, noted or (), out, **more, repair=repair, err=err))
    raise typer.Exit(0 if sound else 1)


@files.command("sweep")
def sweep_files() -> None:
    """Dọn tệp không thuộc tài liệu nào · Remove what uploads left behind: broken off, or never a paper's."""
    from channels.files.sweep import sweep

    with running(Settings.from_environment()) as live:
        swept = asyncio.run(sweep(live))
    out.print(
        f"✓ {swept.begun} dở dang · broken off, {swept.waiting} chờ quá hạn · waited, {swept.contents} đã xóa · gone"
    )


@app.command()
def schema() -> None:
    """In lược đồ GraphQL · Print the GraphQL schema."""
    out.out(import_module("schema").schema.as_str())


@app.command()
def codes() -> None:
    """Các mã từ chối và ý nghĩa · Every code a request may be refused with, and what it says."""
    out.out(import_module("channels.codes").table())


@app.command()
def documents(
    as_json: Annotated[bool, typer.Option("--json", help="Mỗi dòng một đối tượng · one JSON object a line.")] = False,
) -> None:
    """Tài liệu đã đăng ký của các kênh · The registered documents: names, ids, and what each costs."""
    from channels import register
    from schema import schema as laurel

    register.show(out, laurel._schema, as_json=as_json)


def asked(port: int | None, host: str | None) -> Settings:
    """The environment's settings, which the command line overrules."""
    settings = Settings.from_environment()
    return replace(settings, port=port or settings.port, host=host or settings.host)


def main() -> None:
    """Run the command; what keeps it from starting is said in two languages, without a traceback."""
    try:
        app(prog_name="./run")
    except CannotStart as obstacle:
        err.print(f"[bold red]✗[/] {obstacle.vietnamese}\n  {obstacle.english}", soft_wrap=True)
        err.print(obstacle.details, style="dim", markup=False, soft_wrap=True)
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
