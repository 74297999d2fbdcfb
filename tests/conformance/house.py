"""One application behind one caller: what a call answers, which statements it runs, what it changes, and no more."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import msgspec

from mainstay.actor import NOBODY, Actor
from mainstay.cli.through import SERVED, Through
from mainstay.events import CallFinished, Event
from mainstay.operation import Limit
from mainstay.proofs.access.cells import NO_BODY, Request
from tests.engine.world import World, world

Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]
"""By table and key, every row."""


@dataclass(frozen=True, slots=True)
class Told:
    """What a caller is told, in no protocol's words."""

    status: int
    data: Any
    meta: dict[str, Any]
    code: str
    """The error's code; empty where there is none."""
    details: tuple[tuple[str, str], ...]
    """Field and code of each thing wrong."""


class House:
    """An application that a scenario calls, through whichever projection."""

    def __init__(self, there: World, through: Through) -> None:
        self.there = there
        self.application = there.application
        self.door = SERVED[through](there.engine)
        self.counted = 0
        there.engine.listeners = (*there.engine.listeners, self.listen)

    def listen(self, event: Event) -> None:
        """Remembers how many statements of the engine's the last call ran, those in a session among them."""
        if isinstance(event, CallFinished):
            self.counted = event.statements

    async def call(
        self,
        name: str,
        *key: Any,
        by: Actor = NOBODY,
        ask: Mapping[str, Any] | None = None,
        body: Any = NO_BODY,
        if_match: str | None = None,
        statements: int | None = None,
        changes: Mapping[str, tuple[int, int, int]] | None = None,
    ) -> Told:
        """What the call is told, once it is seen that it ran so many statements and changed just this.

        Of an action, `statements` are the engine's, not those of its code.  `changes` are, by table, how many rows
        were made, changed and deleted; nothing else may have been.
        """
        before = await self.rows()
        self.there.database.ran.clear()
        self.counted = 0
        reply = await self.door.ask(self.request(name, key, by, ask or {}, body, if_match))
        ran = [text for text, _ in self.there.database.ran]
        assert reply.status != 500, reply.raw
        number = self.counted if self.application.operation(name).action == "action" else len(ran)
        assert statements is None or number == statements, (number, ran)
        most = self.application.operation(name).statements
        assert most == 0 or len(ran) <= most, ran
        found = difference(before, await self.rows())
        assert found == dict(changes or {}), reply.raw
        document = msgspec.json.decode(reply.raw) if reply.raw else {}
        error = document.get("error") or {}
        return Told(
            reply.status,
            reply.data,
            reply.meta or {},
            error.get("code", ""),
            tuple((detail["field"], detail["code"]) for detail in error.get("details", ())),
        )

    def request(
        self, name: str, key: tuple[Any, ...], by: Actor, ask: Mapping[str, Any], body: Any, if_match: str | None
    ) -> Request:
        """The call as both projections take it."""
        operation = self.application.operation(name)
        path = operation.path
        named = [parameter.name for parameter in operation.parameters if parameter.place == "path"]
        texts = tuple(str(value) for value in key)
        for parameter, text in zip(named, texts, strict=True):
            path = path.replace("{" + parameter + "}", quote(text, safe=""))
        headers = []
        if by.is_known:
            headers.append(("authorization", f"Bearer {self.there.tokens.credentials(by).value}"))
        if if_match is not None:
            headers.append(("if-match", if_match))
        query = tuple((parameter, str(value)) for parameter, value in ask.items())
        return Request(operation.method, path, query, body, tuple(headers), name, texts)

    async def rows(self) -> Rows:
        """Every row of every table."""
        found: Rows = {}
        for table in self.there.storage.tables.values():
            key = [column.name for column in table.primary_key]
            rows = await self.there.rows(table.name)
            found[table.name] = {tuple(row[name] for name in key): row for row in rows}
        return found


def difference(before: Rows, after: Rows) -> dict[str, tuple[int, int, int]]:
    """By table, how many rows were made, changed and deleted; only the tables in which any were."""
    found: dict[str, tuple[int, int, int]] = {}
    for table, rows in after.items():
        old = before[table]
        changed = sum(rows[key] != old[key] for key in rows.keys() & old.keys())
        counts = (len(rows.keys() - old.keys()), changed, len(old.keys() - rows.keys()))
        if any(counts):
            found[table] = counts
    return found


@asynccontextmanager
async def house(url: str, through: Through, name: str = "everything", *limits: Limit) -> AsyncIterator[House]:
    """A test application on an empty database, behind one caller."""
    async with world(url, name, limits) as there:
        yield House(there, through)
