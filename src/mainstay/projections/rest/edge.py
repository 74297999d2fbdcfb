"""The edge: every HTTP request enters and leaves here, whoever answers it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from mainstay.actor import name_of
from mainstay.engine.call import Gone
from mainstay.errors import InternalError, MainstayError, ValidationError
from mainstay.events import Broke, Listener, RequestFinished
from mainstay.projections.rest.address import addresses
from mainstay.projections.rest.answer import NO_STORE, SECURITY, Reply, limit_headers
from mainstay.projections.rest.bounded import bounded
from mainstay.projections.rest.exchange import (
    KEY,
    App,
    Exchange,
    Headers,
    Message,
    Receive,
    Scope,
    Send,
    headers_of,
    request_id_of,
)
from mainstay.projections.rest.rest import ELSEWHERE, ELSEWHERE_AS_GET, Rest


class Edge:
    """Gives every request its id, looks at its host, lets it be answered, and says how that went.

    `inside` answers what no compiled route answers; with `direct` off it is asked for everything, and
    has the compiled routes in itself, behind the middleware of the application's author.
    """

    def __init__(
        self,
        rest: Rest,
        inside: App,
        *,
        direct: Callable[[], bool],
        listeners: Sequence[Listener] = (),
        allowed_hosts: tuple[str, ...] = ("*",),
        trusted_proxies: tuple[str, ...] = (),
    ) -> None:
        self.rest = rest
        self.inside = inside
        self.direct = direct
        self.listeners = tuple(listeners)
        self.address_of = addresses(trusted_proxies)
        self.hosts = None if "*" in allowed_hosts else frozenset(host.lower() for host in allowed_hosts)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answers one HTTP request."""
        started = time.perf_counter()
        refused: MainstayError | None = None
        try:
            headers = headers_of(scope["headers"])
        except ValidationError as error:
            refused, headers = error, dict(scope["headers"])
        method: str = scope["method"]
        exchange = Exchange(method, scope["path"], headers, request_id_of(headers), self.address_of(scope, headers))
        if self.hosts is not None and refused is None and not self.serves(headers):
            refused = ValidationError("This host is not served here.")
        status = 500
        try:
            if refused is None:
                found = self.rest.find(scope, method)
                endpoint = ELSEWHERE if found is None else found.methods.get(method)
                if found is None or endpoint is ELSEWHERE or endpoint is ELSEWHERE_AS_GET or not self.direct():
                    if endpoint is ELSEWHERE_AS_GET:
                        scope = {**scope, "method": "GET"}
                    status = await self.within(exchange, scope, receive, send)
                    return
                reply = await self.rest.reply(found, exchange, scope, receive)
            else:
                reply = self.rest.failed(refused, exchange)
            await send(start(reply, exchange))
            await send({"type": "http.response.body", "body": b"" if method == "HEAD" else reply.body})
            status = reply.status
        except Gone:
            status = Gone.status
        finally:
            if self.listeners:
                self.observe(exchange, status, time.perf_counter() - started)

    async def within(self, exchange: Exchange, scope: Scope, receive: Receive, send: Send) -> int:
        """Lets what is inside answer, adds the headers that it did not write; the status, 499 where there was none."""
        scope[KEY] = exchange
        status = Gone.status
        silent = exchange.method == "HEAD"

        async def sender(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message = {**message, "headers": completed(list(message.get("headers", ())), exchange)}
            elif silent and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        receive = bounded(receive, limit=self.rest.body_limit, seconds=self.rest.body_timeout)
        try:
            await self.inside(scope, receive, sender)
        except Gone:
            return Gone.status
        except Exception as error:
            if exchange.broke is not error:
                for listen in self.listeners:
                    listen(Broke(exchange.request_id, error.__cause__ or error))
                if status == Gone.status:
                    return await answer(self.rest.failed(InternalError(), exchange), exchange, send)
                raise
        return status

    def serves(self, headers: Headers) -> bool:
        """Whether the Host header names a host that is served here."""
        hosts = self.hosts or frozenset()
        host = headers.get(b"host", b"").decode("latin-1").lower()
        name = host[: host.rfind("]") + 1] if host.startswith("[") else host.partition(":")[0]
        return name in hosts or any(
            "*." + name.split(".", parts)[-1] in hosts for parts in range(1, name.count(".") + 1)
        )

    def observe(self, exchange: Exchange, status: int, seconds: float) -> None:
        """Tells every listener how it went."""
        call = exchange.call
        operation = actor = None
        if call is not None:
            operation = call.operation.name
            actor = None if call.actor.id is None else name_of(call.actor)
        event = RequestFinished(
            exchange.method, exchange.path, status, operation, actor, exchange.address, exchange.request_id, seconds
        )
        for listen in self.listeners:
            listen(event)


async def answer(reply: Reply, exchange: Exchange, send: Send) -> int:
    """Sends a reply, with the headers that every reply has; gives back its status."""
    await send(start(reply, exchange))
    await send({"type": "http.response.body", "body": b"" if exchange.method == "HEAD" else reply.body})
    return reply.status


def start(reply: Reply, exchange: Exchange) -> Message:
    """Status and headers of a reply, with those that every reply has."""
    headers = [*reply.headers, (b"x-request-id", exchange.request_id.encode())]
    if reply.status not in (204, 304):
        headers.append((b"content-length", b"%d" % len(reply.body)))
    return {"type": "http.response.start", "status": reply.status, "headers": headers}


def completed(headers: list[tuple[bytes, bytes]], exchange: Exchange) -> list[tuple[bytes, bytes]]:
    """The headers of an answer from inside, with those that every answer has and that it lacks."""
    there = {name.lower() for name, _ in headers}
    more = [*SECURITY, NO_STORE, (b"x-request-id", exchange.request_id.encode())]
    if exchange.call is not None:
        more += limit_headers(exchange.call)
    return headers + [header for header in more if header[0] not in there]
