"""Secrets: where they come from, and that nothing shows them."""

from __future__ import annotations

import asyncio
import logging
import traceback
from pathlib import Path

import pytest
from pydantic import ValidationError
from typer.testing import CliRunner

from mainstay import Mainstay, Settings
from mainstay.cli.serve import app as serve
from mainstay.errors import MainstayError
from tests.accounts.app import application
from tests.accounts.desk import PASSWORD, Desk
from tests.app.kitchen import client

CANARIES = {
    "MAINSTAY_SECRET_KEY": "canary-of-the-secret-key-" + "k" * 20,
    "MAINSTAY_SIGNING_KEY": "canary-of-the-signing-key-" + "s" * 20,
    "MAINSTAY_RETIRED_SIGNING_KEYS": '["canary-of-a-retired-key-' + "r" * 20 + '"]',
    "MAINSTAY_DATABASE_URL": "postgresql://somebody:canary-of-the-password@127.0.0.1:9/none",
}


@pytest.fixture
def canaries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Secrets in the environment that would be recognised wherever they came out."""
    for name, value in CANARIES.items():
        monkeypatch.setenv(name, value)


@pytest.mark.requirement("A3.22")
def test_secrets_are_read_from_files_below_the_environment(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "secrets"
    folder.mkdir()
    (folder / "mainstay_secret_key").write_text("f" * 32 + "\n")
    (folder / "mainstay_signing_key").write_text("-----BEGIN PRIVATE KEY-----\nx\n-----END PRIVATE KEY-----\n")
    (folder / "mainstay_pool_size").write_text("9\n")
    (tmp_path / ".env").write_text("MAINSTAY_POOL_SIZE=8\n")
    monkeypatch.setenv("MAINSTAY_SECRETS_DIR", str(folder))
    settings = Settings()
    assert settings.secret_key is not None
    assert settings.signing_key is not None
    assert settings.secret_key.get_secret_value() == "f" * 32
    assert settings.signing_key.get_secret_value().count("\n") == 2
    assert settings.pool_size == 8
    monkeypatch.setenv("MAINSTAY_SECRET_KEY", "e" * 32)
    assert Settings().secret_key.get_secret_value() == "e" * 32  # type: ignore[union-attr]
    monkeypatch.setenv("MAINSTAY_SECRETS_DIR", str(tmp_path / "nowhere"))
    with pytest.raises(ValidationError, match="names no folder"):
        Settings()


@pytest.mark.requirement("A3.29")
@pytest.mark.usefixtures("canaries")
def test_no_secret_is_in_what_python_prints(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = Settings()
    assert "canary" not in repr(settings) + str(settings)
    assert "canary" not in CliRunner().invoke(serve, ["--help"]).output
    for name in ("MAINSTAY_SECRET_KEY", "MAINSTAY_RETIRED_SIGNING_KEYS"):
        monkeypatch.setenv(name, "canary")
        with pytest.raises(ValueError) as refused:
            Settings()
        assert "canary" not in "".join(traceback.format_exception(refused.value)), name
        monkeypatch.setenv(name, CANARIES[name])


@pytest.mark.requirement("A3.29")
@pytest.mark.usefixtures("canaries")
def test_no_secret_is_in_what_is_told_of_a_database_that_is_away(caplog: pytest.LogCaptureFixture) -> None:
    app = Mainstay()
    with caplog.at_level(logging.DEBUG), pytest.raises(MainstayError) as refused:
        asyncio.run(app.engine.open())
    assert "canary" not in "".join(traceback.format_exception(refused.value)) + caplog.text


@pytest.mark.requirement("A3.29")
@pytest.mark.usefixtures("canaries")
async def test_no_secret_is_in_an_answer_or_the_log(
    sqlite_url: str, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    keys = {"secret_key": CANARIES["MAINSTAY_SECRET_KEY"], "signing_key": CANARIES["MAINSTAY_SIGNING_KEY"]}
    app = application(sqlite_url, **keys, log="json")
    shown: list[str] = []
    with caplog.at_level(logging.DEBUG):
        async with app.router.lifespan_context(app), client(app) as calling:
            desk = Desk(app, calling)
            await desk.sign_up("ada")
            tokens = await desk.sign_in("ada")
            token = tokens["access_token"]
            paths = ("/openapi.json", "/.well-known/jwks.json", "/health", "/docs", "/api/v1/notes?x=1", "/nowhere")
            by = {"Authorization": f"Bearer {token}"}
            shown += [(await calling.get(path, headers=by)).text for path in paths]
            wrong = [
                ("sign-in", {"email": "ada@example.com", "password": "wrong battery staple"}),
                ("refresh", {"x": 1}),
            ]
            shown += [(await desk.post(path, body)).text for path, body in wrong]
            await calling.get("/api/v1/notes", headers={"Authorization": "Bearer msk_nobody"})
    logged = "".join(capsys.readouterr()) + caplog.text
    assert "auth.sign_in" in logged
    for secret in ("canary", PASSWORD, "wrong battery staple", token, tokens["refresh_token"], "msk_nobody", "argon2"):
        assert secret not in logged, secret
        assert secret not in "".join(shown), secret
