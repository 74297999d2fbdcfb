"""A sign-in that tells whether there is an account."""

from __future__ import annotations

import re
import statistics
from collections.abc import Iterator

from mainstay.check.finding import Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.operations import Operation, properties
from mainstay.check.live.people import NOBODY, Person
from mainstay.check.live.probe import found
from mainstay.check.live.samples import EMAIL
from mainstay.check.live.service import Service

FORGOT = re.compile(r"forgot|reset|recover", re.IGNORECASE)
CHANGING = re.compile(r"[0-9a-f]{8,}|\d+|eyJ[\w.-]+", re.IGNORECASE)
"""What differs from answer to answer anyhow."""
TIMES = 3
SLOWER = 3.0
"""So many times as long, and it is no accident."""
LEAST = 0.03
"""Seconds of difference that can be seen from elsewhere."""


def ask(service: Service) -> Iterator[Found]:
    """Asks for an account that there is and for one that there is not, with a wrong password for both."""
    into = service.accounts.signing.into
    person = service.spare
    if into is None or person is None:
        return
    yield from _signed_in(service, into, person)
    for operation in service.operations:
        if operation.method == "POST" and FORGOT.search(operation.path) and _takes_only_a_name(operation):
            yield from _forgotten(service, operation, person)


def _signed_in(service: Service, into: Operation, person: Person) -> Iterator[Found]:
    known, unknown = [], []
    for _ in range(TIMES):
        known.append(service.accounts.ask_in(person.login, "Wrong-" + service.samples.password, patient=False))
        unknown.append(
            service.accounts.ask_in(
                service.samples.name() + person.login, "Wrong-" + service.samples.password, patient=False
            )
        )
    if any(each.status in (0, 429) for each in (*known, *unknown)):
        known, unknown = known[:1], unknown[:1]
    if any(each.status in (0, 429) for each in (*known, *unknown)):
        return
    one, other = known[0], unknown[0]
    if _differ(one, other):
        yield found(into, "it tells whether there is an account of that name", "proven", one, other)
        return
    slow, quick = (statistics.median(each.seconds for each in many) for many in (known, unknown))
    if len(known) == TIMES and max(slow, quick) > SLOWER * min(slow, quick) and abs(slow - quick) > LEAST:
        what = (
            f"it takes {slow * 1000:.0f} ms where there is an account of that name, and {quick * 1000:.0f} ms where not"
        )
        yield found(into, what, "likely", one, other)


def _forgotten(service: Service, operation: Operation, person: Person) -> Iterator[Found]:
    """Asks for a new password for an account that there is, and for one that there is not."""
    address = str(person.facts["email"])

    def asked(value: str) -> Answer:
        schema = operation.body or operation.form or {}
        body = service.samples.body(schema, known=lambda name, inner: value)
        return service.send(operation, operation.path, NOBODY, body=body)

    one, other = asked(address), asked(f"{service.samples.name()}@example.com")
    if 429 not in (one.status, other.status) and one.status and other.status and _differ(one, other):
        yield found(operation, "it tells whether there is an account of that address", "proven", one, other)


def _takes_only_a_name(operation: Operation) -> bool:
    names = [way[-1] for way, _ in properties(operation.body or operation.form)]
    return bool(names) and len(names) <= 2 and any(EMAIL.search(each) or each == "username" for each in names)


def _differ(one: Answer, other: Answer) -> bool:
    """Whether two answers differ in what they say, and not in names, times and numbers alone."""
    return one.status != other.status or _plain(one) != _plain(other)


def _plain(answer: Answer) -> str:
    sent = answer.request.content.decode("utf-8", "replace")
    text = answer.text
    for word in re.findall(r"[\w.@+-]{6,}", sent):
        text = text.replace(word, "")
    return CHANGING.sub("", text)
