"""Bodies that FastAPI reads: as large and as slow as those of the compiled routes, and no more."""

from __future__ import annotations

import asyncio

from fastapi import HTTPException

from mainstay.errors import PayloadTooLarge, RequestTimeout
from mainstay.projections.rest.exchange import Message, Receive

# FastAPI turns what is raised while it reads a body into a 400, unless it is an exception of its own.


class TooLarge(PayloadTooLarge, HTTPException):
    """The body is longer than the limit, told so that FastAPI lets it through."""

    def __init__(self, limit: int) -> None:
        PayloadTooLarge.__init__(self, f"The body has more than {limit} bytes, which is the most that is taken here.")
        self.status_code = self.status
        self.detail = self.message
        self.headers = None


class TooSlow(RequestTimeout, HTTPException):
    """The body did not arrive in time, told so that FastAPI lets it through."""

    def __init__(self, seconds: float) -> None:
        RequestTimeout.__init__(self, f"The body did not arrive within {seconds:g} seconds.")
        self.status_code = self.status
        self.detail = self.message
        self.headers = {"Connection": "close"}


def bounded(receive: Receive, *, limit: int, seconds: float) -> Receive:
    """The same messages; raises where the body goes beyond `limit` bytes or is not there after `seconds`."""
    size = 0
    whole = False
    until: float | None = None

    async def receiver() -> Message:
        nonlocal size, whole, until
        if whole:
            return await receive()
        if until is None:
            until = asyncio.get_running_loop().time() + seconds
        try:
            async with asyncio.timeout_at(until):
                message = await receive()
        except TimeoutError:
            raise TooSlow(seconds) from None
        size += len(message.get("body", b""))
        if size > limit:
            raise TooLarge(limit)
        whole = not message.get("more_body", False)
        return message

    return receiver
