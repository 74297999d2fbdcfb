"""A webhook that believes whoever calls it."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.finding import Found
from mainstay.check.live.operations import Operation, properties
from mainstay.check.live.people import NOBODY
from mainstay.check.live.probe import found
from mainstay.check.live.samples import URL
from mainstay.check.live.service import Service

SIGNED = {
    "x-hub-signature-256": "sha256=" + "0" * 64,
    "stripe-signature": "t=1,v1=" + "0" * 64,
    "x-signature": "0" * 64,
    "webhook-signature": "v1," + "A" * 43 + "=",
}
"""Signatures that cannot be right."""


def ask(service: Service) -> Iterator[Found]:
    """Sends an event that means nothing, without a signature and with a wrong one."""
    for operation in service.operations:
        if operation.method != "POST" or operation.names or operation.secured or not operation.is_hook:
            continue
        if _registers(operation) or service.is_public(operation):
            continue
        body = service.samples.body(operation.body or {}) if operation.body else None
        event = {"id": service.samples.name(), "type": "mainstay.probe", **(body if isinstance(body, dict) else {})}
        plain = service.client.send("POST", operation.path, NOBODY, body=event)
        if plain.went_well:
            wrong = service.client.send("POST", operation.path, NOBODY, body=event, headers=SIGNED)
            if wrong.went_well:
                yield found(
                    operation,
                    "an event that nobody signed is accepted, and so is one with a wrong signature",
                    "likely",
                    plain,
                    wrong,
                )


def _registers(operation: Operation) -> bool:
    """Whether it makes a webhook, and is not one."""
    return any(URL.search(way[-1]) for way, _ in properties(operation.body))
