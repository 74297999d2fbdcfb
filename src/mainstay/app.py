"""`Mainstay`: puts the parts together and has no behaviour of its own."""

from __future__ import annotations

import hashlib
import inspect
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib import import_module
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.routing import iter_route_contexts
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import HTTPConnection
from starlette.routing import BaseRoute

from mainstay import compiler
from mainstay.backing import open as backing
from mainstay.backing.databases.database import Database, WrongURL
from mainstay.compiler import Compiled, DeclarationErrors, Place, Problem
from mainstay.declare import Account, Actions, Mount, Wire
from mainstay.engine import Engine
from mainstay.events import Event, IndexMissing, Listener, Started, Stopped
from mainstay.identity import Identity, TakesCookies
from mainstay.migrate.folder import EMPTY, newest, refuse_behind
from mainstay.migrate.missing import missing
from mainstay.migrate.version import version
from mainstay.observe.logs import Log
from mainstay.operation import Application
from mainstay.projections.rest import (
    Catch,
    CompiledRoute,
    Edge,
    Guard,
    Rest,
    document,
    merged,
    tell_errors,
    with_cookie,
)
from mainstay.settings import Settings

if TYPE_CHECKING:
    from mainstay.accounts import Accounts

Lifespan = Callable[[Any], AbstractAsyncContextManager[Any]]

