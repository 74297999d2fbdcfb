"""Whether all contenders answer alike: nothing is measured before they do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random
from typing import Any

import msgspec

from benchmarks import requests
from benchmarks.requests import Request
from benchmarks.serving import Serving
from benchmarks.translation import TRANSLATIONS

COMPARED = 25
"""Random requests of each work whose answers are compared."""
EXPECTED = {"H": 1, "W1": 1, "W4": 1}
"""Rows of an answer; 20 unless said."""


class Disagreement(Exception):
    """Two contenders do not give the same answer to the same request."""


def agree(servers: dict[str, Serving], works: Sequence[str]) -> None:
    """Raises `Disagreement` unless every request is answered with the same rows in the same order, or refused."""
    for work in works:
        random = Random(11)
        for _ in range(COMPARED):
            number = EXPECTED.get(work, 20)
            compare(requests.made(work, random), servers, range(number, number + 1))
    for request in requests.refused():
        for name, running in servers.items():
            status, body = ask(running, request)
            if not TRANSLATIONS[running.speaks].refuses(status, body):
                raise Disagreement(f"{name} does not refuse {request}: {status} {body[:200]!r}")
    for request, seen in requests.hidden():
        compare(request, servers, range(1, 21) if seen else range(1))


def ask(running: Serving, request: Request) -> tuple[int, bytes]:
    """The status and the body of an answer, in everybody's words."""
    language = TRANSLATIONS[running.speaks]
    asked = language.request(request)
    return language.answer(request, *running.ask(asked.method, asked.target, asked.headers, asked.body))


def compare(request: Request, servers: dict[str, Serving], numbers: range) -> None:
    """Compares what the servers answer with one another, and with how many rows there must be."""
    first: list[tuple[object, ...]] | None = None
    for name, running in servers.items():
        status, body = ask(running, request)
        if status not in (200, 201):
            raise Disagreement(f"{name} answers {request} with {status}: {body[:300]!r}")
        answer = content(body, created=status == 201)
        first = answer if first is None else first
        if answer != first or len(answer) not in numbers:
            raise Disagreement(f"{name} answers {request} otherwise:\n{answer[:2]}\n{first[:2]}")


def content(body: bytes, *, created: bool) -> list[tuple[object, ...]]:
    """What is compared of an answer: every value but parts of seconds, and what is new in a row that is created."""
    given = msgspec.json.decode(body)["data"]
    if isinstance(given, str):
        return [(given,)]
    rows = given if isinstance(given, list) else [given]
    return [((created or (row["id"], row["created_at"][:19])), *values(row)) for row in rows]


def values(row: dict[str, Any]) -> Iterator[object]:
    """What is compared of a row, and of the related ones that came along."""
    for name in ("title", "body", "published", "servings", "author_id"):
        yield row[name]
    if "author" in row:
        yield row["author"]["name"]
    for name, shown in (("comments", "text"), ("tags", "name")):
        if name in row:
            yield [(each["id"], each[shown]) for each in row[name]]
