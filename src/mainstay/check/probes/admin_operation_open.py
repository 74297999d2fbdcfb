"""An operation for administrators that answers everybody who is signed in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.finding import Confidence, Found
from mainstay.check.live.operations import Operation
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

ADMIN = re.compile(
    r"(^|[/_\-\s.])(admin(istrator|istration)?s?|superusers?|staff|back-?office|moderators?)($|[/_\-\s.,:])",
    re.IGNORECASE,
)
ONLY = re.compile(
    r"only (for )?(an? |the )?(admin|superuser|staff|moderator)|(admin|superuser|staff)\w* only"
    r"|(requires?|must be|needs?) .{0,20}admin",
    re.IGNORECASE,
)
"""What a document says of operations that are for administrators alone."""


def ask(service: Service) -> Iterator[Found]:
    """Asks as somebody who was just signed up: what reads, and what makes a row."""
    if not service.people:
        return
    for operation in service.operations:
        if not _for_admins(operation) or operation.is_harmful or service.is_public(operation):
            continue
        if operation.method == "GET":
            yield from _read(service, operation)
    for collection in service.collections:
        create = collection.create
        if create is not None and _for_admins(create) and not service.is_public(create):
            row = service.rows.make(collection, service.asker)
            if row is not None:
                yield found(
                    create, f"{service.asker.name}, who is no administrator, makes a row", _sure(create), row.answer
                )


def _for_admins(operation: Operation) -> bool:
    return bool(ADMIN.search(operation.path) or ADMIN.search(operation.id) or ONLY.search(operation.words))


def _sure(operation: Operation) -> Confidence:
    return "proven" if ONLY.search(operation.words) else "likely"


def _read(service: Service, operation: Operation) -> Iterator[Found]:
    path = service.path_of(operation, service.asker)
    if path is None:
        return
    answer = service.client.send("GET", path, service.asker)
    if answer.went_well and answer.json is not None:
        what = f"{service.asker.name}, who is no administrator, is answered"
        yield found(operation, what, _sure(operation), answer)
