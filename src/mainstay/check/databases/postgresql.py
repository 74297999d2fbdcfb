"""A PostgreSQL database: its catalogue as DDL, what its statistics tell, and its slowest statements."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg

from mainstay.check.databases import catalogue, statements
from mainstay.check.databases.address import NoDatabase, shown
from mainstay.check.facts import Trouble
from mainstay.check.project import Project
from mainstay.check.source import Skipped, Source

CONNECT_SECONDS = 10.0
REASONS = (OSError, asyncpg.PostgresError, asyncpg.InterfaceError, ValueError, TimeoutError)


def read(address: str, seconds: float) -> Project:
    """What a database tells in one transaction that can write nothing; raises NoDatabase."""
    return asyncio.run(_read(address, seconds))


async def _read(address: str, seconds: float) -> Project:
    scheme, _, rest = address.partition("://")
    settings = {
        "default_transaction_read_only": "on",
        "statement_timeout": str(int(seconds * 1000)),
        "lock_timeout": "2000",
        "application_name": "mainstay check",
    }
    try:
        connection = await asyncpg.connect(
            f"{scheme.partition('+')[0]}://{rest}", timeout=CONNECT_SECONDS, server_settings=settings
        )
    except REASONS as error:
        raise NoDatabase(f"{shown(address)}: {_safe(error, address)}") from None
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            return await _project(connection)
    except REASONS as error:
        raise NoDatabase(f"{shown(address)}: {_safe(error, address)}") from None
    finally:
        await connection.close(timeout=CONNECT_SECONDS)


def _safe(error: BaseException, address: str) -> str:
    """What an error says, unless it repeats the address."""
    text = str(error) or type(error).__name__
    secret = address.partition("://")[2].rpartition("@")[0]
    return type(error).__name__ if secret and any(part and part in text for part in secret.split(":")[1:]) else text


async def _project(connection: Any) -> Project:
    project = Project(catalogue.NOWHERE)
    project.stacks = ("postgresql",)
    sources: dict[int, Source] = {}
    for number, source in (await catalogue.sources(connection)).items():
        sources[number] = source
        project.files += 1
        project.add(source)
    for question in (catalogue.unused_indexes, catalogue.invalid_indexes, catalogue.sequences):
        project.told += await _asked(question(connection, sources), connection, project)
    listed, slow, why = await statements.slowest(connection)
    project.told += slow
    if listed is not None:
        project.add(listed)
    if why:
        project.skipped.append(Skipped("pg_stat_statements", 1, why))
    return project


async def _asked(question: Any, connection: Any, project: Project) -> list[Trouble]:
    """The answer of a question that may be refused to this user."""
    try:
        async with connection.transaction():
            found: list[Trouble] = await question
            return found
    except asyncpg.PostgresError as error:
        project.skipped.append(Skipped("pg_catalog", 1, str(error)))
        return []
