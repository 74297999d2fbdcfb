"""Accounts: people who sign up, sign in and hold API keys, and the identity that knows them.

Nothing here is known to the engine or to REST: the operations are `Actions`, the identity is an
`Identity`.  What it needs is installed with `pip install 'mainstay[accounts]'`.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import ORMExecuteState, Session

from mainstay import clock
from mainstay.accounts.declared import refuse_mistakes, refuse_taken
from mainstay.accounts.identity import AccountIdentity
from mainstay.accounts.keys import keys
from mainstay.accounts.marks import Sealer
from mainstay.accounts.operations import Desk, SignedIn, operations
from mainstay.accounts.stored import Store, Tables
from mainstay.backing.databases.database import Acting, Database
from mainstay.declare import Actions
from mainstay.declare.account import Account, Roles
from mainstay.events import CallFinished, Event
from mainstay.identity.passwords import Passwords
from mainstay.identity.tokens import Tokens
from mainstay.operation import Application
from mainstay.settings import Settings

WRITES = ("replace", "update", "delete", "action")
"""After which what was known of accounts may no longer hold; of a new one nothing was known."""
LIMIT = 30.0
"""Seconds that a change by whoever runs the application may wait and take."""

T = TypeVar("T")


class Accounts:
    """The accounts of one application: their operations and their identity."""

    sessions: Acting
    """The transactions of what is done here without a caller."""

    def __init__(self, account: type[Account], settings: Settings, database: Database, secret: bytes) -> None:
        """`secret` is what refresh tokens are sealed with.

        Raises `DeclarationErrors` where something is wrong with the model, or the key in the settings is none.
        """
        refuse_mistakes(account)
        self.tables = tables_of(account)
        self.store = Store(self.tables, database)
        self.passwords = Passwords()
        self.tokens = Tokens(
            lambda: keys(settings),
            issuer=settings.token_issuer,
            audience=settings.token_audience,
            seconds=settings.token_lifetime,
        )
        if settings.signing_key is not None:
            self.public_keys()
        self.identity = AccountIdentity(
            self.tables,
            self.store,
            self.tokens,
            database,
            seconds=settings.account_cache,
            idle=settings.session_idle,
        )
        self.desk = Desk(self.tables, self.store, self.identity, self.passwords, self.tokens, Sealer(secret), settings)
        self.operations: type[Actions] = operations(self.desk)
        self.written_by: frozenset[str] = frozenset()
        self.hears: tuple[tuple[Any, str, Callable[..., None]], ...] = (
            (account, "after_update", self.changed),
            (account, "after_delete", self.changed),
            (Session, "do_orm_execute", self.executed),
        )
        """What it listens to while the application is open."""

    def watch(self, application: Application, sessions: Acting) -> None:
        """Notes which operations write accounts, so that `listen` knows them, and what transactions there are."""
        self.sessions = sessions
        exposing = {resource.name for resource in application.resources_of(self.tables.accounts.name)}
        self.written_by = frozenset(
            operation.name
            for operation in application.operations
            if operation.resource in exposing and operation.action in WRITES
        )

    def public_keys(self) -> Mapping[str, Any]:
        """What access tokens are verified with, as a JSON Web Key Set; makes a key where there is none yet.

        Raises `DeclarationErrors` where a key is none.
        """
        return self.tokens.keys.public()

    # For whoever may run code where the application runs

    async def create(self, *, password: str | None = None, roles: Sequence[str] = (), **values: Any) -> None:
        """Makes an account with the values of these attributes; without a password nobody can sign in to it.

        Raises ValidationError where the password is too weak.
        """
        new: Callable[..., Account] = self.tables.account
        values["email"] = values["email"].lower()
        account = new(**values, password_hash=await self.hash(password, values["email"]), roles=Roles(list(roles)))

        async def add(session: AsyncSession) -> None:
            session.add(account)

        await self.do(add)

    async def set_password(self, email: str, password: str) -> None:
        """Gives an account another password and ends its sign-ins.

        Raises ValidationError where the password is too weak, LookupError where there is no such account.
        """
        await self.update(email, ending=True, password_hash=await self.hash(password, email))

    async def update(self, email: str, /, *, ending: bool = False, **values: Any) -> None:
        """Sets attributes of an account, and ends its sign-ins where asked to; LookupError where there is none."""
        accounts, key = self.tables.accounts, self.tables.key

        async def change(session: AsyncSession) -> None:
            changed = sa.update(accounts).where(accounts.c.email == email.lower()).values(**values).returning(key)
            account = (await session.execute(changed)).scalar()
            if account is None:
                raise LookupError(f"there is no account {email}")
            if ending:
                whose = self.tables.sessions.c.account_id == account
                await self.desk.end(session, clock.now(), whose)

        await self.do(change)
        self.identity.forget()

    async def listed(self, role: str | None = None) -> list[dict[str, Any]]:
        """Every account by address, or those with a role: `email`, `roles`, and `disabled_at` as text or None."""
        accounts = self.tables.accounts
        columns = (accounts.c.email, accounts.c.roles, accounts.c.disabled_at)

        async def read(session: AsyncSession) -> list[dict[str, Any]]:
            rows = await session.execute(sa.select(*columns).order_by(accounts.c.email))
            return [
                {"email": email, "roles": sorted(roles.root), "disabled_at": disabled and disabled.isoformat()}
                for email, roles, disabled in rows
                if role is None or role in roles.root
            ]

        return await self.do(read)

    async def sign_in(self, email: str) -> SignedIn:
        """The tokens of a sign-in without a password, for tests; Unauthenticated where nobody has this address."""
        actor = await self.identity.find(email)

        async def begin(session: AsyncSession) -> SignedIn:
            return await self.desk.begin(session, actor.id, clock.now())

        return await self.do(begin)

    async def hash(self, password: str | None, email: str) -> str | None:
        """The hash of a new password."""
        if password is None:
            return None
        self.desk.check(password, "password", email.partition("@")[0])
        return await self.passwords.hash(password)

    async def do(self, change: Callable[[AsyncSession], Awaitable[T]]) -> T:
        """What the change returns, in one transaction."""
        return await self.sessions.act_async(change, limit=LIMIT)

    # What it hears of

    def listen(self, happened: Event) -> None:
        """Believes no token any more that was verified before an account was written."""
        if isinstance(happened, CallFinished) and not self.written_by.isdisjoint(
            (happened.operation, *happened.within)
        ):
            self.identity.forget()

    def changed(self, mapper: Any, connection: Any, target: Any) -> None:
        """An account is written through a session."""
        self.identity.forget()

    def executed(self, state: ORMExecuteState) -> None:
        """A statement of a session's may write accounts; an insertion may find an account there and change it."""
        written: Any = state.statement if state.is_update or state.is_delete or state.is_insert else None
        if written is not None and getattr(written.table, "name", "") == self.tables.accounts.name:
            self.identity.forget()

    def open(self) -> None:
        """Listens to what sessions write."""
        for one in self.hears:
            event.listen(*one)

    def close(self) -> None:
        """Lets go of the threads in which passwords are hashed, and of what it listens to."""
        for one in self.hears:
            if event.contains(*one):
                event.remove(*one)
        self.passwords.close()


TABLES: dict[type[Account], Tables] = {}
"""By model, what stands beside it: a model can be compiled several times, its metadata has each table once."""


def tables_of(account: type[Account]) -> Tables:
    """The tables beside that of the accounts."""
    if account not in TABLES:
        refuse_taken(account)
        TABLES[account] = Tables(account)
    return TABLES[account]


__all__ = ["Accounts"]
