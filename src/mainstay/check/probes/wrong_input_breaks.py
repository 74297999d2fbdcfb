"""Input that is wrong, and answered as if the server were: 500 where 400, 404, 409 or 422 is due."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mainstay.check.finding import Found
from mainstay.check.live.collections import Collection
from mainstay.check.live.operations import Operation, properties
from mainstay.check.live.people import Person
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

BROKEN = b'{"name": '
UNKNOWN = ("99999999", "00000000-0000-4000-8000-000000000000", "nothing-is-called-so")
"""Keys that no row has."""
MOST = 12
"""Fields of one body that are tried."""


def ask(service: Service) -> Iterator[Found]:
    """Sends what cannot be read, what has the wrong types, what is there already, and keys that no row has."""
    person = service.spare or service.asker
    for operation in service.operations:
        if operation.changes and operation.method != "DELETE" and operation.body and service.may(operation, person):
            path = service.path_of(operation, person) if operation.names else operation.path
            if path is not None:
                yield from _bodies(service, operation, path, person)
    for collection in service.collections:
        yield from _keys(service, collection, person)
        yield from _twice(service, collection, person)
    yield from _twice_signed_up(service)
    yield from _wrong_password(service)


def _bodies(service: Service, operation: Operation, path: str, person: Person) -> Iterator[Found]:
    """Bodies that are not JSON, not an object, and objects whose fields are of other types."""
    headers = {"content-type": "application/json"}
    broken = service.client.send(operation.method, path, person, content=BROKEN, headers=headers)
    if broken.status >= 500:
        yield found(
            operation, f"JSON that ends in the middle is answered with {broken.status}; 400 is due", "proven", broken
        )
        return
    if broken.went_well:
        yield found(
            operation,
            f"JSON that ends in the middle is answered with {broken.status}, as if it were good",
            "proven",
            broken,
        )
    for wrong, words in _wrong(service, operation, person):
        answer = service.client.send(operation.method, path, person, body=wrong)
        if answer.status >= 500:
            yield found(operation, f"{words} is answered with {answer.status}; 400 or 422 is due", "proven", answer)
            return
        service.rows.remember(operation, person, wrong, answer)


def _wrong(service: Service, operation: Operation, person: Person) -> Iterator[tuple[Any, str]]:
    """Wrong bodies, and what is wrong with them; no account is made with one."""
    yield [], "a list in place of an object"
    yield {}, "an empty object"
    if operation is service.accounts.signing.up:
        return
    for way, inner in list(properties(operation.body))[:MOST]:
        good = service.rows.body(operation, person)
        if len(way) == 1 and isinstance(good, dict):
            kind = inner.get("type", "string")
            other: Any = {"a": [1]} if kind in ("string", "integer", "number", "boolean") else "x"
            yield {**good, way[0]: other}, f"{way[0]} of another type"
            if kind == "string":
                yield {**good, way[0]: f"{service.samples.name()}\0"}, f"a null character in {way[0]}"
            elif kind == "integer":
                yield {**good, way[0]: 10**30}, f"a number of thirty digits in {way[0]}"


def _keys(service: Service, collection: Collection, person: Person) -> Iterator[Found]:
    """Keys that no row has: 404 is due, or 400 or 422 where they cannot be keys."""
    row = service.rows.of(collection, person)
    for operation in collection.on_a_row:
        makes = operation.method == "PUT" and operation in collection.changes and collection.create is None
        if row is None or operation.upload or makes or (operation.changes and not service.may(operation, person)):
            continue
        for unknown in UNKNOWN:
            path = operation.filled({**row.values, **dict.fromkeys(collection.keys, unknown)})
            if path is None:
                continue
            answer = service.send(operation, path, person)
            if answer.status >= 500:
                yield found(
                    operation, f"a key that no row has is answered with {answer.status}; 404 is due", "proven", answer
                )
                break
            if operation.method == "GET" and answer.went_well and not answer.json:
                yield found(
                    operation,
                    f"a key that no row has is answered with {answer.status} and nothing; 404 is due",
                    "likely",
                    answer,
                )
                break


def _twice(service: Service, collection: Collection, person: Person) -> Iterator[Found]:
    """The same row twice: 409 is due where it cannot be, or 400 or 422."""
    create = collection.create
    row = service.rows.make(collection, person) if create is not None and create.body else None
    path = create.filled(row.values) if create is not None and row is not None else None
    if create is None or row is None or path is None:
        return
    for who in (person, service.asker):
        again = service.client.send("POST", path, who, body=row.sent)
        if again.status >= 500:
            of = "" if who is person else f", of {person.name},"
            what = f"a row that is there already{of} is answered with {again.status}; 409 is due"
            yield found(create, what, "proven", row.answer, again)
            return
        service.rows.remember(create, who, row.sent, again, row)


def _twice_signed_up(service: Service) -> Iterator[Found]:
    """The same account twice."""
    person, up = next((each for each in service.people if each.made), None), service.accounts.signing.up
    if person is None or up is None:
        return
    again = service.accounts.sign_up(person)
    if again.status >= 500:
        yield found(
            up, f"an account that is there already is answered with {again.status}; 409 is due", "proven", again
        )


def _wrong_password(service: Service) -> Iterator[Found]:
    """A sign-in that does not let in, and says 200."""
    person, into = service.spare, service.accounts.signing.into
    if person is None or into is None:
        return
    answer = service.accounts.ask_in(person.login, f"Wrong-{person.password}")
    if 200 <= answer.status < 300 and not service.accounts.signed_in(answer):
        yield found(
            into,
            f"a wrong password is answered with {answer.status}, as if it were right; 401 is due",
            "proven",
            answer,
        )
