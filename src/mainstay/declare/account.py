"""`Account`: what a model needs so that its rows can sign in."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar

from annotated_types import Len
from pydantic import ConfigDict, RootModel
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from mainstay.kinds import Email, Json, Moment, Secret
from mainstay.kinds.kind import KindType

RoleName = Annotated[str, Len(1, 60)]


class Roles(RootModel[Annotated[list[RoleName], Len(0, 100)]]):
    """The roles of an account."""

    model_config = ConfigDict(defer_build=True)

    root: Annotated[list[RoleName], Len(0, 100)] = []


class Account:
    """Who can sign in: `class User(Model, Account)`, then `Mainstay(account=User)`.

    Password, roles and the moment of being disabled are written by the operations under `/auth` and by
    `mainstay user`.  A resource of the model shows roles and that moment unless it hides them.
    """

    sign_up: ClassVar[Sequence[InstrumentedAttribute[Any]]] = ()
    """Attributes that a new account gives besides its address and password."""
    actor_claims: ClassVar[Sequence[str]] = ()
    """Names of attributes that policies may mean by `actor.claim(name)`."""
    key_scopes: ClassVar[Mapping[str, str | None]] = {}
    """The scopes that API keys can have, each with the role of those who may give it to a key; None for everybody.

    A key has none of its account's roles but those that it is given as `role:admin`.
    """

    email: Mapped[str] = mapped_column(KindType(Email(folded=True)), unique=True)
    """What somebody signs in with, and where mail reaches them."""
    password_hash: Mapped[str | None] = mapped_column(KindType(Secret()), default=None)
    """argon2id, in the PHC string format; null where nobody has chosen a password yet, so that nobody can sign in."""
    roles: Mapped[Roles] = mapped_column(KindType(Json(shape=Roles)), default=Roles)
    """What the account may do beyond what everybody with one may."""
    disabled_at: Mapped[dt.datetime | None] = mapped_column(KindType(Moment()), default=None)
    """Since when it can no longer sign in, nor do anything with the tokens that it has."""
