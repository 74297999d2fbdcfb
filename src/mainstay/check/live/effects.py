"""What a request of somebody's does to a row, as its owner sees it afterwards."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from mainstay.check.live.answer import Answer
from mainstay.check.live.operations import Operation, properties
from mainstay.check.live.people import Person
from mainstay.check.live.rows import Row, listed
from mainstay.check.live.samples import PASSWORD
from mainstay.check.live.service import Service


@dataclass(frozen=True, slots=True)
class Effect:
    """What was done to a row (`changes`, `deletes`, `sets the password of`), and the answers that show it."""

    verb: str
    shown: tuple[Answer, ...]


def attempted(service: Service, operation: Operation, row: Row, who: Person) -> Effect | None:
    """Asks an operation that changes something, on a row of another; what that did, or None where nothing."""
    path = operation.filled(row.values)
    before = seen(service, row)
    if path is None or before is None or operation.upload is not None:
        return None
    body = service.rows.body(operation, who) if operation.body or operation.form else None
    answer = service.send(operation, path, who, body=body)
    if not 200 <= answer.status < 300:
        return None
    after = seen(service, row)
    if after is None:
        row.gone = True
        return Effect("deletes", (row.answer, answer, _last(service)))
    if body is not None and _texts(body, service.samples.mark) & _texts(after.json, service.samples.mark):
        return Effect("changes", (row.answer, answer, after))
    return None


def attempted_on_account(service: Service, operation: Operation, row: Row, who: Person) -> Effect | None:
    """Asks an operation on the account of another; what that did, as the other finds when he signs in or reads."""
    path = operation.filled(row.values)
    if path is None or operation.upload is not None:
        return None
    owner, new = row.owner, f"{service.samples.password}New1"
    body = service.rows.body(operation, who) if operation.body or operation.form else None
    sets = [way[-1] for way, _ in properties(operation.body or operation.form) if PASSWORD.search(way[-1])]
    if isinstance(body, dict):
        body.update({name: new for name in sets if name in body})
    answer = service.send(operation, path, who, body=body)
    if not 200 <= answer.status < 300:
        return None
    if sets:
        again = service.accounts.sign_in(owner, new)
        return Effect("sets the password of", (answer, again)) if service.accounts.signed_in(again) else None
    if operation.method == "DELETE":
        again = service.accounts.sign_in(owner)
        return None if service.accounts.signed_in(again) else Effect("deletes", (answer, again))
    after = seen(service, row)
    if (
        after is not None
        and body is not None
        and _texts(body, service.samples.mark) & _texts(after.json, service.samples.mark)
    ):
        return Effect("changes", (answer, after))
    return None


def seen(service: Service, row: Row) -> Answer | None:
    """The row as its owner reads it, by itself or in the list; None where it is not there."""
    read, whole = row.collection.read, row.collection.listed
    path = read.filled(row.values) if read is not None else None
    if path is not None:
        answer = service.client.send("GET", path, row.owner)
        return answer if answer.went_well and answer.json is not None else None
    path = whole.filled(row.values) if whole is not None else None
    answer = service.client.send("GET", path, row.owner) if path is not None else row.answer
    return answer if any(row.mark in json.dumps(each) for each in listed(answer.json)) else None


def _last(service: Service) -> Answer:
    return service.client.journal[-1]


def _texts(value: Any, mark: str) -> set[str]:
    """The texts of a body, or an answer, in which the mark of this review stands."""
    if isinstance(value, str):
        return {value} if mark in value else set()
    if isinstance(value, dict):
        return {text for each in value.values() for text in _texts(each, mark)}
    if isinstance(value, list):
        return {text for each in value for text in _texts(each, mark)}
    return set()
