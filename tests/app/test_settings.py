"""Settings: from the environment, bounded, each described."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from mainstay import Mainstay, Settings
from mainstay.compiler.docstrings import attribute_docstring
from mainstay.operation import Limit


@pytest.mark.requirement("A3.22", "A3.23")
def test_settings_come_from_the_environment_and_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("MAINSTAY_BODY_LIMIT=5\nMAINSTAY_POOL_SIZE=7\nOTHER=1\n")
    monkeypatch.setenv("MAINSTAY_BODY_LIMIT", "6")
    monkeypatch.setenv("MAINSTAY_ALLOWED_HOSTS", "a.example.com, *.example.org")
    monkeypatch.setenv("MAINSTAY_ADDRESS_LIMIT", "")
    settings = Settings()
    assert (settings.body_limit, settings.pool_size) == (6, 7)
    assert settings.allowed_hosts == ("a.example.com", "*.example.org")
    assert settings.limits == (Limit("user", 1000, 3600),)


@pytest.mark.requirement("A2.25", "A3.26")
def test_the_defaults_are_those_that_were_asked_for() -> None:
    settings = Settings()
    assert (settings.pool_size, settings.pool_overflow, settings.pool_wait, settings.pool_recycle) == (20, 10, 30, 3600)
    assert settings.limits == (Limit("address", 100, 60), Limit("user", 1000, 3600))
    assert settings.body_limit == 1024 * 1024


@pytest.mark.parametrize(
    "wrong",
    [
        {"address_limit": "many"},
        {"user_limit": "0/minute"},
        {"address_limit": "5/week"},
        {"trusted_proxies": ("proxy",)},
        {"body_timeout": 0},
        {"secret_key": "short"},
        {"cors_origins": "*", "cors_credentials": True},
        {"log": "xml"},
        {"allowed_hosts": "https://api.example.com"},
        {"allowed_hosts": "api.example.com:8000"},
        {"allowed_hosts": "api.example.com,api*.example.com"},
        {"cors_origins": "https://shop.example.com/"},
        {"cors_origins": "shop.example.com"},
        {"cors_origins": "https://*.example.com"},
        {"cors_origins": "https://ada@shop.example.com"},
    ],
)
def test_what_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Settings(**wrong)


def test_hosts_and_origins_are_taken_as_browsers_write_them() -> None:
    hosts = ("localhost", "127.0.0.1", "[::1]", "API.example.com", "*.example.org", "my_shop", "*")
    assert Settings(allowed_hosts=hosts).allowed_hosts == hosts
    origins = ("https://Shop.Example.com:8443", "http://[::1]:3000", "capacitor://localhost")
    assert Settings(cors_origins=origins).cors_origins == tuple(origin.lower() for origin in origins)


@pytest.mark.requirement("A3.29")
def test_a_secret_is_not_shown() -> None:
    settings = Settings(secret_key="geheim" * 10)  # type: ignore[arg-type]
    assert "geheim" not in repr(settings)
    assert "geheim" not in settings.model_dump_json()


class Redeclared(Settings):
    """Settings of an application that has a database of its own where none is set."""

    database_url: str = "sqlite:///own.db"


@pytest.mark.requirement("A3.29")
@pytest.mark.parametrize("declared", [Settings, Redeclared])
@pytest.mark.parametrize(
    "url",
    [
        "postgresql://ada:geheim@h/b",
        "postgresql+asyncpg://h/b?password=geheim",
        "postgresql://a:geheim@x@h/b",
        "geheim",
    ],
)
def test_the_password_of_a_database_is_not_shown(declared: type[Settings], url: str) -> None:
    settings = declared(database_url=url)
    assert settings.database_url == url
    for shown in (repr(settings), str(settings), f"{settings.model_dump()}", settings.model_dump_json()):
        assert "geheim" not in shown
        assert "**********" in shown
    assert "sqlite:///own.db" in repr(Redeclared(database_url="sqlite:///own.db"))


def test_every_setting_is_described() -> None:
    assert [name for name in Settings.model_fields if not attribute_docstring(Settings, name)] == []


def test_the_argument_stands_above_the_settings(tmp_path: Path) -> None:
    app = Mainstay(database=f"sqlite:///{tmp_path}/a.db", settings=Settings(database_url="postgresql://h/b"))
    assert app.database.name == "sqlite"


def test_settings_reach_the_adapter_of_the_database() -> None:
    given = {"pool_size": 3, "statement_timeout": 9, "lock_timeout": 8, "connect_timeout": 7}
    app = Mainstay(settings=Settings(database_url="postgresql://h/b", prepared_statements=False, **given))
    told = app.database.settings  # type: ignore[attr-defined]
    assert (told.size, told.statement_timeout, told.lock_timeout, told.connect_timeout) == (3, 9, 8, 7)
    assert not told.prepared
    assert "size" not in Settings(database_url="sqlite://").database_options()
