"""What customers and tellers of a bank may do."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import exists, or_, select

from mainstay import Actions, Call, Refused, Resource, SyncCall, action, actor, descending, owner, role, rule, where
from mainstay.errors import NotFound
from tests.apps.bank.models import Account, Customer, Euros, Transfer

teller = role("teller")
WHOSE = actor.claim("bank")


def of_mine(account_id: Any) -> Any:
    """Whether an account is the caller's."""
    return where(exists().where(Account.id == account_id, Account.owner_id == actor.id))


class Customers(Resource[Customer]):
    """Those who have accounts."""

    writable = [Customer.name]
    operations = ["list", "get", "create"]
    read = where(Customer.bank == WHOSE) & (owner(Customer.id) | teller)
    create = where(Customer.bank == WHOSE) & teller


class Entry(BaseModel):
    """A line of a statement; what went out is negative."""

    at: dt.datetime
    amount: Decimal
    purpose: str


class Statement(BaseModel):
    """What happened to an account since a moment."""

    opening: Decimal
    closing: Decimal
    entries: list[Entry]


class Accounts(Resource[Account]):
    """Accounts with what is on them; a balance changes by transfers and deposits only."""

    writable = [Account.number, Account.owner_id]
    operations = ["list", "get", "create"]
    filters = [Account.number]
    read = where(Account.bank == WHOSE) & (owner(Account.owner_id) | teller)
    create = where(Account.bank == WHOSE) & teller

    @action(allow=where(Account.bank == WHOSE) & teller)
    async def deposit(self, account: Account, amount: Euros) -> Account:
        """Puts cash on an account."""
        if amount <= 0:
            raise Refused("NOT_POSITIVE", "an amount is more than nothing", "amount")
        account.balance += amount
        return account

    @action(allow=where(Account.bank == WHOSE) & (owner(Account.owner_id) | teller), method="GET")
    async def statement(self, call: Call, account: Account, since: dt.datetime) -> Statement:
        """Every transfer from a moment on, with the balance before and after."""
        touching = or_(Transfer.payer_id == account.id, Transfer.payee_id == account.id)
        made = select(Transfer).where(touching, Transfer.made_at >= since).order_by(Transfer.made_at, Transfer.id)
        entries = [
            Entry(at=one.made_at, amount=-one.amount if one.payer_id == account.id else one.amount, purpose=one.purpose)
            for one in await call.session.scalars(made)
        ]
        opening = account.balance - sum(entry.amount for entry in entries)
        return Statement(opening=opening, closing=account.balance, entries=entries)


class Transfers(Resource[Transfer]):
    """The history of all transfers, and the way to make one: debited, credited and recorded in one transaction.

    Whoever may read an account may pay from it: a customer from their own, a teller from any of the bank's, up to the
    teller's limit.  The payee is known by the number alone, as nobody may read other people's accounts.
    """

    operations = ["list", "get", "create"]
    fields = [
        Transfer.id,
        Transfer.payer_id,
        Transfer.payee_number,
        Transfer.amount,
        Transfer.purpose,
        Transfer.made_at,
    ]
    write_once = [Transfer.payer_id, Transfer.payee_number, Transfer.amount, Transfer.purpose]
    order = [descending(Transfer.made_at)]
    filters = [Transfer.payer_id]
    read = where(Transfer.bank == WHOSE) & (of_mine(Transfer.payer_id) | of_mine(Transfer.payee_id) | teller)
    create = where(Transfer.bank == WHOSE) & (~teller | where(Transfer.amount <= actor.claim("limit")))

    @rule
    def positive(self, call: SyncCall, row: Transfer | None, changes: Mapping[str, Any]) -> None:
        """An amount is more than nothing."""
        if changes["amount"] <= 0:
            raise Refused("NOT_POSITIVE", "an amount is more than nothing", "amount")

    async def on_create(self, call: Call, draft: dict[str, Any]) -> Transfer:
        """Debits and credits with both accounts locked, and records what was done."""
        payee = await self.account_of(call, draft["payee_number"])
        if payee == draft["payer_id"]:
            raise Refused("TO_ONESELF", "payer and payee are the same account", "payee_number")
        try:
            giver, taker = await call.lock(Account, [draft["payer_id"], payee])
        except NotFound:
            raise Refused("PAYER_UNKNOWN", "there is no such account", "payer_id") from None
        transfer = await super().on_create(call, {**draft, "payee_id": payee})
        if giver.balance < transfer.amount:
            raise Refused("OVERDRAFT", "there is not enough on the account", "amount")
        giver.balance -= transfer.amount
        taker.balance += transfer.amount
        return transfer

    async def account_of(self, call: Call, number: str) -> UUID:
        """The account with a number, in the caller's bank, whoever has it."""
        whose = call.actor.value("bank")
        found = await call.session.scalar(select(Account.id).where(Account.number == number, Account.bank == whose))
        if found is None:
            raise Refused("PAYEE_UNKNOWN", "no account has this number", "payee_number")
        return found


RESOURCES: list[type[Actions]] = [Customers, Accounts, Transfers]
