"""`mainstay serve --production`: what only development may have is refused, all at once, each with its setting."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from examples.recipes.app import application as recipes
from mainstay.accounts.keys import make
from mainstay.cli.production import of_database, of_settings
from tests.accounts.app import application

ROOT = Path(__file__).parents[2]
FIT = {
    "MAINSTAY_SECRET_KEY": "k" * 32,
    "MAINSTAY_SIGNING_KEY": "s" * 32,
    "MAINSTAY_ALLOWED_HOSTS": "api.example.com",
    "MAINSTAY_DOCS": "false",
    "MAINSTAY_CREATE_TABLES": "false",
    "MAINSTAY_LOG": "off",
}
"""Settings with which the recipes example is fit for production."""


def names(refused: list[str]) -> list[str]:
    """What each refusal begins with."""
    return [one.split(" ", 1)[0].rstrip(":,") for one in refused]


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///", "sqlite:///:memory:", "sqlite:///:memory:?cache=shared"])
async def test_everything_that_only_development_may_have_is_told_at_once(tmp_path: Path, url: str) -> None:
    unfit: dict[str, Any] = {
        "secret_key": None,
        "signing_key": None,
        "migrations": tmp_path / "none",
        "cors_origins": ("http://shop.example.com",),
        "cors_credentials": True,
        "trusted_proxies": ("10.0.0.1", "::/0"),
    }
    app = application(url, **unfit)
    app.debug = True
    assert names(list(of_settings(app))) == [
        "MAINSTAY_SECRET_KEY",
        "MAINSTAY_SIGNING_KEY",
        "MAINSTAY_SIGN_IN_LIMIT",
        "debug",
        "MAINSTAY_ALLOWED_HOSTS",
        "MAINSTAY_DOCS",
        "MAINSTAY_CORS_ORIGINS",
        "MAINSTAY_TRUSTED_PROXIES",
        "MAINSTAY_DATABASE_URL",
        "MAINSTAY_CREATE_TABLES",
    ]
    (told,) = await of_database(app)
    assert "there are no migrations in" in told


@pytest.mark.parametrize("missing", FIT)
async def test_what_is_fit_is_not_refused_and_each_setting_counts(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    for name, value in FIT.items():
        monkeypatch.setenv(name, value)
    assert list(of_settings(recipes(sqlite_url))) == []
    monkeypatch.delenv(missing)
    assert names(list(of_settings(recipes(sqlite_url)))) == ([missing] if missing != "MAINSTAY_LOG" else [])


@pytest.mark.parametrize("line_end", ["\n", "\\n"])
async def test_the_key_that_was_made_for_development_is_refused_wherever_it_stands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line_end: str
) -> None:
    file = tmp_path / "signing.pem"
    for name, value in FIT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("MAINSTAY_SIGNING_KEY_FILE", str(file))
    make(file)
    assert list(of_settings(recipes(f"sqlite:///{tmp_path}/a.db"))) == []
    monkeypatch.setenv("MAINSTAY_SIGNING_KEY", file.read_text().replace("\n", line_end))
    (told,) = of_settings(recipes(f"sqlite:///{tmp_path}/a.db"))
    assert told.startswith(f"MAINSTAY_SIGNING_KEY is the key in {file}, which was made for development")


async def test_a_database_behind_its_migrations_and_one_with_accounts_to_try_is_refused(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in FIT.items():
        monkeypatch.setenv(name, value)
    app = recipes(database_url)
    (behind,) = await of_database(app)
    assert "mainstay migrate up" in behind
    monkeypatch.setenv("MAINSTAY_CREATE_TABLES", "true")
    migrated = recipes(database_url)
    async with migrated.router.lifespan_context(migrated):
        assert migrated.accounts is not None
        for handle, password in (("ada", "four plain words here"), ("bob", None)):
            await migrated.accounts.create(
                email=f"{handle}@example.org", password=password, handle=handle, name=handle.title()
            )
    (told,) = await of_database(app)
    assert told.startswith("ada@example.org can sign in to MAINSTAY_DATABASE_URL")
    async with migrated.router.lifespan_context(migrated):
        await migrated.accounts.update("ada@example.org", email="ada@kitchen.io")
    assert await of_database(app) == []


@pytest.mark.requirement("A3.29")
def test_the_command_ends_with_all_of_it_and_shows_no_secret(tmp_path: Path) -> None:
    canaries = {
        "MAINSTAY_SECRET_KEY": "canary-of-the-secret-key-" + "k" * 20,
        "MAINSTAY_SIGNING_KEY": "canary-of-the-signing-key-" + "s" * 20,
        "MAINSTAY_DATABASE_URL": "postgresql://somebody:canary-of-the-password@127.0.0.1:9/none",
    }
    done = subprocess.run(
        [sys.executable, "-m", "mainstay", "serve", "examples.recipes.app:app", "--production"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), **canaries},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    head, *told = done.stderr.splitlines()
    assert (done.returncode, head) == (2, f"mainstay: not fit for production, {len(told)} in all")
    assert [line.split()[0].rstrip(":") for line in told] == [
        "MAINSTAY_ALLOWED_HOSTS",
        "MAINSTAY_DOCS",
        "MAINSTAY_CREATE_TABLES",
        "MAINSTAY_DATABASE_URL",
    ]
    assert "canary" not in done.stderr + done.stdout
