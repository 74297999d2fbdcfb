"""A shop, for the tests of rules, state machines and writes that are done in a way of their own."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

from annotated_types import Ge, Len
from sqlalchemy import MetaData, func, select
from sqlalchemy.orm import Mapped, relationship

from mainstay import (
    Actions,
    Actor,
    Call,
    Model,
    Refused,
    Resource,
    SyncCall,
    Versioned,
    action,
    actor,
    field,
    owner,
    reference,
    role,
    rule,
    signed_in,
)
from mainstay.errors import Conflict

ANNA, BEN = (Actor(UUID(int=number)) for number in (1, 2))
PEOPLE = {"anna": ANNA, "ben": BEN}


class Base(Model):
    """Tables of this application alone."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Model.metadata.naming_convention)


class Customer(Base):
    """Somebody who buys."""

    name: Mapped[Annotated[str, Len(1, 50)]]


class Payment(Enum):
    """How something is paid."""

    CASH = "cash"
    CARD = "card"


class Purchase(Base, Versioned):
    """Something that is bought."""

    number: Mapped[int] = field(default=0)
    state: Mapped[Literal["pending", "paid", "cancelled"]] = field(default="pending")
    payment: Mapped[Payment | None] = field(default=None)
    amount: Mapped[Annotated[int, Ge(0)]]
    note: Mapped[Annotated[str, Len(0, 100)]] = field(default="")
    buyer_id: Mapped[UUID] = reference(Customer, default=actor.id)


class Event(Base):
    """Something that happened to a purchase."""

    purchase_id: Mapped[UUID]
    word: Mapped[Annotated[str, Len(1, 20)]]


class Complaint(Base):
    """What is wrong with a purchase."""

    text: Mapped[Annotated[str, Len(1, 100)]]
    purchase_id: Mapped[UUID] = reference(Purchase, on_delete="cascade")
    purchase: Mapped[Purchase] = relationship()


class Customers(Resource[Customer]):
    """Those who buy."""

    operations = ["list"]
    read = signed_in


class Events(Resource[Event]):
    """What happened."""

    operations = ["list"]
    order = [Event.id]
    read = signed_in


class Purchases(Resource[Purchase]):
    """What somebody buys; paid or cancelled for good."""

    writable = [Purchase.state, Purchase.amount, Purchase.note, Purchase.payment]
    read = owner(Purchase.buyer_id) | role("clerk")
    create = signed_in
    update = delete = owner(Purchase.buyer_id)
    transitions = {
        Purchase.state: {None: {"pending"}, "pending": {"paid", "cancelled"}},
        Purchase.payment: {Payment.CASH: {Payment.CARD}},
    }

    @rule
    def not_too_much(self, call: SyncCall, row: Purchase | None, changes: Mapping[str, Any]) -> None:
        """An amount over 100 needs a note."""
        amount = changes.get("amount", row.amount if row is not None else 0)
        note = changes.get("note", row.note if row is not None else "")
        if amount > 100 and not note:
            raise Refused("TOO_MUCH", "an amount over 100 needs a note", "amount")

    @rule
    async def not_too_many(self, call: Call, row: Purchase | None, changes: Mapping[str, Any]) -> None:
        """Nobody has more than three purchases."""
        mine = select(func.count()).where(Purchase.buyer_id == call.actor.id)
        if row is None and (await call.session.scalar(mine) or 0) >= 3:
            raise Refused("TOO_MANY", "you have three purchases")

    async def on_create(self, call: Call, draft: dict[str, Any]) -> Purchase:
        """Numbers the purchase."""
        draft["number"] = (await call.session.scalar(select(func.max(Purchase.number))) or 0) + 1
        purchase = await super().on_create(call, draft)
        call.session.add(Event(purchase_id=purchase.id, word="created"))
        return purchase

    async def on_update(self, call: Call, row: Purchase, changes: dict[str, Any]) -> Purchase:
        """Notes what happened."""
        before = row.state
        row = await super().on_update(call, row, changes)
        if row.state != before:
            call.session.add(Event(purchase_id=row.id, word=row.state))
        return row

    async def on_delete(self, call: Call, row: Purchase) -> None:
        """Keeps what is paid."""
        if row.state == "paid":
            raise Refused("PAID", "what is paid stays")
        call.session.add(Event(purchase_id=row.id, word="deleted"))
        await super().on_delete(call, row)

    @action(allow=owner(Purchase.buyer_id))
    async def settle(self, call: Call, purchase: Purchase, state: Literal["paid", "pending"]) -> None:
        """Sets a state as a call of update would."""
        purchase.state = state
        await call.save(purchase)

    @action(allow=owner(Purchase.buyer_id))
    async def repeat(self, call: Call, purchase: Purchase, state: Literal["paid", "pending"]) -> Purchase:
        """Buys the same again by the operations that its buyer has; as pending where it cannot be in the state."""
        again = {"amount": purchase.amount, "note": purchase.note}
        key = UUID((await call.operation("purchases.create", body=again))["id"])
        with suppress(Conflict):
            await call.operation("purchases.settle", key, body={"state": state})
        return await call.session.get_one(Purchase, key)

    @action(allow=owner(Purchase.buyer_id))
    def repeat_at_once(self, call: SyncCall, purchase: Purchase) -> None:
        """Tries the same without awaiting."""
        call.operation("purchases.settle", purchase.id, body={"state": "paid"})

    @action(allow=owner(Purchase.buyer_id), method="GET")
    async def look(self, call: Call, purchase: Purchase) -> None:
        """Tries to write while it reads."""
        await call.operation("purchases.delete", purchase.id)


class Complaints(Resource[Complaint]):
    """What is wrong, said politely."""

    parent = Complaint.purchase
    writable = [Complaint.text]
    read = create = update = delete = signed_in

    @action(allow=signed_in)
    def soften(self, call: SyncCall, complaint: Complaint) -> Complaint:
        """Says it politely."""
        complaint.text = complaint.text.lower()
        call.save(complaint)
        return complaint

    @rule
    def polite(self, call: SyncCall, row: Complaint | None, changes: Mapping[str, Any]) -> None:
        """Nobody shouts."""
        if changes.get("text", "").isupper():
            raise Refused("SHOUTED", "say it politely", "text")


RESOURCES: list[type[Actions]] = [Customers, Events, Purchases, Complaints]
