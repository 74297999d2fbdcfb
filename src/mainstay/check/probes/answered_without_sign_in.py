"""What asks for somebody who is signed in, and answers nobody as well."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.finding import Confidence, Found
from mainstay.check.live.effects import attempted
from mainstay.check.live.operations import Operation
from mainstay.check.live.people import NOBODY
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service


def ask(service: Service) -> Iterator[Found]:
    """Asks without saying who asks: what reads, what makes rows, and what changes rows that somebody made."""
    if not service.people:
        return
    for operation in service.operations:
        if operation.method == "GET" and operation.secured and not operation.is_harmful:
            yield from _read(service, operation)
    for collection in service.collections:
        create = collection.create
        if create is not None and create.secured and not service.is_public(create):
            row = service.rows.make(collection, NOBODY)
            if row is not None:
                sure: Confidence = "likely" if create.guarded else "proven"
                yield found(create, "somebody who is not signed in makes a row", sure, row.answer)
        for operation in collection.on_a_row:
            if operation.changes and not service.is_public(operation):
                yield from _changed(service, operation)


def _read(service: Service, operation: Operation) -> Iterator[Found]:
    path = service.path_of(operation, service.asker)
    if path is None or service.is_public(operation):
        return
    own = service.client.send("GET", path, service.asker)
    other = service.client.send("GET", path, NOBODY)
    if own.went_well and other.went_well and own.json is not None and other.json == own.json:
        says = "its source asks who is calling" if operation.guarded else "its document says that one must be signed in"
        what = f"{says}, and nobody is answered the same as somebody who is"
        yield found(operation, what, "likely" if operation.guarded else "proven", own, other)


def _changed(service: Service, operation: Operation) -> Iterator[Found]:
    """Changes a row that was made for it; accounts are left alone."""
    collection = next((each for each in service.collections if operation in each.on_a_row), None)
    row = service.rows.make(collection, service.asker) if collection is not None else None
    effect = attempted(service, operation, row, NOBODY) if row is not None else None
    if row is not None and effect is not None:
        word = row.collection.word.removesuffix("s")
        what = f"somebody who is not signed in {effect.verb} the {word} of {row.owner.name}"
        yield found(
            operation, what, "proven" if operation.secured and not operation.guarded else "likely", *effect.shown
        )
