"""What a custom endpoint may ask FastAPI for: who calls, the request's id; and the guard before it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from mainstay.actor import NOBODY, Actor
from mainstay.projections.rest.exchange import KEY, Exchange, headers_of
from mainstay.projections.rest.rest import Rest


class Guard:
    """A dependency that lets through whom the policy of the route's operation lets through."""

    def __init__(self, rest: Rest, paths: Mapping[int, str]) -> None:
        self.rest = rest
        rest.paths.update(paths)
        self.paths = paths
        """By the identity of a route of one mounted router, its path with the prefixes of the routers around it."""

    async def __call__(self, connection: HTTPConnection) -> None:
        """Raises the `MainstayError` with which the caller is refused."""
        scope = connection.scope
        exchange: Exchange = scope[KEY]
        exchange.headers = headers_of(scope["headers"])  # as the middleware left them
        await self.rest.guard(scope["method"], self.paths[id(scope["route"])], exchange)


def current_actor(connection: HTTPConnection) -> Actor:
    """Who is calling."""
    exchange: Exchange = connection.scope[KEY]
    return exchange.call.actor if exchange.call is not None else NOBODY


def request_id(connection: HTTPConnection) -> str:
    """The id under which the log has this request."""
    exchange: Exchange = connection.scope[KEY]
    return exchange.request_id


CurrentActor = Annotated[Actor, Depends(current_actor)]
"""Who is calling, for a parameter of a custom endpoint."""

RequestId = Annotated[str, Depends(request_id)]
"""The request's id, for a parameter of a custom endpoint."""
