"""The file of identity providers: read whole, or refused by what is wrong in it."""

from __future__ import annotations

from pathlib import Path

import pytest

from channels.app import create_app
from channels.obstacles import BadSetting, CannotStart
from channels.oidc.providers import EXAMPLE, BadProviders, read_providers
from channels.secret import secret_of
from channels.settings import Settings

WHOLE = """[sso]
channel = "web"
issuer = "https://sso.example.vn/realms/tinh"
client_id = "laurel"
"""


def read(folder: Path, text: str) -> object:
    file = folder / "oidc.toml"
    file.write_text(text, "utf-8")
    return read_providers(file)


def test_a_provider_is_read_with_what_is_left_out_as_is_usual(tmp_path: Path) -> None:
    (sso,) = read(tmp_path, WHOLE)  # type: ignore[misc]  # a tuple of one
    assert (sso.name, sso.claim, sso.scopes, sso.algorithms) == ("sso", "sub", ("openid",), ("RS256", "ES256"))
    assert sso.path("callback") == "/web/oidc/sso/callback"
    assert sso.secret() is None


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ("[sso", "oidc.toml"),
        ("x = 5", "[x]"),
        ('["S SO"]', "[S SO]"),
        ("[sso]", "[sso]"),
        (WHOLE + "clientid = 'a'", "clientid"),
        (WHOLE.replace("web", "portal"), "[sso] channel"),
        (WHOLE.replace("https", "http"), "[sso] issuer"),
        (WHOLE.replace("tinh", "tinh?a=b"), "[sso] issuer"),
        (WHOLE.replace("sso.example.vn", "a@sso.example.vn"), "[sso] issuer"),
        (WHOLE + "scopes = ['profile']", "[sso] scopes"),
        (WHOLE + "algorithms = ['none']", "[sso] algorithms"),
        (WHOLE + "algorithms = ['HS256']", "[sso] algorithms"),
        (WHOLE + "algorithms = []", "[sso] algorithms"),
        (WHOLE + "claim = ''", "[sso] claim"),
        (WHOLE + "hosts = 'a'", "[sso] hosts"),
        (WHOLE + "client_secret_file = '/nowhere'", "[sso] client_secret_file"),
    ],
)
def test_what_is_wrong_is_named_with_an_example(tmp_path: Path, text: str, where: str) -> None:
    with pytest.raises(BadProviders) as refused:
        read(tmp_path, text)
    assert where in refused.value.vietnamese
    assert where in refused.value.english
    assert refused.value.details == EXAMPLE


def test_one_may_try_without_certificates_on_ones_own_machine_alone(tmp_path: Path) -> None:
    for host in ("127.0.0.1:9000", "localhost:9000", "[::1]:9000"):
        assert read(tmp_path, WHOLE.replace("https://sso.example.vn", f"http://{host}"))
    with pytest.raises(BadProviders):
        read(tmp_path, WHOLE.replace("https://sso.example.vn", "http://10.0.0.5"))


def test_without_its_own_address_the_application_does_not_begin(tmp_path: Path) -> None:
    read(tmp_path, WHOLE)
    settings = Settings(database_url="postgresql+asyncpg://nobody@127.0.0.1:1/none", redis_url=None, data=tmp_path)
    with pytest.raises(CannotStart, match="LAUREL_ADDRESS"):
        create_app(Settings(**(vars(settings) | {"oidc": tmp_path / "oidc.toml"})))


def test_the_key_is_made_once_for_all_processes_and_read_by_nobody_else(tmp_path: Path) -> None:
    settings = Settings(data=tmp_path / "new")
    key = secret_of(settings)
    assert len(key) >= 32
    assert secret_of(settings) == key
    assert (tmp_path / "new" / "secret").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in (tmp_path / "new").iterdir()] == ["secret"]
    assert secret_of(Settings(data=tmp_path, secret="s" * 32)) == b"s" * 32


def test_a_key_that_is_too_short_is_refused_and_never_shown() -> None:
    with pytest.raises(BadSetting, match="LAUREL_SECRET") as refused:
        Settings.from_environment({"LAUREL_SECRET": "too-short-a-key"})
    assert "too-short-a-key" not in str(refused.value)
    assert "hidden-for-sure" not in repr(Settings(secret="hidden-for-sure" * 3))
