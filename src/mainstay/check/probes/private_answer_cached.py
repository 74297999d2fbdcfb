"""An answer to somebody who is signed in, that a cache may keep and give to others."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.finding import Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.operations import Operation
from mainstay.check.live.people import NOBODY
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service


def ask(service: Service) -> Iterator[Found]:
    """Looks at what caches are told of answers that nobody else is given."""
    if not service.people:
        return
    silent: tuple[Operation, Answer] | None = None
    for operation, path in service.readable():
        answer = service.client.send("GET", path, service.asker)
        if not answer.went_well or service.client.send("GET", path, NOBODY).status not in (401, 403, 404):
            continue
        told = str(answer.headers.get("cache-control", "")).lower()
        if "public" in told or "s-maxage" in told:
            what = f"what only somebody who is signed in is answered may be kept for all (Cache-Control: {told})"
            yield found(operation, what, "proven", answer)
        elif not any(each in told for each in ("no-store", "private", "no-cache")) and silent is None:
            silent = (operation, answer)
    if silent is not None:
        what = "answers to somebody who is signed in do not say that nobody may keep them (Cache-Control: no-store)"
        yield found(silent[0], what, "likely", silent[1])
