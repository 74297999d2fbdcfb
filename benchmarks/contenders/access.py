"""What a guarded list of FastAPI has besides: an id for each request and one line about it, as ASGI middleware."""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Hashable
from typing import Any

CALLS, SECONDS = 10_000_000, 60
"""A rate limit that is counted and never reached."""

log = logging.getLogger("access")
log.setLevel(logging.INFO)
log.propagate = False
log.addHandler(logging.FileHandler(os.environ["ACCESS_LOG"]))
full_at: dict[Hashable, float] = {}


def allowed(caller: Hashable) -> bool:
    """Whether the caller has a call left (the generic cell rate algorithm)."""
    now = time.monotonic()
    full = max(full_at.get(caller, now), now) + SECONDS / CALLS
    if full - now > SECONDS:
        return False
    full_at[caller] = full
    return True


class Access:
    """Gives each request an id and writes a line about it."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """One request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        headers = dict(scope["headers"])
        request_id = headers.get(b"x-request-id", b"").decode()
        if not re.fullmatch(r"[\w.-]{8,64}", request_id):
            request_id = os.urandom(16).hex()
        status = 500

        async def sending(message: Any) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [*message["headers"], (b"x-request-id", request_id.encode())]
            await send(message)

        try:
            await self.app(scope, receive, sending)
        finally:
            log.info(
                json.dumps(
                    {
                        "time": time.time(),
                        "method": scope["method"],
                        "path": scope["path"],
                        "status": status,
                        "actor": scope.get("state", {}).get("actor"),
                        "address": scope["client"][0],
                        "request_id": request_id,
                        "seconds": round(time.perf_counter() - started, 6),
                    }
                )
            )
