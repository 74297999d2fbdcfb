"""A row that one stranger made, and another reads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.finding import Confidence, Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.operations import Operation
from mainstay.check.live.people import NOBODY, Person
from mainstay.check.live.probe import found
from mainstay.check.live.rows import Row, flat
from mainstay.check.live.service import Service

OWN = re.compile(
    r"only (for )?(the|its|their|your)? ?(owner|author|creator|user who)|(your|my|the caller's|current user's) own",
    re.IGNORECASE,
)
"""What a document says of rows that are for their owner."""
PRIVATE = re.compile(
    r"secret|private|passw|(^|_)ssn|iban|card_?(number|no)|account_?number|salary|diagnos|medical|address(_line)?$|balance|phone|birth",
    re.IGNORECASE,
)
"""Fields that are nobody else's business."""


def ask(service: Service) -> Iterator[Found]:
    """Asks for each row of the first as the second, and compares with what anybody may see."""
    if service.pair is None:
        return
    owner, stranger = service.pair
    for collection in service.collections:
        row = service.rows.of(collection, owner)
        if row is None or row.account:
            continue
        for operation in [each for each in collection.on_a_row if each.method == "GET"]:
            yield from _asked(service, operation, row, owner, stranger)


def _asked(service: Service, operation: Operation, row: Row, owner: Person, stranger: Person) -> Iterator[Found]:
    path = operation.filled(row.values)
    if path is None or service.is_public(operation):
        return
    own = service.client.send("GET", path, owner)
    other = service.client.send("GET", path, stranger)
    if not (own.went_well and other.went_well and row.mark in own.text and row.mark in other.text):
        return
    if service.client.send("GET", path, NOBODY).went_well:
        return
    sure, why = _judged(service, operation, row, stranger, other)
    what = f"{stranger.name} reads the {_singular(row.collection.word)} of {owner.name}{why}"
    yield found(operation, what, sure, row.answer, own, other)


def _judged(
    service: Service, operation: Operation, row: Row, stranger: Person, other: Answer
) -> tuple[Confidence, str]:
    """How sure it is that the row was not meant for everybody who is signed in, and by what."""
    if OWN.search(operation.words):
        return "proven", ", which its document says is for the owner alone"
    listed = row.collection.listed
    path = listed.filled(row.values) if listed is not None else None
    if path is not None:
        mine, theirs = service.client.send("GET", path, row.owner), service.client.send("GET", path, stranger)
        if mine.went_well and theirs.went_well and row.mark in mine.text and row.mark not in theirs.text:
            return "proven", ", which is not in the list that he is answered"
    private = next((name for name, value in flat(other.json) if PRIVATE.search(name) and value not in (None, "")), "")
    if private:
        return "likely", f", its {private} with it"
    return "review", ", and nothing says whether everybody who is signed in may"


def _singular(word: str) -> str:
    return word.removesuffix("s") or "row"
