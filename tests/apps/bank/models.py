"""What a bank keeps; `bank` says whose each row is."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated
from uuid import UUID

from annotated_types import Len
from sqlalchemy import MetaData
from sqlalchemy.orm import Mapped

from mainstay import Model, Timestamps, Versioned, actor, field, reference
from mainstay.kinds import Money

Euros = Annotated[Decimal, Money(currency="EUR")]
Number = Annotated[str, Len(4, 34)]
"""Of an account, as its owner gives it to those who pay."""


class Base(Model):
    """Tables of this application alone."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Model.metadata.naming_convention)


class Customer(Base):
    """Somebody who has accounts."""

    bank: Mapped[Annotated[str, Len(1, 20)]] = field(default=actor.claim("bank"))
    name: Mapped[Annotated[str, Len(1, 100)]]


class Account(Base, Timestamps, Versioned):
    """Money of a customer's."""

    bank: Mapped[Annotated[str, Len(1, 20)]] = field(default=actor.claim("bank"))
    number: Mapped[Number] = field(unique=True)
    owner_id: Mapped[UUID] = reference(Customer)
    balance: Mapped[Euros] = field(default=Decimal(0))


class Transfer(Base):
    """Money that went from one account to another; never changed and never deleted."""

    bank: Mapped[Annotated[str, Len(1, 20)]] = field(default=actor.claim("bank"))
    payer_id: Mapped[UUID] = reference(Account)
    payee_id: Mapped[UUID | None] = reference(Account, default=None)
    """The account that had the payee's number then."""
    payee_number: Mapped[Number]
    amount: Mapped[Euros]
    purpose: Mapped[Annotated[str, Len(0, 140)]] = field(default="")
    made_by: Mapped[UUID | None] = field(default=actor.id)
    made_at: Mapped[dt.datetime] = field(default=lambda: dt.datetime.now(dt.UTC))
