"""An address of the caller's that the server asks, also where it leads into its own network."""

from __future__ import annotations

import re
from collections.abc import Iterator
from urllib.parse import urlencode, urlsplit

from mainstay.check.finding import Found
from mainstay.check.live.address import is_loopback
from mainstay.check.live.answer import Answer
from mainstay.check.live.listener import Listener
from mainstay.check.live.operations import Operation, Schema, properties
from mainstay.check.live.probe import found
from mainstay.check.live.samples import URL
from mainstay.check.live.service import Service

SERVED = re.compile(r"(^|_)(host|domain|server|endpoint|target|feed|remote)($|_)", re.IGNORECASE)
LATER = 1.0
"""Seconds that are waited for what is fetched behind the answer."""


def ask(service: Service) -> Iterator[Found]:
    """Sends the address of a listener on this machine wherever an address may be sent, and sees whether it is asked."""
    parts = urlsplit(service.client.address.origin)
    if not is_loopback(parts.hostname or "", parts.port or 80):
        service.notes.append(
            "whether addresses are fetched was not asked: the API cannot reach a listener on this machine"
        )
        return
    sent: dict[str, tuple[Operation, str, Answer]] = {}
    with Listener() as listener:
        for operation in service.operations:
            if service.may(operation, service.asker) if operation.changes else not operation.is_harmful:
                for name in _names(operation):
                    word, address = listener.address()
                    answer = _sent(service, operation, name, address)
                    if answer is not None:
                        sent[word] = (operation, name, answer)
        if sent:
            listener.wait(LATER)
        asked = dict(listener.asked)
    for word, (operation, name, answer) in sent.items():
        if word in asked:
            by = f" (it calls itself {asked[word]})" if asked[word] else ""
            yield found(
                operation,
                f"the server asked the address that was sent in {name}, which is of its own machine{by}",
                "proven",
                answer,
            )


def _names(operation: Operation) -> list[str]:
    """Fields and parameters that are addresses."""
    if operation.changes:
        return [way[-1] for way, inner in properties(operation.body or operation.form) if _is_address(way[-1], inner)]
    return [each.name for each in operation.parameters if each.place == "query" and _is_address(each.name, each.schema)]


def _is_address(name: str, schema: Schema) -> bool:
    texts = schema.get("type", "string") == "string"
    return texts and (schema.get("format") in ("uri", "url") or bool(URL.search(name) or SERVED.search(name)))


def _sent(service: Service, operation: Operation, name: str, address: str) -> Answer | None:
    path = operation.path if not operation.names else service.path_of(operation, service.asker)
    if path is None or operation is service.accounts.signing.up or operation.upload:
        return None
    if not operation.changes:
        return service.client.send("GET", f"{path}?{urlencode({name: address})}", service.asker)
    if operation.method == "DELETE":
        return None
    schema = operation.body or operation.form or {}
    body = service.samples.body(schema, known=lambda each, inner: address if each == name else None)
    return service.send(operation, path, service.asker, body=body)
