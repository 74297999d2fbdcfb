"""A route that answers and stands in no document."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mainstay.check.finding import Confidence, Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.operations import HARMFUL
from mainstay.check.live.people import NOBODY
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

GUESSED = tuple(
    line.split(" ", 1)
    for line in (Path(__file__).parent / "forgotten_paths.txt").read_text(encoding="utf-8").splitlines()
)
"""Paths that should not be there, and what is in an answer of the real one."""
FATAL = re.compile(r"\.env|\.git|heapdump|actuator/env|\.sql|^/env|pprof|^/debug|^/_debug|console")
OPTIONS = frozenset({"HEAD", "OPTIONS"})


def ask(service: Service) -> Iterator[Found]:
    """Asks for paths that are often forgotten, for what the source has beside the document, and for other methods."""
    base = service.client.address.base
    nothing = service.client.send("GET", f"{base}/{service.samples.name()}", NOBODY)
    documented = {_shape(each.path) for each in service.document.operations}
    for path, shows in GUESSED:
        if _shape(base + path.partition("?")[0]) not in documented:
            answer = service.client.send("GET", base + path, NOBODY)
            if (
                answer.went_well
                and _unlike(answer, nothing)
                and re.search(shows, answer.text, re.MULTILINE | re.IGNORECASE)
            ):
                sure: Confidence = "proven" if FATAL.search(path) else "review"
                yield found(
                    f"GET {base}{path.partition('?')[0]}", "it answers, and stands in no document", sure, answer
                )
    yield from _sourced(service, nothing)
    if service.document.source != "the source":
        yield from _methods(service)


def _sourced(service: Service, nothing: Answer) -> Iterator[Found]:
    """Routes that the source has, and the document has not."""
    documented = {(each.method, _shape(each.path)) for each in service.document.operations}
    for operation in service.sourced:
        if (operation.method, _shape(operation.path)) in documented or operation.method != "GET" or operation.names:
            continue
        if HARMFUL.search(operation.path) or operation.path == service.document.source:
            continue
        answer = service.client.send("GET", operation.path, service.asker)
        if (
            answer.went_well
            and _unlike(answer, nothing)
            and answer.type != "text/html"
            and "openapi" not in answer.text[:200]
        ):
            yield found(
                operation,
                f"it answers, and stands in no document; its handler is at {operation.place}",
                "likely",
                answer,
            )


def _methods(service: Service) -> Iterator[Found]:
    """Methods that OPTIONS names, and the document does not."""
    by_path: dict[str, set[str]] = {}
    for operation in service.document.operations:
        by_path.setdefault(operation.path, set()).add(operation.method)
    for path, methods in list(by_path.items())[:40]:
        filled = re.sub(r"\{[^{}]+\}", "1", path)
        answer = service.client.send("OPTIONS", filled, NOBODY)
        allowed = {each.strip().upper() for each in str(answer.headers.get("allow", "")).split(",") if each.strip()}
        siblings = {
            method for other, those in by_path.items() if re.fullmatch(_pattern(other), filled) for method in those
        }
        more = sorted(allowed - OPTIONS - methods - siblings)
        if answer.status < 400 and more and len(allowed) < 7:
            yield found(
                f"{more[0]} {path}",
                f"OPTIONS says that {', '.join(more)} is there, and the document does not",
                "review",
                answer,
            )


def _pattern(path: str) -> str:
    return re.sub(r"\\\{[^{}]+\\\}", "[^/]+", re.escape(path))


def _shape(path: str) -> str:
    return re.sub(r"\{[^{}]*\}", "{}", path).rstrip("/") or "/"


def _unlike(answer: Answer, nothing: Answer) -> bool:
    """Whether it is another answer than to a path that cannot be there."""
    return answer.status != nothing.status or abs(len(answer.content) - len(nothing.content)) > 64
