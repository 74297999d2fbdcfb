"""Sessions of custom endpoints on PostgreSQL: servers that refuse or say nothing, time-outs, poolers."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from itertools import product
from typing import Any

import asyncpg
import pytest
from fastapi import APIRouter
from sqlalchemy import text

from mainstay import Mainstay, Session, Settings, anyone, mount
from tests.app.kitchen import SIGNED_IN, client, kitchen, open_kitchen

NO_CONNECTION = 503, "1"


def refusal(state: str) -> bytes:
    """An ErrorResponse of PostgreSQL's protocol."""
    fields = b"".join(part.encode() + b"\0" for part in ("SFATAL", "VFATAL", f"C{state}", "Mnot now")) + b"\0"
    return b"E" + (len(fields) + 4).to_bytes(4, "big") + fields


@asynccontextmanager
async def pretended(answer: bytes | None) -> AsyncIterator[str]:
    """The URL of a server that has no TLS and answers every greeting so; None says nothing."""

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer is None:
            await reader.read()
        else:
            await reader.readexactly(8)
            writer.write(b"N")
            await reader.readexactly(8)
            writer.write(answer)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(speak, "127.0.0.1", 0)
    async with server:
        yield f"postgresql://somebody@127.0.0.1:{server.sockets[0].getsockname()[1]}/none"


@pytest.mark.parametrize("state", ["57P03", "53300", "28P01", None])
async def test_a_server_that_takes_nobody_in_is_503_in_time(state: str | None) -> None:
    async with pretended(None if state is None else refusal(state)) as url:
        app = kitchen(url, connect_timeout=0.3)
        async with client(app) as calling, asyncio.timeout(3):
            answer = await calling.get("/custom/count", headers=SIGNED_IN)
    assert (answer.status_code, answer.headers.get("retry-after")) == NO_CONNECTION


def running(url: str, endpoint: Any, **settings: Any) -> Mainstay:
    """An application with one route, `/run`."""
    router = APIRouter()
    router.post("/run")(endpoint)
    chosen = {"log": "off", "secret_key": "k" * 32, "address_limit": None, **settings}
    return Mainstay(routers=[mount(router, allow=anyone)], database=url, settings=Settings(**chosen))


@pytest.mark.parametrize("error", [ConnectionRefusedError, TimeoutError])
async def test_a_failure_of_the_endpoint_itself_is_500(postgres_url: str, error: type[Exception]) -> None:
    async def run(session: Session) -> None:
        raise error("somebody else's server")

    async with open_kitchen(running(postgres_url, run)) as calling:
        assert (await calling.post("/run")).status_code == 500


@pytest.mark.parametrize("prepared", [True, False])
async def test_a_statement_that_takes_too_long_or_waits_for_a_lock_is_503(postgres_url: str, prepared: bool) -> None:
    asked = ["SELECT pg_sleep(5)"]

    async def run(session: Session) -> None:
        await session.execute(text(asked[0]))

    app = running(postgres_url, run, statement_timeout=0.3, lock_timeout=0.1, prepared_statements=prepared)
    async with open_kitchen(app) as calling:
        answer = await calling.post("/run")
        assert (answer.status_code, answer.headers.get("retry-after")) == NO_CONNECTION
        other = await asyncpg.connect(postgres_url)
        try:
            await other.execute("CREATE TABLE t (a int)")
            await other.execute("BEGIN; LOCK TABLE t")
            asked[0] = "SELECT a FROM t"
            answer = await calling.post("/run")
            assert (answer.status_code, answer.headers.get("retry-after")) == NO_CONNECTION
            await other.execute("COMMIT")
            assert (await calling.post("/run")).status_code == 200
        finally:
            await other.close()


async def test_the_time_outs_are_those_of_the_pool(postgres_url: str) -> None:
    for prepared, reads in product((True, False), repeat=2):
        app = kitchen(postgres_url, statement_timeout=3, lock_timeout=1.5, prepared_statements=prepared)
        async with open_kitchen(app), app.sessions.begin(reads=reads) as session:
            shown = [(await session.execute(text(f"SHOW {name}_timeout"))).scalar() for name in ("statement", "lock")]
            assert shown == ["3s", "1500ms"]


async def test_behind_a_pooler_no_statement_has_a_name(postgres_url: str) -> None:
    app = kitchen(postgres_url, prepared_statements=False)
    async with open_kitchen(app), app.sessions.begin() as session:
        for number in range(3):
            await session.execute(text("SELECT :a + 1"), {"a": number})
        assert (await session.execute(text("SELECT count(*) FROM pg_prepared_statements"))).scalar() == 0


async def test_a_connection_whose_server_has_gone_silent_is_not_waited_for(postgres_url: str) -> None:
    app = kitchen(postgres_url, connect_timeout=0.5)
    app.sessions.size = 1
    async with open_kitchen(app):
        async with app.sessions.begin() as session:
            silent = (await session.execute(text("SELECT pg_backend_pid()"))).scalar()
        assert isinstance(silent, int)
        os.kill(silent, signal.SIGSTOP)
        try:
            async with asyncio.timeout(6), app.sessions.begin() as session:
                assert (await session.execute(text("SELECT pg_backend_pid()"))).scalar() != silent
        finally:
            os.kill(silent, signal.SIGCONT)


async def test_a_server_that_goes_silent_in_a_statement_is_503(
    postgres_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mainstay.backing.databases.postgresql.sessions.GRACE", 0.2)
    silent: list[int] = []

    async def run(session: Session) -> int:
        pid = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
        if not silent:
            silent.append(pid)
            os.kill(pid, signal.SIGSTOP)
            await session.execute(text("SELECT 1"))
        return int(pid)

    async with open_kitchen(running(postgres_url, run, statement_timeout=0.3)) as calling:
        try:
            async with asyncio.timeout(5):
                assert (await calling.post("/run")).status_code == 503
        finally:
            os.kill(silent[0], signal.SIGCONT)
        assert (await calling.post("/run")).json() != silent[0]


async def test_closing_does_not_wait_for_a_server_that_has_gone_silent(postgres_url: str) -> None:
    app = kitchen(postgres_url)
    app.sessions.patience = 0.3
    async with app.sessions.begin() as session:
        silent = (await session.execute(text("SELECT pg_backend_pid()"))).scalar_one()
    os.kill(silent, signal.SIGSTOP)
    try:
        async with asyncio.timeout(2):
            await app.sessions.close()
    finally:
        os.kill(silent, signal.SIGCONT)
