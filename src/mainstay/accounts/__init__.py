"""Accounts: people who sign up, sign in and hold API keys, and the identity that knows them.

Nothing here is known to the engine or to REST: the operations are `Actions`, the identity is an
`Identity`.  What it needs is installed with `pip install 'mainstay[accounts]'`.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.orm import ORMExecuteState, Session

from mainstay.accounts.identity import AccountIdentity
from mainstay.accounts.keys import WrongKey, keys
from mainstay.accounts.marks import Sealer
from mainstay.accounts.operations import Desk, operations
from mainstay.accounts.stored import Store, Tables
from mainstay.backing.databases.database import Database
from mainstay.declare import Actions
from mainstay.declare.account import Account
from mainstay.events import CallFinished, Event
from mainstay.identity.passwords import Passwords
from mainstay.identity.tokens import Tokens
from mainstay.operation import Application
from mainstay.settings import Settings

WRITES = ("create", "replace", "update", "delete", "action")


class Accounts:
    """The accounts of one application: their operations and their identity."""

    def __init__(self, account: type[Account], settings: Settings, database: Database, secret: bytes) -> None:
        """`secret` is what refresh tokens are sealed with.  Raises `WrongKey` where the key in the settings is none."""
        self.tables = tables_of(account)
        self.store = Store(self.tables, database)
        self.passwords = Passwords()
        signing = keys(settings)
        self.tokens = Tokens(
            signing, issuer=settings.token_issuer, audience=settings.token_audience, seconds=settings.token_lifetime
        )
        self.identity = AccountIdentity(self.tables, self.store, self.tokens, database, seconds=settings.account_cache)
        self.desk = Desk(self.tables, self.store, self.identity, self.passwords, self.tokens, Sealer(secret), settings)
        self.operations: type[Actions] = operations(self.desk)
        self.written_by: frozenset[str] = frozenset()
        for moment in ("after_insert", "after_update", "after_delete"):
            event.listen(account, moment, self.changed)
        event.listen(Session, "do_orm_execute", self.executed)

    def watch(self, application: Application) -> None:
        """Notes which operations write accounts, so that `listen` knows them."""
        exposing = {resource.name for resource in application.resources_of(self.tables.accounts.name)}
        self.written_by = frozenset(
            operation.name
            for operation in application.operations
            if operation.resource in exposing and operation.action in WRITES
        )

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
        """A statement of a session's may write accounts."""
        written: Any = state.statement if state.is_update or state.is_delete else None
        if written is not None and getattr(written.table, "name", "") == self.tables.accounts.name:
            self.identity.forget()

    def close(self) -> None:
        """Lets go of the threads in which passwords are hashed, and of what it listens to."""
        if event.contains(Session, "do_orm_execute", self.executed):
            event.remove(Session, "do_orm_execute", self.executed)
        self.passwords.close()


TABLES: dict[type[Account], Tables] = {}
"""By model, what stands beside it: a model can be compiled several times, its metadata has each table once."""


def tables_of(account: type[Account]) -> Tables:
    """The tables beside that of the accounts."""
    if account not in TABLES:
        TABLES[account] = Tables(account)
    return TABLES[account]


__all__ = ["Accounts", "WrongKey"]
