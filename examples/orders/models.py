"""What is stored: users, products, orders and their items, with the indexes that the shop's questions need."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Interval, Len
from sqlalchemy import Index, MetaData, UniqueConstraint, text
from sqlalchemy.orm import Mapped, relationship

from mainstay import Account, Model, Timestamps, actor, field, reference
from mainstay.declare.model import NAMES
from mainstay.kinds import Decimal as Exact

Status = Literal["pending", "paid", "shipped", "delivered", "cancelled"]
Amount = Annotated[Decimal, Exact(precision=10, scale=2, ge=Decimal(0))]
DEAREST = Decimal("99999999.99")
"""The most that an amount can be."""
PENDING = text("status = 'pending'")


class Base(Model):
    """Tables of this application alone, as a process can hold several."""

    __abstract__ = True
    metadata = MetaData(naming_convention=NAMES)


class User(Base, Account, Timestamps):
    """Somebody who orders."""

    name: Mapped[Annotated[str, Len(1, 255)]]
    """What somebody is called; quotes and all, as O'Brien is a name."""

    __table_args__ = (Index("idx_users_email_name", "email", postgresql_include=["name", "created_at"]),)


User.sign_up = (User.name,)


class Product(Base):
    """Something that can be ordered."""

    sku: Mapped[Annotated[str, Len(1, 40)]] = field(primary_key=True)
    """The number in the catalogue."""
    name: Mapped[Annotated[str, Len(1, 255)]]
    """What it is called."""
    price: Mapped[Amount]
    """What one of it costs."""


class Order(Base, Timestamps):
    """What somebody wants, and how far it has come."""

    user_id: Mapped[UUID] = reference(User, on_delete="cascade", default=actor.id)
    """Who ordered: whoever creates the order."""
    total_amount: Mapped[Amount] = field(default=Decimal(0))
    """What it costs, at the prices of the moment at which it was ordered."""
    status: Mapped[Status] = field(default="pending")
    """How far it has come."""

    items: Mapped[list[OrderItem]] = relationship(back_populates="order", passive_deletes=True)
    user: Mapped[User] = relationship()


class OrderItem(Base):
    """So many of one product, in an order."""

    __table_args__ = (UniqueConstraint("order_id", "product_id"),)

    order_id: Mapped[UUID] = reference(Order, on_delete="cascade")
    """The order that it is in."""
    product_id: Mapped[str] = reference(Product)
    """What is ordered."""
    quantity: Mapped[Annotated[int, Interval(ge=1, le=1000)]]
    """How many of it."""

    order: Mapped[Order] = relationship(back_populates="items")


Index("idx_orders_user_id", Order.user_id)
Index("idx_orders_status", Order.status, postgresql_where=PENDING, sqlite_where=PENDING)
Index("idx_orders_created_at", Order.created_at.desc())
Index("idx_orders_user_created", Order.user_id, Order.created_at.desc())
Index("idx_orders_pending", Order.created_at, postgresql_where=PENDING, sqlite_where=PENDING)
