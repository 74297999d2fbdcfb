"""Connections whose certificates nobody looks at."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Uncertified
from mainstay.check.flow.program import Changed, Run, Seen
from mainstay.check.reading.reader import Located, label, shown, under

CLIENTS = ("requests", "httpx", "aiohttp", "niquests", "urllib3", "websockets")
FLAGS = {"verify": False, "verify_ssl": False, "ssl": False, "cert_reqs": "CERT_NONE"}
"""Arguments of clients of Python that switch the look at a certificate off."""


def read(run: Run) -> Iterator[Located]:
    """Calls and settings that trust whoever answers."""
    for event in run.events:
        if isinstance(event, Seen):
            how = _javascript(event) if event.is_javascript else _python(event)
            if how:
                yield event.position, Uncertified(place=event.place, function=label(event), call=shown(event), how=how)
        elif isinstance(event, Changed):
            target = event.target
            off = target.endswith("verify_mode") and (event.value.path or event.value.type).endswith("CERT_NONE")
            off = off or (target.endswith(("check_hostname", ".verify")) and event.value.const is False)
            off = off or (target.endswith("NODE_TLS_REJECT_UNAUTHORIZED") and str(event.value.const) == "0")
            off = off or (target.endswith("NODE_TLS_REJECT_UNAUTHORIZED]") and str(event.value.const) == "0")
            if off and not (target.endswith(".verify") and not under(event.object.type, *CLIENTS)):
                function = event.function.label if event.function is not None else ""
                yield event.position, Uncertified(place=event.place, function=function, call=target, how=target)


def _python(seen: Seen) -> str:
    if seen.name in ("ssl._create_unverified_context", "ssl._create_stdlib_context"):
        return seen.name
    if under(seen.name, *CLIENTS):
        for flag, off in FLAGS.items():
            given = seen.keywords.get(flag)
            if given is not None and (given.const is off or given.const == off or given.path.endswith(str(off))):
                return f"{flag}={off}"
    return ""


def _javascript(seen: Seen) -> str:
    for each in seen.arguments:
        for name in ("rejectUnauthorized", "strictSSL"):
            given = (each.fields or {}).get(name)
            if given is not None and given.const is False:
                return f"{name}: false"
    return ""
