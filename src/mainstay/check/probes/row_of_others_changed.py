"""A row, or the account, of one stranger, that another changes or deletes."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.finding import Confidence, Found
from mainstay.check.live.collections import Collection
from mainstay.check.live.effects import attempted, attempted_on_account
from mainstay.check.live.operations import Operation
from mainstay.check.live.people import Person
from mainstay.check.live.probe import found
from mainstay.check.live.rows import Row
from mainstay.check.live.service import Service


def ask(service: Service) -> Iterator[Found]:
    """Asks what changes rows, as a stranger to their owner; a row, or an account, is made for each."""
    if service.pair is None:
        return
    owner, stranger = service.pair
    for collection in service.collections:
        for operation in _changing(collection):
            if service.is_public(operation) or operation is service.accounts.signing.up:
                continue
            row = service.rows.make(collection, owner)
            if row is not None:
                yield from _on_row(service, operation, row, stranger)
            elif service.rows.of(collection, owner) is not None:
                yield from _on_account(service, operation, collection)


def _changing(collection: Collection) -> list[Operation]:
    """What changes one row; what deletes it last."""
    there = [each for each in collection.on_a_row if each.changes and not each.upload]
    return sorted(there, key=lambda each: each.method == "DELETE")


def _on_row(service: Service, operation: Operation, row: Row, stranger: Person) -> Iterator[Found]:
    effect = attempted(service, operation, row, stranger)
    if effect is None:
        return
    named = any(word in row.answer.text for word in row.owner.words())
    sure: Confidence = "proven" if named else "likely"
    what = f"{stranger.name} {effect.verb} the {row.collection.word.removesuffix('s') or 'row'} of {row.owner.name}"
    yield found(operation, what, sure, *effect.shown)


def _on_account(service: Service, operation: Operation, collection: Collection) -> Iterator[Found]:
    """Asks between two new accounts, since either may be of no use afterwards; kept where neither was touched."""
    pair = service.remembered.pop("two accounts", None) or (service.newcomer("carol"), service.newcomer("dave"))
    victim, stranger = pair
    row = service.rows.account(collection, victim) if victim is not None else None
    if victim is None or stranger is None or row is None:
        return
    before = len(service.client.journal)
    effect = attempted_on_account(service, operation, row, stranger)
    if effect is not None:
        what = f"{stranger.name} {effect.verb} the account of {victim.name}"
        if effect.verb.startswith("sets"):
            what = f"{stranger.name} {effect.verb} {victim.name}, who was not asked"
        yield found(operation, what, "proven", *effect.shown)
    elif not any(200 <= each.status < 300 for each in service.client.journal[before:] if each.request.method != "GET"):
        service.remembered["two accounts"] = pair
