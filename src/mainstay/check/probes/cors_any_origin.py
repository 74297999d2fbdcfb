"""Answers that pages of any origin may read, with the cookies of whoever looks at them."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from mainstay.check.finding import Found
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

FOREIGN = "https://mainstay-probe.invalid"


def ask(service: Service) -> Iterator[Found]:
    """Asks as a page of another origin, of none, and of one that looks like the API's."""
    host = urlsplit(service.client.address.origin).hostname or "localhost"
    origins = (FOREIGN, "null", f"https://{host}.mainstay-probe.invalid", f"https://mainstay-probe{host}")
    there = service.readable()[:3]
    for origin in origins:
        for operation, path in there:
            answer = service.client.send("GET", path, service.asker, headers={"origin": origin})
            allowed = str(answer.headers.get("access-control-allow-origin", ""))
            with_cookies = str(answer.headers.get("access-control-allow-credentials", "")).lower() == "true"
            if with_cookies and allowed == origin:
                words = "any origin" if origin == FOREIGN else f"the origin {origin}"
                yield found(
                    operation,
                    f"pages of {words} may read it, with the cookies of whoever looks at them",
                    "proven",
                    answer,
                )
                return
            if with_cookies and allowed == "*":
                yield found(
                    operation,
                    "every origin and credentials are allowed at once, which no browser takes",
                    "proven",
                    answer,
                )
                return
