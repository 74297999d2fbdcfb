"""Text of the caller that becomes part of a statement of SQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from mainstay.check.finding import Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.operations import Operation
from mainstay.check.live.people import Person
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

TOLD = re.compile(
    r"sqlite3?\.(Operational|Programming)Error|SQLITE_ERROR|syntax error at or near|unterminated quoted string"
    r"|You have an error in your SQL syntax|ORA-\d{5}|psycopg\d?\.errors|SQLSTATE\[|unrecognized token"
    r"|Unclosed quotation mark|PG::SyntaxError|near \"[^\"]*\": syntax error",
    re.IGNORECASE,
)
"""What databases say of a statement that is broken."""
PAIRS = (
    ("' AND '1'='1", "' AND '1'='2"),
    ("%' AND '1%'='1", "%' AND '1%'='2"),
    ('" AND "1"="1', '" AND "1"="2'),
)
"""Endings that leave what is found as it is, and that leave nothing of it."""
NUMBERS = ((" AND 1=1", " AND 1=2"),)


@dataclass(frozen=True, slots=True)
class Spot:
    """One place for a text: a parameter of an operation, with a value that finds a row of one's own if there is one."""

    operation: Operation
    name: str
    value: str
    values: dict[str, Any]
    place: str
    finds: str = ""
    """What stands in an answer that found the row."""

    def ask(self, service: Service, value: str, who: Person) -> Answer:
        """Asks with another text in the place."""
        if self.place == "path":
            path = self.operation.filled({**self.values, self.name: value}) or self.operation.path
            return service.client.send("GET", path, who)
        path = self.operation.filled(self.values) or self.operation.path
        needed = {
            each.name: service.samples.text(each.name, each.schema)
            for each in self.operation.parameters
            if each.place == "query" and each.required
        }
        return service.client.send("GET", f"{path}?{urlencode({**needed, self.name: value})}", who)


def ask(service: Service) -> Iterator[Found]:
    """Puts quotes into what reads, and conditions that change what is found of one's own."""
    for spot in _spots(service):
        yield from _tried(service, spot)
    into = service.accounts.signing.into
    if into is not None and service.people and service.people[0].made:
        yield from _signed_in(service, into, service.people[0])


def _spots(service: Service) -> Iterator[Spot]:
    for operation in service.operations:
        if operation.method != "GET" or operation.is_harmful:
            continue
        row = service.row_for(operation, service.asker) if operation.names else None
        values = dict(row.values) if row is not None else {}
        if operation.names and not set(operation.names) <= set(values):
            continue
        for name in operation.names:
            if str(values[name]) and row is not None:
                mark = row.mark if not row.account else str(values[name])
                yield Spot(operation, name, str(values[name]), values, "path", mark)
        for each in operation.parameters:
            if each.place == "query" and each.schema.get("type", "string") == "string" and not each.schema.get("enum"):
                yield Spot(operation, each.name, service.samples.name(), values, "query")


def _tried(service: Service, spot: Spot) -> Iterator[Found]:
    who = service.asker
    plain = spot.ask(service, spot.value, who)
    if plain.status >= 500 or not plain.status:
        return
    one, two = spot.ask(service, f"{spot.value}'", who), spot.ask(service, f"{spot.value}''", who)
    told = TOLD.search(one.text)
    if told is not None and one.status >= 400:
        yield found(spot.operation, f"a quote in {spot.name} breaks the statement: {told[0]}", "proven", plain, one)
        return
    conditions = NUMBERS if spot.value.isdigit() else PAIRS
    if spot.finds and plain.went_well and spot.finds in plain.text:
        for true, false in conditions:
            kept, lost = spot.ask(service, spot.value + true, who), spot.ask(service, spot.value + false, who)
            if kept.went_well and spot.finds in kept.text and not (lost.went_well and spot.finds in lost.text):
                what = f"a condition that is put behind {spot.name} decides what is found"
                yield found(spot.operation, what, "proven", plain, kept, lost)
                return
    if one.status >= 500 and two.status == plain.status:
        yield found(spot.operation, f"one quote in {spot.name} breaks it, and two do not", "likely", plain, one, two)


def _signed_in(service: Service, into: Operation, person: Person) -> Iterator[Found]:
    """Signs in with a quote in the name, and with a condition behind it and the right password."""
    one = service.accounts.ask_in(f"{person.login}'", person.password)
    told = TOLD.search(one.text)
    if told is not None and one.status >= 400:
        yield found(into, f"a quote in the name breaks the statement: {told[0]}", "proven", one)
        return
    kept = service.accounts.ask_in(f"{person.login}' AND '1'='1", person.password)
    if service.accounts.signed_in(kept):
        lost = service.accounts.ask_in(f"{person.login}' AND '1'='2", person.password)
        if not service.accounts.signed_in(lost):
            yield found(into, "a condition that is put behind the name decides who is found", "proven", kept, lost)
