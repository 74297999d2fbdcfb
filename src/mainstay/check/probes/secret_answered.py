"""A password, or what stands for one, in an answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from mainstay.check.finding import Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.operations import Operation
from mainstay.check.live.people import NOBODY, Person
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

SECRET = re.compile(
    r"^(password|passwd|pwd|pass_?word_?hash|hashed_?password|password_?digest|encrypted_?password|salt|password_?salt"
    r"|secret_?key|private_?key|client_?secret|totp_?secret|otp_?secret|reset_?token|password_?reset_?token)$",
    re.IGNORECASE,
)
MASKED = re.compile(r"^[*•x.]*$", re.IGNORECASE)


def ask(service: Service) -> Iterator[Found]:
    """Reads what can be read, as nobody and as somebody, and looks for passwords, and addresses that anybody sees."""
    for operation, path in service.readable():
        for who in (NOBODY, *service.people[:1]):
            yield from _read(service, operation, path, who)


def _read(service: Service, operation: Operation, path: str, who: Person) -> Iterator[Found]:
    answer = service.client.send("GET", path, who)
    if not answer.went_well:
        return
    reader = "whoever asks" if who is NOBODY else who.name
    if service.people and service.samples.password in answer.text:
        yield found(
            operation,
            f"{reader} reads passwords as they are, that of {service.people[0].name} among them",
            "proven",
            answer,
        )
        return
    name = next(_secrets(answer.json), "")
    if name:
        yield found(operation, f"{reader} reads a field called {name}", "likely", answer)
    elif who is NOBODY and _address(service, answer):
        yield found(operation, "whoever asks reads the address of everybody who has an account", "review", answer)


def _secrets(value: Any) -> Iterator[str]:
    """Names of fields that hold a secret, anywhere in an answer."""
    if isinstance(value, dict):
        for name, each in value.items():
            if isinstance(each, str) and SECRET.search(str(name)) and not MASKED.search(each):
                yield str(name)
            yield from _secrets(each)
    elif isinstance(value, list):
        for each in value:
            yield from _secrets(each)


def _address(service: Service, answer: Answer) -> bool:
    return any(person.made and str(person.facts.get("email")) in answer.text for person in service.people)
