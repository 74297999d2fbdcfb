"""Calls of other services from programs of Java, mails and messages, and lines for a log."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Effect, Fact, OutgoingCall
from mainstay.check.flow.beans import short
from mainstay.check.flow.program import Run, Seen
from mainstay.check.reading.answers import logged
from mainstay.check.reading.reader import Located, label, shown
from mainstay.check.reading.sinks import is_log
from mainstay.check.words import words

SENDS: dict[str, frozenset[str]] = {
    "RestTemplate": words(
        """
        getForObject getForEntity postForObject postForEntity postForLocation exchange put delete execute
        patchForObject headForHeaders optionsForAllow
        """
    ),
    "RestClient": words("retrieve exchange"),
    "WebClient": words("retrieve exchangeToMono exchangeToFlux exchange"),
    "HttpClient": words("send execute"),
    "CloseableHttpClient": words("execute"),
    "URL": words("openStream openConnection"),
}
WAITS = re.compile(r"timeout", re.IGNORECASE)
BREAKERS = re.compile(r"CircuitBreaker|Bulkhead|HystrixCommand|TimeLimiter|SentinelResource")
MAILS = {"JavaMailSender": "send", "MailSender": "send", "JavaMailSenderImpl": "send", "Transport": "send"}
QUEUES = {
    "KafkaTemplate": "send",
    "RabbitTemplate": "convertAndSend",
    "AmqpTemplate": "convertAndSend",
    "JmsTemplate": "convertAndSend",
    "StreamBridge": "send",
    "SqsTemplate": "send",
}


def read(run: Run) -> Iterator[Located]:
    """What a function calls outside of the program."""
    breakers = any(BREAKERS.search(each.path or each.type) for each in run.decorators)
    for seen in run.calls:
        owner = short(seen.name).partition(".")[0]
        fact = _outgoing(seen, owner, breakers) or _effect(seen, owner)
        if fact is not None:
            yield seen.position, fact
        if is_log(seen):
            yield from logged(seen)


def _outgoing(seen: Seen, owner: str, breakers: bool) -> Fact | None:
    if seen.method not in SENDS.get(owner, ()):
        return None
    if owner == "URL" and seen.method == "openConnection" and _timed(seen):
        return None
    return OutgoingCall(
        place=seen.place,
        function=label(seen),
        call=shown(seen),
        timeout=_timed(seen),
        idempotent=seen.method.startswith(("get", "head", "retrieve", "open")),
        breaker=breakers,
        transaction=seen.transaction,
        loop=seen.loop,
    )


def _timed(seen: Seen) -> bool:
    """Whether a time-out is spoken of where the client is made, or in the function that calls it."""
    if "timed" in seen.receiver.marks or any("timed" in each.marks for each in seen.values()):
        return True
    if seen.function is not None:
        lines = seen.unit.source.lines[seen.function.line - 1 : seen.function.end]
        if any(WAITS.search(each) for each in lines):
            return True
    source, depth = seen.receiver.source, 0
    while isinstance(source, Seen) and depth < 12:
        if "timed" in source.receiver.marks or any(_speaks(each.value) for each in source.node.arguments):
            return True
        source, depth = source.receiver.source, depth + 1
    return False


def _speaks(node: s.Node) -> bool:
    return any(
        isinstance(each, s.Name | s.Member) and WAITS.search(each.id if isinstance(each, s.Name) else each.name)
        for each in s.walk(node)
    )


def _effect(seen: Seen, owner: str) -> Fact | None:
    for kind, table in (("mail", MAILS), ("queue", QUEUES)):
        if table.get(owner) == seen.method:
            return Effect(
                place=seen.place, function=label(seen), kind=kind, call=shown(seen), transaction=seen.transaction
            )
    return None
