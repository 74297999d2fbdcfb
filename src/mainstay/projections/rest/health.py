"""What is told of the application itself: whether it lives, how its parts do, what its tokens are verified with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from mainstay.projections.projection import Door
from mainstay.projections.rest.answer import ENCODER, JSON, NO_STORE, SECURITY, Header, Reply
from mainstay.projections.rest.exchange import Exchange, Receive, Scope


class HealthEndpoint:
    """Says how every part does: 200 where all do well, 503 where calls cannot be answered; names no host.

    Nobody is asked who they are and no limit is used up, so that a probe is never refused.
    """

    def __init__(self, door: Door, ready: Callable[[], bool], *, whole: bool) -> None:
        self.door = door
        self.ready = ready
        """Whether the application has opened and not yet begun to close."""
        self.whole = whole
        """Whether the version and each part's state are told."""

    async def reply(self, exchange: Exchange, key: tuple[str, ...], scope: Scope, receive: Receive) -> Reply:
        """The state now."""
        body: dict[str, Any] = {"status": "healthy"}
        well = self.ready()
        if well:
            parts = await self.door.health()
            well = all(part.ok for part in parts.values())
            if self.whole:
                body["version"] = self.door.application.version
                body["checks"] = {
                    name: {"status": "healthy" if part.ok else "unhealthy", "latency_ms": round(part.latency_ms, 3)}
                    for name, part in parts.items()
                }
        if not well:
            body["status"] = "degraded"
        retry = [] if well else [(b"retry-after", b"1")]
        return Reply(200 if well else 503, [JSON, *SECURITY, NO_STORE, *retry], ENCODER.encode(body))


class LiveEndpoint:
    """Says that the process answers, whatever is behind it."""

    async def reply(self, exchange: Exchange, key: tuple[str, ...], scope: Scope, receive: Receive) -> Reply:
        """That it does."""
        return Reply(200, [JSON, *SECURITY, NO_STORE], b'{"status":"healthy"}')


class KeysEndpoint:
    """The public keys that access tokens are verified with (RFC 7517), for services that trust this one."""

    CACHED: Header = (b"cache-control", b"public, max-age=300")

    def __init__(self, keys: Callable[[], Mapping[str, Any]]) -> None:
        self.keys = keys

    async def reply(self, exchange: Exchange, key: tuple[str, ...], scope: Scope, receive: Receive) -> Reply:
        """The keys."""
        return Reply(200, [JSON, *SECURITY, self.CACHED], ENCODER.encode(self.keys()))
