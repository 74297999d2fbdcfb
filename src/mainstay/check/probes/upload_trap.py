"""A file that is more than it says: a page with a script, a picture with one, a name that leaves its folder."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mainstay.check.finding import Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.operations import Operation
from mainstay.check.live.probe import found
from mainstay.check.live.rows import flat
from mainstay.check.live.service import Service

SCRIPT = b"<html><script>document.title='%s'</script></html>"
DRAWING = b"<svg xmlns='http://www.w3.org/2000/svg'><script>document.title='%s'</script></svg>"
RUN = ("text/html", "image/svg+xml", "application/xhtml+xml", "text/xml", "application/xml", "")
"""Media types whose scripts a browser runs; without a type it looks for itself."""
FILE = re.compile(r"file|upload|image|picture|photo|avatar|document|attachment", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Trap:
    """A file, and what it is told to be."""

    name: str
    content: bytes
    type: str
    words: str


def ask(service: Service) -> Iterator[Found]:
    """Uploads each trap, and reads back how it is served."""
    for operation in service.operations:
        schema = operation.upload
        path = service.path_of(operation, service.asker) if operation.names else operation.path
        if (
            schema is None
            or path is None
            or not service.may(operation, service.asker)
            or operation is service.accounts.signing.up
        ):
            continue
        name = _field(schema)
        if name:
            for trap in _traps(service.samples.name()):
                files = {name: (trap.name, trap.content, trap.type)}
                answer = service.client.send(operation.method, path, service.asker, files=files)
                if answer.went_well:
                    yield from _served(service, operation, trap, answer)


def _traps(mark: str) -> list[Trap]:
    script, drawing = SCRIPT.replace(b"%s", mark.encode()), DRAWING.replace(b"%s", mark.encode())
    return [
        Trap(f"{mark}.html", script, "text/html", "a page with a script"),
        Trap(f"{mark}.svg", drawing, "image/svg+xml", "a drawing with a script"),
        Trap(f"{mark}.png", script, "image/png", "a page with a script that is called a picture"),
        Trap(f"../{mark}.txt", mark.encode(), "text/plain", "a file whose name leaves its folder"),
    ]


def _field(schema: dict[str, Any]) -> str:
    there = schema.get("properties") or {}
    binary = [
        name
        for name, each in there.items()
        if each.get("format") == "binary" or each.get("type") == "file" or each.get("contentMediaType")
    ]
    return next(iter([*binary, *(name for name in there if FILE.search(name))]), "")


def _served(service: Service, operation: Operation, trap: Trap, answer: Answer) -> Iterator[Found]:
    if trap.name.startswith("../"):
        if trap.name in answer.text or ".." in str(answer.headers.get("location", "")):
            yield found(operation, f"{trap.words} is taken, and keeps it ({trap.name})", "likely", answer)
        return
    for path in _paths(service, answer):
        got = service.client.send("GET", path, service.asker)
        if got.went_well and b"script" in got.content:
            apart = "attachment" in str(got.headers.get("content-disposition", "")).lower()
            guarded = (
                "script-src" in (policy := str(got.headers.get("content-security-policy", "")))
                or "default-src 'none'" in policy
                or "sandbox" in policy
            )
            sniffed = got.type not in RUN and str(got.headers.get("x-content-type-options", "")).lower() != "nosniff"
            if not apart and not guarded and (got.type in RUN or sniffed):
                yield found(
                    operation, f"{trap.words} is taken, and served so that a browser runs it", "proven", answer, got
                )
            return
    yield found(operation, f"{trap.words} is taken", "review", answer)


def _paths(service: Service, answer: Answer) -> list[str]:
    """Where the file may be: every path in the answer, and the operations that read one by its name."""
    texts = [str(value) for _, value in flat(answer.json) if isinstance(value, str)]
    texts.append(str(answer.headers.get("location", "")))
    origin = service.client.address.origin
    paths = [each.removeprefix(origin) for each in texts if each.removeprefix(origin).startswith("/")]
    for operation in service.operations:
        if operation.method == "GET" and len(operation.names) == 1:
            told = dict(flat(answer.json))
            value = told.get(operation.names[0]) or (told.get("name") if FILE.search(operation.path) else None)
            if isinstance(value, str | int):
                paths.append(operation.filled({operation.names[0]: value}) or "")
    return [each for each in dict.fromkeys(paths) if each]
