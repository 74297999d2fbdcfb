"""Accounts of a server with several processes on PostgreSQL."""

from __future__ import annotations

import time
from collections import Counter
from pathlib import Path
from typing import Any

import httpx2
import pytest

from mainstay.accounts.identity import SETTLING
from tests.accounts.desk import PASSWORD, bearer
from tests.cli.serving import command, serving
from tests.servers import PostgresServer

CALLS = 24
"""So many on connections of their own that each of two processes answers some."""


def told(url: str, token: str) -> Counter[int]:
    """What a token is answered, by whichever process."""
    headers = {**bearer(token), "Connection": "close"}
    return Counter(httpx2.get(f"{url}/auth/me", headers=headers).status_code for _ in range(CALLS))


def given(url: str, path: str, body: Any) -> Any:
    """The data that is answered."""
    answer = httpx2.post(f"{url}/auth/{path}", json=body)
    assert answer.status_code in (200, 201), answer.text
    return answer.json()["data"]


@pytest.mark.requirement("A3.17", "A4.09")
def test_who_is_disabled_is_out_in_every_process_at_once(
    tmp_path: Path, postgres: PostgresServer, postgres_url: str
) -> None:
    (tmp_path / "app.py").write_text("from tests.accounts.served import app\n")
    account = {"email": "ada@example.com", "password": PASSWORD}
    with serving(tmp_path, "--workers", "2", database_url=postgres_url, account_cache=60) as served:
        url = f"http://127.0.0.1:{served.port}/api/v1"
        given(url, "sign-up", {**account, "name": "Ada"})
        time.sleep(SETTLING + 1)
        tokens = [given(url, "sign-in", account)["access_token"] for _ in range(2)]
        assert [told(url, token) for token in tokens] == [{200: CALLS}] * 2
        postgres.sql("UPDATE account_sessions SET revoked_at = now()", database=postgres_url.rpartition("/")[2])
        assert told(url, tokens[0]) == {200: CALLS}  # believed, and nobody has told of it
        done = command(tmp_path, "user", "disable", "app:app", account["email"], database_url=postgres_url)
        assert done.returncode == 0, done.stderr
        assert [told(url, token) for token in tokens] == [{401: CALLS}] * 2
