"""The production profile: nothing is served that something stands against, and all of it is told at once."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from secrets import token_hex, token_urlsafe
from typing import Any

import asyncpg
import pytest
from argon2 import PasswordHasher

from channels.budgets import Rates
from channels.database import as_application
from channels.production import NotForProduction, must_be_fit, of_database, of_settings
from channels.settings import Settings
from models.demo import ACCOUNTS
from tests.conftest import apart
from tests.pristine import dsn

STRONG = "k7Rt-92hs-Wq4m"
FIT = Settings(
    production=True,
    database_url=f"postgresql+asyncpg://laurel_app:{STRONG}@db/laurel",
    redis_url=f"rediss://:{STRONG}@redis/0",
    address="https://laurel.example",
    origins=("https://m.laurel.example",),
)
ROOT = Path(__file__).resolve().parent.parent.parent


def against(**more: Any) -> list[str]:
    """What stands against settings that are fit but for this, in English."""
    problems = list(of_settings(replace(FIT, **more)))
    assert all(problem.vietnamese != problem.english for problem in problems)
    return [problem.english for problem in problems]


def test_nothing_stands_against_settings_that_are_fit() -> None:
    assert against() == []


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"database_url": ""}, "DATABASE_URL is missing"),
        ({"redis_url": ""}, "REDIS_URL is missing"),
        ({"secure_cookies": False}, "LAUREL_SECURE_COOKIES"),
        ({"log_level": "debug"}, "LAUREL_LOG_LEVEL=info"),
        ({"address": None}, "LAUREL_ADDRESS"),
        ({"address": "http://laurel.example"}, "LAUREL_ADDRESS"),
        ({"origins": ("https://a.example", "http://b.example")}, "(http://b.example)"),
        ({"demo": True}, "./run serve"),
        ({"rates": Rates(times=0)}, "LAUREL_RATES=none"),
    ],
)
def test_each_unfit_setting_is_named_with_what_to_do(more: dict[str, Any], said: str) -> None:
    (problem,) = against(**more)
    assert said in problem


@pytest.mark.parametrize(
    "secret", ["", "short", "postgres12345", "Password-2026", "laurel_app", "aaaabbbbaaaa", "changeme-please"]
)
def test_a_password_that_is_soon_guessed_is_refused_and_never_repeated(secret: str) -> None:
    for name, address in (
        ("database_url", "postgresql+asyncpg://laurel_app:{}@db/x"),
        ("redis_url", "redis://:{}@r/0"),
    ):
        (problem,) = against(**{name: address.format(secret)})
        assert "set a random one" in problem
        assert not secret or secret not in problem


@pytest.mark.parametrize(
    "secret", ["0123456789abcdef" * 2, "a" * 64, "changeme" + STRONG * 3, "laurel-secret-" + STRONG * 3, "abca" * 20]
)
def test_n_h08_a_key_that_is_soon_guessed_is_refused_and_never_repeated(secret: str) -> None:
    (problem,) = against(secret=secret)
    assert "LAUREL_SECRET" in problem
    assert secret not in problem


def test_a_key_that_is_random_or_made_stands_against_nothing() -> None:
    for secret in (None, token_urlsafe(24), token_hex(32)):
        assert against(secret=secret) == []


def test_who_comes_by_a_socket_of_this_machine_needs_no_password() -> None:
    assert against(database_url="postgresql+asyncpg://laurel_app@/laurel?host=/run/postgresql") == []
    assert against(redis_url="redis://127.0.0.1:6379/0") == []
    assert against(redis_url=None) == []
    assert against(database_url="postgresql+asyncpg://laurel_app@127.0.0.1/laurel") != []


async def names(url: str) -> list[str]:
    """What stands against a database, in English."""
    return [problem.english.partition(":")[0] for problem in await of_database(url)]


def test_the_owner_of_the_tables_does_not_serve_and_the_application_may(fresh_database_url: str) -> None:
    assert apart(lambda: names(fresh_database_url)) == ["The role in DATABASE_URL owns the tables"]
    application = apart(lambda: as_application(fresh_database_url))
    assert apart(lambda: names(application)) == []


@pytest.mark.parametrize(("secret", "active", "found"), [("demo", True, 1), ("demo", False, 0), ("other", True, 0)])
def test_demo_accounts_are_known_by_their_password_not_by_their_name(
    fresh_database_url: str, secret: str, active: bool, found: int
) -> None:
    account = ACCOUNTS[2]
    hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    hashed = hasher.hash(account.password if secret == "demo" else "của người thật")

    async def plant() -> None:
        connection = await asyncpg.connect(dsn(fresh_database_url))
        columns = "(id, username, full_name, password_hash, active) values (gen_random_uuid(), $1, 'A', $2, $3)"
        await connection.execute(f"insert into account {columns}", account.username, hashed, active)
        await connection.close()

    apart(plant)
    application = apart(lambda: as_application(fresh_database_url))
    assert len(apart(lambda: names(application))) == found


def test_all_that_stands_against_it_is_told_at_once_in_both_languages(fresh_database_url: str) -> None:
    wrong: dict[str, Any] = {"redis_url": "", "log_level": "debug", "address": None, "secure_cookies": False}
    unfit = replace(FIT, database_url=fresh_database_url, **wrong)
    with pytest.raises(NotForProduction) as refused:
        apart(lambda: _checked(unfit))
    said = refused.value
    assert len(said.problems) == 5, "the four, and that the tables' owner would serve"
    for language in (said.vietnamese, said.english):
        assert [f"\n  {n}. " in language for n in range(1, 7)] == [True] * 5 + [False]


async def _checked(settings: Settings) -> None:
    """Look from a thread of its own, as a command does."""
    import asyncio

    await asyncio.to_thread(must_be_fit, settings)


@pytest.mark.parametrize("command", ["serve", "demo"])
def test_the_command_ends_before_it_listens_and_says_what_to_do(command: str, tmp_path: Path) -> None:
    surrounding = {name: value for name, value in os.environ.items() if not name.startswith("LAUREL_")}
    ours = {"LAUREL_PROFILE": "production", "LAUREL_DATA": str(tmp_path / "data"), "LAUREL_LOG_LEVEL": "debug"}
    done = subprocess.run(
        [sys.executable, "-m", "channels", command],
        cwd=ROOT,
        env={k: v for k, v in (surrounding | ours).items() if k not in ("DATABASE_URL", "REDIS_URL")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    for said in ("LAUREL_PROFILE=production: phải sửa", "DATABASE_URL is missing", "LAUREL_LOG_LEVEL=info"):
        assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert not (tmp_path / "data").exists()


def test_a_database_that_does_not_answer_is_told_with_the_rest() -> None:
    unfit = replace(FIT, database_url=f"postgresql+asyncpg://laurel_app:{STRONG}@127.0.0.1:1/laurel", log_level="debug")
    with pytest.raises(NotForProduction) as refused:
        apart(lambda: _checked(unfit))
    assert len(refused.value.problems) == 2
    assert STRONG not in str(refused.value)
