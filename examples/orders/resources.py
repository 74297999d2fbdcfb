"""What callers may see and do, and who may."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from annotated_types import Len
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator
from sqlalchemy import select, text

from examples.orders.models import DEAREST, Order, OrderItem, Product, Status, User
from mainstay import (
    Actions,
    Call,
    Refused,
    Resource,
    action,
    actor,
    anyone,
    descending,
    owned,
    owner,
    role,
    where,
)
from mainstay.identity.passwords import Passwords, weakness
from mainstay.kinds import Email

staff = role("staff", "admin")
admin = role("admin")
PASSWORDS = Passwords()
"""Hashes passwords in threads of its own."""


class CreateUserRequest(BaseModel):
    """Who wants to order, with a password of twelve characters with upper and lower case and a digit."""

    model_config = ConfigDict(extra="forbid", use_attribute_docstrings=True)

    email: Annotated[str, Email(folded=True), Field(examples=["mary@example.com"])]
    """The address that they sign in with."""
    password: Annotated[str, Len(1, 128), Field(examples=["4 Plain words here"])]
    """The password that they sign in with."""
    name: Annotated[
        str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255), Field(examples=["Mary O'Brien"])
    ]
    """What they are called."""

    @field_validator("password")
    @classmethod
    def strong(cls, password: str) -> str:
        """Refuses a password that is short, all of one kind, or known to everybody."""
        wrong = weakness(password, least=12, mixed=True)
        if wrong is not None:
            raise ValueError(wrong)
        return password


class CreatedUser(BaseModel):
    """A user as whoever made it is told, who is nobody yet."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    id: UUID
    """What the user is known by."""
    email: str
    """The address that they sign in with."""
    name: str
    """What they are called."""
    created_at: dt.datetime
    """When they were made."""


class Users(Resource[User]):
    """People, seen by themselves and by the staff."""

    operations = ["list", "get", "replace", "update", "delete"]
    writable = [User.name]
    filters = [User.email]
    sorts = [User.created_at]

    read = owner(User.id) | staff
    update = delete = owner(User.id) | admin
    limits = {"list": "100/minute"}

    @action(allow=anyone, path="", status=201, transaction=False, limit="5/minute")
    async def create_user(self, call: Call, given: CreateUserRequest) -> CreatedUser:
        """Make a user: the password is hashed in a thread, before the transaction begins."""
        password_hash = await PASSWORDS.hash(given.password)
        async with call.transaction() as session:
            user = User(email=given.email, name=given.name, password_hash=password_hash)
            session.add(user)
            await session.flush()
            return CreatedUser(id=user.id, email=user.email, name=user.name, created_at=user.created_at)


class Products(Resource[Product]):
    """What can be ordered."""

    writable = [Product.name, Product.price]
    write_once = [Product.sku]
    read = anyone
    create = update = delete = staff


class Items(Resource[OrderItem]):
    """What is in an order, seen by whoever sees the order."""

    operations = ["list", "get"]
    fields = [OrderItem.product_id, OrderItem.quantity]
    writable = [OrderItem.product_id, OrderItem.quantity]

    read = where(OrderItem.order.has(Order.user_id == actor.id)) | staff
    create = anyone
    """Whoever may create the order that it is in: an item is made with it and by no operation of its own."""


class StatusCount(BaseModel):
    """How many orders have a status."""

    model_config = ConfigDict(use_attribute_docstrings=True)

    status: Status
    """How far they have come."""
    orders: Annotated[int, Field(examples=[12])]
    """How many there are."""


class Orders(Resource[Order]):
    """Orders, the latest first; the items are written with their order, once."""

    operations = ["list", "get", "create", "update"]
    writable = [Order.status]
    write_once = [owned(Order.items, by=OrderItem.product_id, most=100)]
    embedded = [Order.items]
    filters = [Order.user_id, Order.status]
    sorts = [Order.created_at]
    order = [descending(Order.created_at)]
    transitions = {
        Order.status: {
            None: {"pending"},
            "pending": {"paid", "cancelled"},
            "paid": {"shipped", "cancelled"},
            "shipped": {"delivered"},
        }
    }

    read = owner(Order.user_id) | staff
    create = owner(Order.user_id)
    update = (owner(Order.user_id) & where(Order.status.in_(["pending", "cancelled"]))) | staff
    """As it was and as it becomes: whoever ordered may cancel what is not paid, and no more."""

    async def on_create(self, call: Call, draft: dict[str, Any]) -> Order:
        """Adds up what the order costs; nothing in it is no order, and there is a most that one can cost."""
        order = await super().on_create(call, draft)
        priced = (
            select(Product.price, OrderItem.quantity)
            .join(OrderItem, OrderItem.product_id == Product.sku)
            .where(OrderItem.order_id == order.id)
        )
        lines = [(price, quantity) for price, quantity in await call.session.execute(priced)]
        if not lines:
            raise Refused("ORDER_EMPTY", "an order has at least one item", "items")
        order.total_amount = total(lines)
        if order.total_amount > DEAREST:
            raise Refused("ORDER_TOO_DEAR", f"an order costs {DEAREST} at most", "items")
        return order

    @action(allow=staff, method="GET")
    async def counts(self, call: Call) -> list[StatusCount]:
        """How many orders have each status.

        SQL by hand: what is counted over all rows is no row of a resource, and one grouping says it best.
        """
        counted = text("SELECT status, count(*) AS orders FROM orders GROUP BY status ORDER BY status")
        return [StatusCount(status=row.status, orders=row.orders) for row in await call.session.execute(counted)]


def total(lines: Iterable[tuple[Decimal, int]]) -> Decimal:
    """The sum of prices, each so many times."""
    return sum((price * quantity for price, quantity in lines), Decimal(0))


RESOURCES: list[type[Actions]] = [Users, Products, Items, Orders]
