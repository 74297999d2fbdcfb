"""Where guessable numbers and broken digests end: kept as what nobody must be able to guess or forge."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import DigestUse, RandomUse
from mainstay.check.flow.program import Changed, Compared, Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.cookies import is_set
from mainstay.check.reading.reader import Located, known_text, last
from mainstay.check.reading.tokens import PASSWORDS, UNGUESSABLE

SPANS = re.compile(r"time_?out|delay|jitter|expir|ttl|_at$|_size|count|interval", re.IGNORECASE)
"""What is about a secret and is none."""
FORGED = re.compile(r"token|secret|signature|api_?key|session|csrf|reset|remember|nonce", re.IGNORECASE)


def read(run: Run) -> Iterator[Located]:
    """Values that are kept as secrets, and were made with what is not good enough for one."""
    for event in run.events:
        if isinstance(event, Changed):
            yield from _kept(event, event.target, event.value)
        elif isinstance(event, Seen):
            for name, value in _places(event):
                yield from _kept(event, name, value)
        elif isinstance(event, Compared) and "broken" in event.marks:
            sides = [last(s.dotted(each)) for each in (event.node.left, event.node.right)]
            name = next((each for each in sides if FORGED.search(each)), "")
            if name:
                function = event.function.label if event.function is not None else ""
                yield event.position, DigestUse(place=event.place, function=function, name=name)


def _places(seen: Seen) -> Iterator[tuple[str, Value]]:
    """What a call keeps, and under which name."""
    if is_set(seen):
        value = seen.argument(1, "value")
        if value is not None:
            yield "a cookie", value
    elif seen.method == "write" and isinstance(seen.receiver.source, Seen) and seen.receiver.source.method == "open":
        file = last(known_text(seen.receiver.source.argument(0)).replace("/", "."))
        path = known_text(seen.receiver.source.argument(0)).rpartition("/")[2] or file
        for value in seen.arguments:
            yield path, value
    else:
        yield from seen.keywords.items()


def _kept(event: Changed | Seen, name: str, value: Value) -> Iterator[Located]:
    function = event.function.label if event.function is not None else ""
    if SPANS.search(name) or " " in known_text(value):
        return
    if "guessable" in value.marks and (name == "a cookie" or UNGUESSABLE.search(name)):
        source = value.source.name if isinstance(value.source, Seen) else "a generator for simulations"
        yield event.position, RandomUse(place=event.place, function=function, call=source, name=name)
    elif "broken" in value.marks and (name == "a cookie" or FORGED.search(name) or _is_file(event, name)):
        yield event.position, DigestUse(place=event.place, function=function, name=name)


def _is_file(event: Changed | Seen, name: str) -> bool:
    return isinstance(event, Seen) and event.method == "write" and PASSWORDS.search(name) is not None
