"""A field that is not the caller's to set, sent along, and read back as it was sent."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mainstay.check.finding import Confidence, Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.collections import Collection
from mainstay.check.live.operations import Operation
from mainstay.check.live.people import Person
from mainstay.check.live.probe import found
from mainstay.check.live.rows import Row, fields_of, flat
from mainstay.check.live.service import Service

POWERS: dict[str, Any] = {
    "admin": True, "is_admin": True, "isAdmin": True, "is_staff": True, "is_superuser": True, "superuser": True,
    "role": "admin", "roles": ["admin"], "is_verified": True, "verified": True, "email_verified": True,
    "emailVerified": True, "is_active": True, "approved": True, "balance": 4242, "credits": 4242,
}  # fmt: skip
"""Fields that give somebody more than he has, and what is sent in each."""
OWNER = re.compile(r"^(owner|author|user|creator|account|customer|tenant|created_by|createdBy)(_?id|Id|_?name|name)?$")
GIVEN = re.compile(
    r"^(id|_id|uuid|slug|url|href|links?|created|updated|modified|version|etag)$|(_at|At|_on|_url|Url)$|token|hash",
    re.IGNORECASE,
)
"""Fields that a server makes, and that do no harm where they can be set."""


def ask(service: Service) -> Iterator[Found]:
    """Signs somebody up, and makes and changes rows, with fields that the document does not have."""
    up = service.accounts.signing.up
    if service.people and up is not None and service.accounts.can_make:
        yield from _signed_up(service, up)
    for collection in service.collections:
        if collection.create is not None and service.people:
            yield from _made(service, collection, collection.create)


def _signed_up(service: Service, up: Operation) -> Iterator[Found]:
    """Signs somebody up with every power, and looks at what is known of him afterwards."""
    plain = service.people[0]
    for powers in (POWERS, {name: value for name, value in POWERS.items() if name in plain.facts}):
        if not powers:
            return
        login = service.samples.name()
        person = Person(
            "mallory", facts={"username": login, "email": f"{login}@example.com"}, password=service.samples.password
        )
        made = service.accounts.sign_up(person, powers)
        if not made.went_well:
            continue
        service.accounts.sign_in(person)
        if person.headers:
            service.accounts.made.append(person)
        yield from _told(service, up, plain, person, made)
        return


def _told(service: Service, up: Operation, plain: Person, person: Person, made: Answer) -> Iterator[Found]:
    """What the account of mallory says of her powers, where that of the other says something else."""
    documented = fields_of(up.body or up.form)
    for answer, other in _accounts(service, plain, person, made):
        before = dict(flat(other.json)) if other is not None else {name: plain.facts.get(name) for name in POWERS}
        for name, value in flat(answer.json):
            if name in POWERS and value == POWERS[name] and before.get(name) != value:
                if name in documented and name not in ("role", "roles", "admin", "is_admin", "isAdmin"):
                    continue
                yield found(up, f"whoever signs up sets {name} to {value}, and is that", "proven", made, answer)
                return


def _accounts(service: Service, plain: Person, person: Person, made: Answer) -> Iterator[tuple[Answer, Answer | None]]:
    yield made, None
    me = service.accounts.me
    if me is not None and person.headers:
        yield service.client.send("GET", me.path, person), service.client.send("GET", me.path, plain)
    for collection in service.collections:
        one, other = service.rows.account(collection, person), service.rows.account(collection, plain)
        if one is not None and other is not None:
            yield one.answer, other.answer


def _made(service: Service, collection: Collection, create: Operation) -> Iterator[Found]:
    """Makes a row as it should be, and one more with the fields that the first has beside those that are sent."""
    owner = service.people[0]
    plain = service.rows.make(collection, owner)
    if plain is None:
        return
    before = dict(flat(_read(service, plain).json))
    sent = fields_of(create.body or create.form)
    extra = {name: value for name, each in before.items() if (value := _other(service, name, each, sent)) is not None}
    wanted = {
        **{name: value for name, value in POWERS.items() if not isinstance(value, list) and name not in sent},
        **extra,
    }
    row = service.rows.make(collection, owner, wanted) or (
        service.rows.make(collection, owner, extra) if extra else None
    )
    if row is None:
        return
    answer = _read(service, row)
    after = dict(flat(answer.json))
    for name, value in wanted.items():
        if name in after and after[name] == value and before.get(name) != value:
            sure: Confidence = "proven" if OWNER.search(name) or name in POWERS else "review"
            yield found(
                create,
                f"whoever makes a row sets its {name}, which its document does not let him",
                sure,
                row.answer,
                answer,
            )


def _read(service: Service, row: Row) -> Answer:
    read = row.collection.read
    path = read.filled(row.values) if read is not None else None
    answer = service.client.send("GET", path, row.owner) if path is not None else row.answer
    return answer if answer.went_well else row.answer


def _other(service: Service, name: str, value: Any, sent: set[str]) -> Any:
    """Another value for a field that the server gave; None for one that is left alone."""
    if name in sent or GIVEN.search(name) or not sent:
        return None
    if OWNER.search(name):
        stranger = service.people[1] if len(service.people) > 1 else None
        same = [key for key, each in service.people[0].facts.items() if each == value]
        return stranger.facts.get(same[0]) if stranger is not None and same else None
    if isinstance(value, bool):
        return not value
    return 4242 if isinstance(value, int | float) else None
