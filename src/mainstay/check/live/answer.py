"""What was asked and what came back."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from httpx2 import Headers

from mainstay.check import exchange
from mainstay.check.exchange import Exchange

FAILED = frozenset({"fail", "failed", "failure", "error"})
SHOWN = frozenset(
    {
        "access-control-allow-origin", "access-control-allow-credentials", "allow", "cache-control", "content-type",
        "location", "retry-after", "server", "set-cookie", "vary", "www-authenticate", "x-powered-by", "x-request-id",
    }
)  # fmt: skip
"""Headers of an answer that a report shows."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: who sends it, and what; `path` is below the address, with its query."""

    who: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...] = ()
    content: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back; a status of 0 says that nothing did, and `failure` why."""

    request: Request
    status: int
    headers: Headers
    content: bytes
    seconds: float
    failure: str = ""
    mark: str = ""
    """What stands in everything that was made here: rows without it are others', and are not shown."""
    json: Any = field(init=False)
    """The body, where it is JSON, and None where not."""

    def __post_init__(self) -> None:
        try:
            told = json.loads(self.content) if self.content else None
        except ValueError:
            told = None
        object.__setattr__(self, "json", told)

    @property
    def text(self) -> str:
        """The body as a text."""
        return self.content.decode("utf-8", "replace")

    @property
    def went_well(self) -> bool:
        """Whether it is a 2xx whose body does not say the contrary."""
        if not 200 <= self.status < 300:
            return False
        told = self.json
        if not isinstance(told, dict):
            return True
        status = told.get("status")
        said = isinstance(status, str) and status.lower() in FAILED
        denied = any(told.get(name) is False for name in ("success", "ok", "succeeded"))
        return not (said or denied or bool(told.get("error")))

    @property
    def type(self) -> str:
        """The media type, without its parameters."""
        return str(self.headers.get("content-type", "")).partition(";")[0].strip().lower()

    @property
    def exchange(self) -> Exchange:
        """As a report shows it."""
        request = self.request
        answer = exchange.body(self.text, self.mark) if self.is_text else f"({len(self.content):,} bytes)"
        return Exchange(
            request.who,
            request.method,
            request.path,
            tuple((name, exchange.header(name, value)) for name, value in request.headers),
            exchange.body(request.content.decode("utf-8", "replace"), self.mark) if request.content else "",
            self.status,
            tuple((name, exchange.header(name, value)) for name, value in self.headers.items() if name in SHOWN),
            self.failure or answer,
            round(self.seconds * 1000),
        )

    @property
    def is_text(self) -> bool:
        """Whether the body can be read."""
        return b"\0" not in self.content[:1_000]
