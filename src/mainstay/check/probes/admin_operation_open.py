"""An operation for administrators that answers everybody who is signed in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.finding import Confidence, Found
from mainstay.check.live.collections import Collection
from mainstay.check.live.effects import attempted
from mainstay.check.live.operations import Operation
from mainstay.check.live.people import Person
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
REFUSED = (401, 403)


def ask(service: Service) -> Iterator[Found]:
    """Asks as somebody without powers what reads, what makes rows, and what changes those of administrators."""
    if not service.people:
        return
    for operation in service.operations:
        if not _for_admins(operation) or operation.is_harmful or service.is_public(operation):
            continue
        if operation.method == "GET":
            yield from _read(service, operation)
    for collection in service.collections:
        create = collection.create
        if create is None or service.is_public(create):
            continue
        if _for_admins(create):
            row = service.rows.make(collection, service.asker)
            if row is not None:
                what = f"{service.asker.name}, who is no administrator, makes a row"
                yield found(create, what, _sure(create), row.answer)
        elif service.admin is not None:
            yield from _changed(service, service.admin, collection)


def _changed(service: Service, admin: Person, collection: Collection) -> Iterator[Found]:
    """Changes, as somebody who may make no such row, a row that the administrator has made."""
    own = service.rows.make(collection, service.asker)
    refused = service.rows.refused.get(collection.path)
    if own is not None or refused is None or refused.status not in REFUSED:
        return
    for operation in sorted(collection.on_a_row, key=lambda each: each.method == "DELETE"):
        row = service.rows.make(collection, admin) if operation.changes and not service.is_public(operation) else None
        effect = attempted(service, operation, row, service.asker) if row is not None else None
        if effect is not None:
            what = f"{service.asker.name}, who may make no such row, {effect.verb} one of the administrator's"
            yield found(operation, what, "proven", refused, *effect.shown)


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