EXPOSED = ["ETag", "Location", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID"]
"""Headers that a page of another origin may read."""
ACCEPTED = ["Accept", "Authorization", "Content-Type", "If-Match", "If-None-Match", "X-Request-ID"]
"""Headers that a page of another origin may send."""
METHODS = ["DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT"]
SAFE = ("GET", "HEAD")


class Mainstay(FastAPI):
    """A backend, compiled from its declarations when it is made and served as any ASGI application is.

    Raises `DeclarationErrors` with every mistake in the declarations.
    """

    def __init__(
        self,
        *,
        resources: Sequence[type[Actions]] = (),
        routers: Sequence[Mount] = (),
        account: type[Account] | None = None,
        identity: Identity | None = None,
        name: str = "Mainstay",
        version: str = "0.1.0",
        description: str = "",
        prefix: str = "/api/v1",
        wire: Wire | None = None,
        database: str | None = None,
        settings: Settings | None = None,
        declare_indexes: bool = True,
        managed: bool = True,
        listeners: Sequence[Listener] = (),
        lifespan: Lifespan | None = None,
        summary: str | None = None,
        terms_of_service: str | None = None,
        contact: dict[str, Any] | None = None,
        license_info: dict[str, Any] | None = None,
        servers: list[dict[str, Any]] | None = None,
        openapi_tags: list[dict[str, Any]] | None = None,
    ) -> None:
        """`database` is a URL and stands above the one in `settings`, which are read from the environment unless given.

        `account` is the model whose rows sign in, under `/auth`; `identity` tells in another way who calls.

        `wire` is how an API looks that somebody else has specified.

        With `declare_indexes` off the models must have every index already.  Without `managed` the database is
        somebody else's: no table is made, no migration is run, and the indexes that are missing are told as SQL.
        `lifespan` runs while the database is open, as FastAPI's does.

        `summary` and what stands behind it are for the OpenAPI document, and mean what they mean to FastAPI.
        """
        self.declared: dict[str, Any] = {
            "resources": resources,
            "routers": routers,
            "account": account,
            "identity": identity,
            "name": name,
            "version": version,
            "description": description,
            "prefix": prefix,
            "wire": wire,
            "declare_indexes": declare_indexes,
            "managed": managed,
            "listeners": listeners,
            "lifespan": lifespan,
        }
        """What it was made of, besides its settings."""
        settings = settings or Settings()
        if database is not None:
            settings = settings.model_copy(update={"database_url": database})
        self.settings = settings
        try:
            self.database: Database = backing.database(settings.database_url, **settings.database_options())
        except WrongURL as error:
            named = "MAINSTAY_DATABASE_URL" if database is None else "database="
            raise DeclarationErrors([Problem(Place("<settings>", 0), f"{named}: {error}", "mend the URL")]) from None
        self.accounts = None
        if account is not None:
            if identity is not None:
                raise TypeError("account and identity both say who calls; give one of them")
            self.accounts = accounts_of(account, settings, self.database)
            resources, identity = [*resources, self.accounts.operations], self.accounts.identity
            listeners = [*listeners, self.accounts.listen]
        self.compiled: Compiled = compiler.compile(
            resources,
            routers=routers,
            name=name,
            version=version,
            description=description,
            prefix=prefix,
            wire=wire,
            database=backing.scheme(settings.database_url),
            declare_indexes=declare_indexes,
            limits=settings.limits,
            metadata=None if self.accounts is None else self.accounts.tables.accounts.metadata,
        )
        self.sessions = backing.sessions(settings.database_url, self.database)
        if self.accounts is not None:
            self.accounts.watch(self.compiled.application, self.sessions)
        self.log = Log() if settings.log == "json" else None
        self.listeners: tuple[Listener, ...] = (*listeners, self.log) if self.log is not None else tuple(listeners)
        self.engine = Engine(
            self.compiled.application,
            self.compiled.storage,
            self.database,
            identity=identity,
            limits=settings.limits,
            cursor_key=derived_key(settings, b"mainstay-cursor"),
            sessions=self.sessions,
            listeners=listeners,
        )
        self.managed = managed
        self.serving = False
        """Whether everything behind has been opened and not yet begun to close."""
        self.inner_lifespan = lifespan
        self.lifespan_state: dict[str, Any] = {}
        """What `lifespan` yielded, where the server does not hand it on by itself."""
        super().__init__(
            title=name,
            version=version,
            description=description,
            docs_url=None,
            redoc_url=None,
            redirect_slashes=False,
            lifespan=lambda app: self.alive(),
            summary=summary,
            terms_of_service=terms_of_service,
            contact=contact,
            license_info=license_info,
            servers=servers,
            openapi_tags=openapi_tags,
            telemetry={"tracing": False, "metrics": False, "logs": False},
        )
        self.rest = Rest(
            self.engine,
            listeners=self.listeners,
            ready=lambda: self.serving,
            body_limit=settings.body_limit,
            body_timeout=settings.body_timeout,
            elsewhere=[self.openapi_url] if self.openapi_url else (),
            docs=settings.docs,
            keys=self.accounts.public_keys if self.accounts is not None else None,
            origins=settings.cors_origins if settings.cors_credentials else (),
        )
        self.edge = Edge(
            self.rest,
            super().__call__,
            direct=lambda: not self.user_middleware,
            listeners=self.listeners,
            allowed_hosts=settings.allowed_hosts,
            trusted_proxies=settings.trusted_proxies,
        )
        self.mounted = self.include(routers)
        self.router.routes.insert(0, CompiledRoute(self.rest))
        tell_errors(self, self.rest)
        if settings.cors_origins:
            self.allow_origins()

    def on(
        self,
        database: str,
        *,
        settings: Mapping[str, Any] | None = None,
        listeners: Sequence[Listener] = (),
        managed: bool | None = None,
    ) -> Mainstay:
        """The same application once more, on another database: for tests, which throw theirs away.

        `settings` stand above its own, `listeners` are told beside its own, and `managed` is as it was unless said.
        """
        declared = {**self.declared, "listeners": [*self.declared["listeners"], *listeners]}
        if managed is not None:
            declared["managed"] = managed
        changed = {**(settings or {}), "database_url": database}
        other = type(self)(**declared, settings=self.settings.model_copy(update=changed))
        other.user_middleware = list(self.user_middleware)
        for what, handler in self.exception_handlers.items():
            other.exception_handlers.setdefault(what, handler)
        other.dependency_overrides = self.dependency_overrides
        return other

    @property
    def application(self) -> Application:
        """The operations, as data."""
        return self.compiled.application

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers what a server asks; see `projections/rest/edge.py`."""
        if self.lifespan_state:
            scope["state"] = {**self.lifespan_state, **scope.get("state", {})}
        if scope["type"] == "http":
            await self.edge(scope, receive, send)
        elif scope["type"] == "lifespan":
            await self.live(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def live(self, scope: Any, receive: Any, send: Any) -> None:
        """Answers a server's lifespan; what keeps the application from starting is said, not only raised.

        A server may take what is raised before an answer to mean that there is no lifespan, and serve all the same.
        """
        try:
            if self.middleware_stack is None:
                self.middleware_stack = self.build_middleware_stack()
        except DeclarationErrors as error:
            await receive()
            await send({"type": "lifespan.startup.failed", "message": str(error)})
            raise
        await super().__call__(scope, receive, send)

    def openapi(self) -> dict[str, Any]:
        """The document of every operation, custom routes among them."""
        if not self.openapi_schema:
            custom = super().openapi()
            identity = self.engine.identity
            ours = document(
                self.application,
                scheme=identity.scheme,
                signing_in=inspect.cleandoc(type(identity).__doc__ or ""),
            )
            opaque = {(one.method, one.path): one for one in self.application.operations if one.action == "opaque"}
            try:
                self.openapi_schema = merged(ours, custom, opaque, self.application.letter)
                if isinstance(identity, TakesCookies):
                    with_cookie(self.openapi_schema, identity.cookie)
            except ValueError as error:
                what = Problem(Place("<routers>", 0), str(error), "give the models of the custom routes other names")
                raise DeclarationErrors([what]) from None
        return self.openapi_schema

    def build_middleware_stack(self) -> Any:
        """The author's middleware, with ours for faults inside all of it.

        Nothing is served without it, lifespan or not, so that it is where a route under no policy is refused.
        """
        self.refuse_unguarded()
        given = self.user_middleware
        self.user_middleware = [*given, Middleware(Catch, rest=self.rest)]
        try:
            return super().build_middleware_stack()
        finally:
            self.user_middleware = given

    def include(self, routers: Sequence[Mount]) -> frozenset[int]:
        """Serves the routers, each route behind its policy; the identities of their routes."""
        mounted: set[int] = set()
        for mount in routers:
            contexts = iter_route_contexts(mount.router.routes)
            paths = {id(context.original_route): context.path_format or "" for context in contexts}
            self.router.include_router(mount.router, dependencies=[Depends(Guard(self.rest, paths))])
            mounted |= paths.keys()
        return frozenset(mounted)

    def refuse_unguarded(self) -> None:
        """Raises `DeclarationErrors` where a route is under no policy."""
        refuse_unguarded(self.router.routes, self.mounted, self.openapi_url)

    def allow_origins(self) -> None:
        """Lets pages of other origins call, as the settings say."""
        self.add_middleware(
            CORSMiddleware,
            allow_origins=list(self.settings.cors_origins),
            allow_credentials=self.settings.cors_credentials,
            allow_methods=METHODS,
            allow_headers=ACCEPTED,
            expose_headers=EXPOSED,
            max_age=600,
        )

    def include_router(self, router: APIRouter, *args: Any, **options: Any) -> None:
        """Refuses: a router has a policy, so that it is given to `routers` by `mount`."""
        raise TypeError("write Mainstay(routers=[mount(router, allow=signed_in)]): every route is under a policy")

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[Any]:
        """Opens what stands behind, and lets go of it at the end."""
        self.refuse_unguarded()
        if self.mounted:
            self.openapi()  # custom routes can have models whose names are taken
        if self.accounts is not None:
            self.accounts.public_keys()
        if self.settings.secret_key is None and self.log is not None:
            self.log.note(
                "secret_key is not set: cursors and refresh tokens are signed with a random key until the next start",
                "warning",
            )
        await self.engine.open()
        try:
            if self.accounts is not None:
                self.accounts.open()
            await self.bring_up_schema()
            self.serving = True
            self.tell(Started(self.title, self.database.name, len(self.application.operations)))
            async with self.engine.preparing():
                if self.inner_lifespan is None:
                    yield None
                else:
                    async with self.inner_lifespan(self) as state:
                        self.refuse_unguarded()
                        yield state
        finally:
            self.serving = False
            await self.sessions.close()
            await self.engine.close()
            if self.accounts is not None:
                self.accounts.close()
            self.tell(Stopped(self.title))

    async def bring_up_schema(self) -> None:
        """Brings the database up to what the models say, or refuses to start where that is somebody else's work.

        Raises `MigrationProblem` where the database is behind the migrations, or those are behind the models.
        """
        folder, metadata = self.settings.migrations, self.compiled.storage.metadata
        if not self.managed:
            changes = backing.changes(self.settings.database_url, self.database)
            for text in await changes.look(lambda connection: missing(connection, self.application, metadata)):
                self.tell(IndexMissing(text))
            return
        if newest(folder) == EMPTY:
            if self.settings.create_tables:
                await self.database.create_missing(metadata)
            return
        changes = backing.changes(self.settings.database_url, self.database)
        if self.settings.create_tables:
            upgrade = import_module("mainstay.migrate.start").upgrade  # brings Alembic, where there are migrations
            await upgrade(changes, folder, self.compiled.storage, self.tell)
        else:
            refuse_behind(await changes.look(version), newest(folder))

    def tell(self, event: Event) -> None:
        """Tells every listener."""
        for listen in self.listeners:
            listen(event)


def derived_key(settings: Settings, purpose: bytes) -> bytes:
    """A key for one purpose, made of `secret_key`; a random one where that is not set."""
    given = settings.secret_key
    secret = secrets.token_bytes(32) if given is None else given.get_secret_value().encode()
    return hashlib.blake2b(secret, digest_size=32, person=purpose).digest()


def accounts_of(account: type[Account], settings: Settings, database: Database) -> Accounts:
    """The accounts whose model this is."""
    try:
        module = import_module("mainstay.accounts")
    except ModuleNotFoundError as error:
        if error.name not in ("argon2", "joserfc"):
            raise
        what = f"accounts need {error.name}, which is not installed: pip install 'mainstay[accounts]'"
        raise backing.NotInstalled(what, name=error.name) from None
    made: Accounts = module.Accounts(account, settings, database, derived_key(settings, b"mainstay-refresh"))
    return made


def refuse_unguarded(routes: Sequence[BaseRoute], mounted: frozenset[int], document: str | None) -> None:
    """Raises `DeclarationErrors` where a route is served that no policy stands before."""
    problems = []
    for context in iter_route_contexts(routes):
        route = context.original_route
        endpoint = getattr(route, "endpoint", None)
        ours = isinstance(route, CompiledRoute) or context.path == document
        if not ours and id(route) not in mounted:
            code = getattr(endpoint or getattr(route, "app", None), "__code__", None)
            place = Place(code.co_filename, code.co_firstlineno) if code is not None else Place("<unknown>", 0)
            what = f"the route {context.path} is under no policy"
            problems.append(Problem(place, what, "write it on a router: routers=[mount(router, allow=signed_in)]"))
    if problems:
        raise DeclarationErrors(problems)


async def session_of(connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
    """A session whose transaction is committed before the answer is sent."""
    app: Mainstay = connection.scope["app"]
    async with app.sessions.begin(reads=connection.scope["method"] in SAFE) as session:
        yield session


Session = Annotated[AsyncSession, Depends(session_of, scope="function")]
"""A database session for a parameter of a custom endpoint: committed when it returns, undone when it raises.

In a GET it may only read.
"""
