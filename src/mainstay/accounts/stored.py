"""What is stored of accounts besides their own rows: sign-ins and API keys, and how all of it is found."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from mainstay.actor import NOBODY
from mainstay.backing.databases.database import Database
from mainstay.clock import now
from mainstay.declare.account import Account, Roles
from mainstay.engine.sql.layout import to_python
from mainstay.engine.sql.statement import Binds, Inputs, Part, compiled
from mainstay.kinds import Identifier, Integer, Json, Kind, KindType, Moment, Reference, Text

SESSIONS, KEYS = "account_sessions", "api_keys"
"""The names of the tables beside the accounts."""
ROLE = "role:"
"""What stands before a role that is one of a key's scopes."""


class Tables:
    """The tables beside that of the accounts, in its metadata."""

    def __init__(self, account: type[Account]) -> None:
        self.account = account
        table: Any = sa.inspect(account).local_table
        self.accounts: sa.Table = table
        (self.key,) = table.primary_key.columns
        options: dict[str, Any] = {"sqlite_strict": True}
        whose = KindType(Reference(key_kind(self.key)))
        moment = KindType(Moment())
        self.sessions = sa.Table(
            SESSIONS,
            table.metadata,
            sa.Column("id", KindType(Identifier()), primary_key=True),
            sa.Column("account_id", whose, of_account(self.key), nullable=False, index=True),
            sa.Column("generation", KindType(Integer()), nullable=False),
            sa.Column("secret_hash", KindType(Text(max_length=64)), unique=True),
            sa.Column("created_at", moment, nullable=False),
            sa.Column("used_at", moment, nullable=False),
            sa.Column("expires_at", moment, nullable=False),
            sa.Column("revoked_at", moment),
            **options,
        )
        self.keys = sa.Table(
            KEYS,
            table.metadata,
            sa.Column("id", KindType(Identifier()), primary_key=True),
            sa.Column("account_id", whose, of_account(self.key), nullable=False, index=True),
            sa.Column("name", KindType(Text(max_length=80)), nullable=False),
            sa.Column("prefix", KindType(Text(max_length=8)), nullable=False, unique=True),
            sa.Column("secret_hash", KindType(Text(max_length=64)), nullable=False),
            sa.Column("scopes", KindType(Json(shape=Roles)), nullable=False),
            sa.Column("created_at", moment, nullable=False),
            sa.Column("expires_at", moment),
            sa.Column("used_at", moment),
            **options,
        )


def of_account(key: sa.Column[Any]) -> sa.ForeignKey:
    """That something is an account's, and goes with it."""
    return sa.ForeignKey(key, ondelete="CASCADE")


def key_kind(column: sa.Column[Any]) -> Kind:
    """The kind of an account's key."""
    type_: Any = column.type
    kind: Kind = type_.kind
    return kind


class Lookup:
    """One statement that finds one row, compiled once and run by the raw driver."""

    def __init__(self, select: sa.Select[Any], binds: Binds, database: Database) -> None:
        self.database = database
        self.statement = compiled(select, binds, database.dialect)
        columns: list[Any] = list(select.selected_columns)
        self.columns = [(column.key, to_python(column.type.kind, column, database.dialect)) for column in columns]

    async def find(self, **values: Any) -> Mapping[str, Any] | None:
        """The row for these values of the statement's parameters, in Python's form; None where there is none."""
        inputs = Inputs(NOBODY, now, row=values)
        rows = await self.database.read(self.statement.text, self.statement.values(inputs))
        if not rows:
            return None
        return {
            name: value if load is None or value is None else load(value)
            for (name, load), value in zip(self.columns, rows[0], strict=True)
        }


class Store:
    """The statements by which accounts are found."""

    def __init__(self, tables: Tables, database: Database) -> None:
        accounts, sessions, keys = tables.accounts, tables.sessions, tables.keys
        self.claims = tuple(tables.account.actor_claims)
        actor = [tables.key.label("id"), accounts.c.roles, accounts.c.disabled_at]
        actor += [accounts.c[name] for name in self.claims]
        secret = [accounts.c.email, accounts.c.password_hash]
        of_key = [keys.c.id.label("key_id"), keys.c.secret_hash, keys.c.scopes, keys.c.expires_at, keys.c.used_at]

        def lookup(select: sa.Select[Any], **by: sa.Column[Any]) -> Lookup:
            binds = Binds()
            same = [column == binds.add(Part("row", name), column.type) for name, column in by.items()]
            return Lookup(select.where(*same), binds, database)

        self.by_email = lookup(sa.select(*actor, *secret), email=accounts.c.email)
        self.by_id = lookup(sa.select(*actor, *secret), account=tables.key)
        own = sa.and_(sessions.c.account_id == tables.key, sessions.c.revoked_at.is_(None))
        signed_in = sa.select(*actor, sessions.c.expires_at).select_from(accounts.join(sessions, own))
        self.by_session = lookup(signed_in, account=tables.key, session=sessions.c.id)
        of_session = [sessions.c.id.label("session_id"), sessions.c.expires_at, sessions.c.used_at]
        browsing = sa.select(*actor, *of_session).select_from(accounts.join(sessions, own))
        self.by_cookie = lookup(browsing, secret=sessions.c.secret_hash)
        joined = accounts.join(keys, keys.c.account_id == tables.key)
        self.by_key = lookup(sa.select(*actor, *of_key).select_from(joined), prefix=keys.c.prefix)


def scopes_of(account: type[Account], roles: Collection[str]) -> frozenset[str]:
    """The scopes that keys of an account with these roles can have, each role of the account among them."""
    named = (scope for scope, role in account.key_scopes.items() if role is None or role in roles)
    return frozenset((*named, *(f"{ROLE}{role}" for role in roles)))


def roles_in(scopes: Collection[str]) -> frozenset[str]:
    """The roles among the scopes of a key."""
    return frozenset(scope.removeprefix(ROLE) for scope in scopes if scope.startswith(ROLE))


def is_over(moment: dt.datetime | None, now: dt.datetime) -> bool:
    """Whether something that ends then has ended."""
    return moment is not None and moment <= now


def as_uuid(text: str) -> UUID | None:
    """The identifier that a text is; None where it is none."""
    try:
        return UUID(text)
    except ValueError:
        return None


def as_key(tables: Tables, text: str) -> Any:
    """The key of an account that a text is; None where it is none."""
    try:
        return key_kind(tables.key).parse(text)
    except (ValueError, ArithmeticError):
        return None
