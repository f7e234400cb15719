"""Settings: what the environment says, and what is refused."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from channels.obstacles import BadSetting
from channels.settings import CHECKOUT, Settings


def read(**environment: str) -> Settings:
    return Settings.from_environment(environment)


def test_nothing_need_be_set() -> None:
    settings = read(PATH="/bin")
    assert settings == Settings()
    assert (settings.database_url, settings.redis_url, settings.host, settings.port) == ("", "", "127.0.0.1", 8000)
    assert settings.data == CHECKOUT / ".laurel"
    assert settings.secure_cookies


def test_each_variable_is_read_as_what_it_means() -> None:
    settings = read(
        LAUREL_PORT="9001",
        LAUREL_DATA="~/laurel",
        LAUREL_LOG_LEVEL="Debug",
        LAUREL_ORIGINS="https://a.vn/, https://b.vn:8443",
        LAUREL_SECURE_COOKIES="no",
        LAUREL_SESSION_HOURS="8",
    )
    assert (settings.port, settings.data, settings.log_level) == (9001, Path.home() / "laurel", "debug")
    assert settings.origins == ("https://a.vn", "https://b.vn:8443")
    assert not settings.secure_cookies
    assert settings.session_length == timedelta(hours=8)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_a_database_url_is_understood_however_postgresql_is_spelled(scheme: str) -> None:
    assert read(DATABASE_URL=f"{scheme}://u:p@db:5432/laurel").database_url == "postgresql+asyncpg://u:p@db:5432/laurel"


def test_a_scanner_is_named_by_its_socket_or_its_host() -> None:
    assert read().scanner is read(LAUREL_SCANNER="none").scanner is None
    for address in ("clamd:///run/clamav/clamd.ctl", "clamd://scanner:3310"):
        assert read(LAUREL_SCANNER=address).scanner == address


def test_trusted_signers_are_a_folder_that_is_there(tmp_path: Path) -> None:
    assert read().trusted_signers is None
    assert read(LAUREL_TRUSTED_SIGNERS=str(tmp_path)).trusted_signers == tmp_path


def test_no_doorbell_can_be_asked_for() -> None:
    assert read(REDIS_URL="none").redis_url is None
    assert read(REDIS_URL="").redis_url == ""


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://root:hunter2@db/laurel"),
        ("DATABASE_URL", "hunter2"),
        ("REDIS_URL", "http://hunter2"),
        ("LAUREL_PORT", "http"),
        ("LAUREL_PORT", "0"),
        ("LAUREL_PORT", "65536"),
        ("LAUREL_PORT", "٨٠٠٠"),
        ("LAUREL_LOG_LEVEL", "loud"),
        ("LAUREL_ORIGINS", "https://a.vn/path"),
        ("LAUREL_ORIGINS", "a.vn"),
        ("LAUREL_SECURE_COOKIES", "perhaps"),
        ("LAUREL_READERS", "0"),
        ("LAUREL_SESSION_HOURS", "-1"),
        ("LAUREL_SCANNER", "clamd://"),
        ("LAUREL_SCANNER", "tcp://hunter2:3310"),
        ("LAUREL_SCANNER", "yes"),
        ("LAUREL_TRUSTED_SIGNERS", "/nonexistent/hunter2"),
    ],
)
def test_a_malformed_value_is_refused_by_name_and_not_repeated(name: str, value: str) -> None:
    with pytest.raises(BadSetting) as refused:
        read(**{name: value})
    said = str(refused.value)
    assert f"Biến môi trường {name}" in said
    assert f"variable {name}" in said
    assert "hunter2" not in said


def test_a_misspelled_variable_is_not_passed_over() -> None:
    with pytest.raises(BadSetting, match="Was it meant to be LAUREL_PORT"):
        read(LAUREL_PROT="9001")
