"""What a model says of those who sign in, looked at before anything is made of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import InstrumentedAttribute

from mainstay.accounts.identity import SESSION
from mainstay.accounts.stored import KEYS, ROLE, SESSIONS
from mainstay.compiler import DeclarationErrors, Problem
from mainstay.compiler.problem import nearest, place_of
from mainstay.declare.account import Account
from mainstay.kinds.kind import KindType

GIVEN = ("email", "password")
"""What every new account gives."""
KEPT = ("password_hash", "roles", "disabled_at")
"""What nobody may give themselves."""


def refuse_mistakes(account: type[Account]) -> None:
    """Raises `DeclarationErrors` with all that is wrong with the model of the accounts."""
    problems = list(of_model(account))
    if not problems:
        problems = [*of_claims(account), *of_sign_up(account), *of_scopes(account)]
    if problems:
        raise DeclarationErrors(problems)


def of_model(account: Any) -> Iterator[Problem]:
    """What keeps a class from being that of accounts at all."""
    if not isinstance(account, type):
        yield Problem(place_of(type(account)), f"account={account!r:.80} is no class", "write account=User")
        return
    mapper: Any = sa.inspect(account, raiseerr=False)
    if not issubclass(account, Account) or mapper is None:
        what = f"account={account.__name__} is no model whose rows can sign in"
        yield Problem(place_of(account), what, f"write class {account.__name__}(Model, Account)")
        return
    keys = mapper.local_table.primary_key.columns
    if len(keys) != 1:
        what = f"{account.__name__} has a primary key of {len(keys)} columns"
        yield Problem(place_of(account), what, "give accounts a key of one column")
    elif not isinstance(keys[0].type, KindType):
        what = f"{keys[0]} has a type of SQLAlchemy's own"
        yield Problem(place_of(account), what, f"write class {account.__name__}(Model, Account)")


def refuse_taken(account: type[Account]) -> None:
    """Raises `DeclarationErrors` where other tables have the names of those beside the accounts."""
    metadata = sa.inspect(account).local_table.metadata
    do = "give the other table another name; there is one model of accounts for each metadata"
    problems = [
        Problem(place_of(account), f"the accounts of {account.__name__} need the table {name}, which is there", do)
        for name in (SESSIONS, KEYS)
        if name in metadata.tables
    ]
    if problems:
        raise DeclarationErrors(problems)


def of_claims(account: type[Account]) -> Iterator[Problem]:
    """Claims that an account cannot bring."""
    place, columns = partial(place_of, account, "actor_claims"), sa.inspect(account).local_table.columns.keys()
    named = f"{account.__name__}.actor_claims names"
    for position, name in enumerate(account.actor_claims):
        if name == SESSION:
            what = f"{named} {name}, which is the sign-in that a token came of"
            yield Problem(place(position), what, "give the attribute another name")
        elif name not in columns:
            what = f"{named} {name}, which is no column of {account.__name__}"
            yield Problem(place(position), what, nearest(name, columns))


def of_sign_up(account: type[Account]) -> Iterator[Problem]:
    """What a new account cannot give, and what it must not."""
    place, mapper = partial(place_of, account, "sign_up"), sa.inspect(account)
    columns = [attribute.key for attribute in mapper.column_attrs]
    named = f"{account.__name__}.sign_up names"
    given: Sequence[Any] = account.sign_up
    for position, attribute in enumerate(given):
        name = attribute.key if isinstance(attribute, InstrumentedAttribute) else str(attribute)
        if not isinstance(attribute, InstrumentedAttribute) or mapper.attrs.get(name) is not attribute.property:
            what = f"{named} {name!r:.60}, which is no attribute of {account.__name__}"
            yield Problem(place(position), what, f"write {account.__name__}.{name}" if name in columns else "drop it")
        elif name not in columns:
            yield Problem(place(position), f"{named} {name}, which is no column", "drop it")
        elif name in GIVEN:
            yield Problem(place(position), f"{named} {name}, which every new account gives anyway", "drop it")
        elif name in KEPT:
            what = f"{named} {name}, which whoever signs up would give themselves"
            yield Problem(place(position), what, "drop it; `mainstay user` and operations for admins set it")


def of_scopes(account: type[Account]) -> Iterator[Problem]:
    """Scopes that no key can have."""
    place, named = partial(place_of, account, "key_scopes"), f"{account.__name__}.key_scopes names"
    scopes: Mapping[Any, Any] = account.key_scopes
    for position, scope in enumerate(scopes):
        if not isinstance(scope, str) or not 1 <= len(scope) <= 60:
            yield Problem(place(position), f"{named} {scope!r:.80}", "name a scope by 1 to 60 characters")
        elif scope.startswith(ROLE):
            what = f"{named} {scope}, which is how a key has the role {scope.removeprefix(ROLE)}"
            yield Problem(place(position), what, "drop it, or give the scope another name")
