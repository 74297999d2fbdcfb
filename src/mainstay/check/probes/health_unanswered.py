"""No path that says whether the service is well."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.finding import Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.people import NOBODY
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

PLACES = (
    "/health", "/healthz", "/health/live", "/health/ready", "/livez", "/readyz", "/live", "/ready", "/ping", "/status",
    "/_health", "/up", "/api/health", "/api/v1/health", "/actuator/health", "/health-check", "/healthcheck", "/alive",
)  # fmt: skip
CALLED = re.compile(r"health|ready|live(ness)?|heartbeat|(^|/)(ping|status|up)$", re.IGNORECASE)


def ask(service: Service) -> Iterator[Found]:
    """Asks for the usual paths, and for what the document calls so."""
    base = service.client.address.base
    nothing = service.client.send("GET", f"{base}/{service.samples.name()}", NOBODY)
    named = [
        each.path for each in service.operations if each.method == "GET" and not each.names and CALLED.search(each.path)
    ]
    asked: list[Answer] = []
    for path in dict.fromkeys([*named, *(base + each for each in PLACES), *PLACES]):
        answer = service.client.send("GET", path, NOBODY)
        asked.append(answer)
        if answer.status in (200, 204, 503) and answer.content != nothing.content:
            return
    yield found(
        f"GET {base}/health", f"none of {len(asked)} usual paths says whether the service is well", "likely", asked[0]
    )
