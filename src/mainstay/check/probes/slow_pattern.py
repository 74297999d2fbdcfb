"""A text of two dozen letters that keeps a pattern busy: twice as long for each letter more."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mainstay.check.finding import Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.operations import Operation, properties
from mainstay.check.live.people import Person
from mainstay.check.live.probe import found
from mainstay.check.live.samples import EMAIL, PASSWORD, URL
from mainstay.check.live.service import Service

CHECKED = re.compile(
    r"e_?mail|url|uri|phone|mobile|zip|postal|iban|domain|host|slug|colou?r|version|date|user_?name|handle|pattern|expression",
    re.IGNORECASE,
)
"""Names of fields whose form is usually checked."""
SEEDS = ("a", "0", "a.", "a ")
LENGTHS = (12, 16, 19, 22, 25)
"""A pattern that doubles with each letter takes eight times as long from one to the next, from 16 on."""
TIMES = 4.0
LEAST = 0.08
"""Seconds; less is noise."""


def ask(service: Service) -> Iterator[Found]:
    """Sends each field whose form is checked a text that nearly fits, a little longer each time, until it is slow."""
    person = service.spare or service.asker
    for operation in service.operations:
        schema = operation.body or operation.form
        if (
            not operation.changes
            or operation.method == "DELETE"
            or schema is None
            or not service.may(operation, person)
        ):
            continue
        path = _path(service, operation, person)
        if path is None:
            continue
        for way, inner in properties(schema):
            if inner.get("type", "string") != "string" or PASSWORD.search(way[-1]):
                continue
            if CHECKED.search(way[-1]) or inner.get("format") in ("email", "uri") or inner.get("pattern"):
                yield from _grown(service, operation, path, way, person)


def _path(service: Service, operation: Operation, person: Person) -> str | None:
    return operation.path if not operation.names else service.path_of(operation, person)


def _grown(service: Service, operation: Operation, path: str, way: tuple[str, ...], person: Person) -> Iterator[Found]:
    for seed in SEEDS:
        before: Answer | None = None
        for length in LENGTHS:
            body = _body(service, operation, way, _text(seed, length, way[-1]), person)
            answer = service.send(operation, path, person, body=body)
            if before is not None and answer.seconds > LEAST and answer.seconds > TIMES * before.seconds:
                again = service.send(operation, path, person, body=body)
                if again.seconds > LEAST and again.seconds > TIMES * before.seconds:
                    times = f"{before.seconds * 1000:.0f} ms, and {again.seconds * 1000:.0f} ms with three letters more"
                    what = f"{way[-1]} is checked by a pattern that takes twice as long for each letter: {times}"
                    yield found(operation, what, "proven", before, again)
                    return
                break
            if answer.seconds > LEAST * 4:
                break
            before = answer


def _text(seed: str, length: int, name: str) -> str:
    """A text that goes on as the pattern wants it, and does not end so."""
    text = (seed * length)[:length]
    if URL.search(name):
        return f"http://{text}!"
    return f"{text}!" if not EMAIL.search(name) or seed != "a." else f"a@{text}!"


def _body(service: Service, operation: Operation, way: tuple[str, ...], text: str, person: Person) -> Any:
    body = service.rows.body(operation, person)
    inner = body
    for part in way[:-1]:
        inner = inner.setdefault(part, {}) if isinstance(inner, dict) else {}
    if isinstance(inner, dict):
        inner[way[-1]] = text
    return body
