"""REST: the table of every path, and one request of it from scope to reply."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final

from mainstay.engine.call import Gone
from mainstay.errors import InternalError, MainstayError, MethodNotAllowed
from mainstay.events import Broke, Listener
from mainstay.identity import TakesCookies
from mainstay.projections.projection import Door
from mainstay.projections.rest.answer import Reply
from mainstay.projections.rest.cookies import Cookies
from mainstay.projections.rest.docs import endpoints as docs_endpoints
from mainstay.projections.rest.endpoints import Guarded, OperationEndpoint, OptionsEndpoint
from mainstay.projections.rest.exchange import Exchange, Receive, Scope
from mainstay.projections.rest.failure import teller
from mainstay.projections.rest.health import HealthEndpoint, KeysEndpoint, LiveEndpoint
from mainstay.projections.rest.routes import Found, Table, key_of, path_of

ELSEWHERE: Final[Any] = type("Elsewhere", (), {"__repr__": lambda self: "ELSEWHERE"})()
"""Stands in the table for a method that FastAPI answers."""
ELSEWHERE_AS_GET: Final[Any] = type("ElsewhereAsGet", (), {"__repr__": lambda self: "ELSEWHERE_AS_GET"})()
"""Stands in the table for HEAD of a path of which FastAPI answers GET."""


class Rest:
    """An application over HTTP."""

    def __init__(
        self,
        door: Door,
        *,
        listeners: Sequence[Listener] = (),
        ready: Callable[[], bool] = lambda: True,
        body_limit: int = 1_048_576,
        body_timeout: float = 10.0,
        elsewhere: Sequence[str] = (),
        docs: bool = False,
        keys: Callable[[], Mapping[str, Any]] | None = None,
        origins: Sequence[str] = (),
    ) -> None:
        """`elsewhere` are paths that FastAPI answers to GET, beside the opaque operations; `docs` serves the page,
        `keys` gives what access tokens are verified with, as a JSON Web Key Set; pages of `origins` may
        send the cookie of the identity besides the application's own.
        """
        self.door = door
        self.listeners = tuple(listeners)
        self.body_limit = body_limit
        self.body_timeout = body_timeout
        self.tell = teller(door.application.letter, door.identity.scheme)
        named = door.identity.cookie if isinstance(door.identity, TakesCookies) else None
        self.cookies = None if named is None else Cookies(named, origins)
        self.table = Table()
        self.guarded: dict[tuple[str, str], Guarded] = {}
        """By method and path, the operations that FastAPI answers."""
        self.paths: dict[int, str] = {}
        """By the identity of a route of FastAPI's, its path with the prefixes of the routers around it."""
        for operation in door.application.operations:
            if operation.action == "opaque":
                self.guarded[operation.method, operation.path] = Guarded(operation, door, self.cookies)
                self.table.add(operation.path, operation.method, ELSEWHERE)
            else:
                endpoint = OperationEndpoint(
                    operation, door, body_limit=body_limit, body_timeout=body_timeout, cookies=self.cookies
                )
                formats = {one.name: one.form.format for one in operation.parameters if one.place == "path"}
                self.table.add(operation.path, operation.method, endpoint, formats)
        for path in elsewhere:
            self.table.add(path, "GET", ELSEWHERE)
        for path, file in docs_endpoints(door.application.name) if docs else ():
            self.table.add(path, "GET", file)
        if keys is not None:
            self.table.add("/.well-known/jwks.json", "GET", KeysEndpoint(keys))
        self.table.add("/health", "GET", HealthEndpoint(door, ready, whole=True))
        self.table.add("/health/ready", "GET", HealthEndpoint(door, ready, whole=False))
        self.table.add("/health/live", "GET", LiveEndpoint())
        complete(self.table)

    def find(self, scope: Scope, method: str) -> Found | None:
        """What a request leads to, or None where nothing here answers it and FastAPI is to be asked."""
        return self.table.find(path_of(scope), method)

    async def reply(self, found: Found, exchange: Exchange, scope: Scope, receive: Receive) -> Reply:
        """The reply to a request, whatever happens; Gone where the caller left."""
        try:
            endpoint = found.methods.get(exchange.method)
            if endpoint is None:
                raise MethodNotAllowed(allow=self.table.allowed(path_of(scope)))
            key = key_of(found, scope) if found.key else ()
            return await endpoint.reply(exchange, key, scope, receive)  # type: ignore[no-any-return]
        except MainstayError as error:
            return self.failed(error, exchange)
        except Gone:
            raise
        except Exception as error:
            return self.broke(error, exchange)

    def failed(self, error: MainstayError, exchange: Exchange) -> Reply:
        """The reply that tells of an error."""
        return self.tell(error, exchange)

    def broke(self, error: BaseException, exchange: Exchange) -> Reply:
        """The reply to what nobody had foreseen: the caller is told an id, the log the rest."""
        exchange.broke = error
        for listen in self.listeners:
            listen(Broke(exchange.request_id, error))
        return self.failed(InternalError(), exchange)

    async def guard(self, method: str, path: str, exchange: Exchange) -> None:
        """Raises the `MainstayError` with which the caller of a FastAPI route is refused."""
        guarded = self.guarded.get((method, path))
        if guarded is None:
            raise LookupError(f"no operation is known for {method} {path}, so nobody may call it")
        await guarded.check(exchange)


def complete(table: Table) -> None:
    """Adds HEAD wherever there is GET, and OPTIONS everywhere (RFC 9110, 9.3.2 and 9.3.7)."""
    for methods in table.paths():
        get = methods.get("GET")
        if get is not None and "HEAD" not in methods:
            methods["HEAD"] = ELSEWHERE_AS_GET if get is ELSEWHERE else get
        methods.setdefault("OPTIONS", OptionsEndpoint(table))
