"""A help desk, for the tests of behaviour: tickets with an owner and a state, actions of every kind."""

from __future__ import annotations

import datetime as dt
from typing import Annotated, Any, Literal
from uuid import UUID

from annotated_types import Ge, Len
from pydantic import BaseModel, Field
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
    Timestamps,
    Versioned,
    action,
    actor,
    anyone,
    field,
    owner,
    reference,
    role,
    signed_in,
    where,
)

ANNA, BEN, CARL = (Actor(UUID(int=number)) for number in (1, 2, 3))
BOSS = Actor(UUID(int=9), roles=frozenset({"boss"}))
PEOPLE = {"anna": ANNA, "ben": BEN, "carl": CARL, "boss": BOSS}

State = Literal["open", "waiting", "closed"]


class Base(Model):
    """Tables of this application alone."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Model.metadata.naming_convention)


class Place(BaseModel):
    """Where somebody sits."""

    floor: int = 0
    room: str = ""


class Colleague(Base):
    """Somebody who works here."""

    name: Mapped[Annotated[str, Len(1, 50)]]


class Ticket(Base, Timestamps, Versioned):
    """Something that somebody needs help with."""

    slug: Mapped[Annotated[str, Len(1, 50)]] = field(unique=True)
    title: Mapped[Annotated[str, Len(1, 120)]]
    state: Mapped[State] = field(default="open")
    public: Mapped[bool] = field(default=False)
    place: Mapped[Place | None] = field(default=None)
    hours: Mapped[int] = field(default=0)
    owner_id: Mapped[UUID] = reference(Colleague, default=actor.id)
    parent_id: Mapped[UUID | None] = reference("tickets.id", on_delete="set null", default=None)
    parent: Mapped[Ticket | None] = relationship(remote_side="Ticket.id")


class Saying(Base):
    """Something said about a ticket."""

    text: Mapped[Annotated[str, Len(1, 500)]]
    ticket_id: Mapped[UUID] = reference(Ticket, on_delete="cascade")
    author_id: Mapped[UUID] = reference(Colleague, default=actor.id)


class Counted(BaseModel):
    """How many tickets there are in a state."""

    state: State
    number: int = Field(description="How many.")


class Wish(BaseModel):
    """What somebody wishes for."""

    title: Annotated[str, Len(1, 120)]
    hours: Annotated[int, Ge(0)] = 1


class Tickets(Resource[Ticket]):
    """Tickets, those of others only where they are public."""

    lookup = Ticket.slug
    writable = [Ticket.title, Ticket.state, Ticket.public, Ticket.parent_id]
    write_once = [Ticket.slug]
    filters = [Ticket.state]
    sorts = [Ticket.title]
    read = where(Ticket.public) | owner(Ticket.owner_id) | role("boss")
    create = signed_in
    update = owner(Ticket.owner_id)
    delete = owner(Ticket.owner_id)
    write_fields = {Ticket.public: role("boss")}

    @action(allow=owner(Ticket.owner_id))
    async def close(self, call: Call, ticket: Ticket, reason: str = "done") -> Ticket:
        """Closes a ticket, and remarks why."""
        if ticket.state == "closed":
            raise Refused("ALREADY_CLOSED", "the ticket is closed", "state")
        ticket.state = "closed"
        call.session.add(Saying(text=reason, ticket_id=ticket.id))
        return ticket

    @action(allow=owner(Ticket.owner_id) | role("boss"), method="PUT", path="/hours")
    def book(self, call: SyncCall, ticket: Ticket, hours: Annotated[int, Ge(0)], place: Place | None = None) -> Ticket:
        """Books hours on a ticket."""
        ticket.hours += hours
        if place is not None:
            ticket.place = place
        return ticket

    @action(allow=owner(Ticket.owner_id))
    async def hand_over(self, ticket: Ticket, to: UUID) -> Ticket:
        """Gives the ticket to somebody else, after which its owner may not read it any more."""
        ticket.owner_id = to
        return ticket

    @action(allow=signed_in, method="GET")
    def remarks(self, call: SyncCall, ticket: Ticket, containing: str = "") -> list[str]:
        """What was said about a ticket."""
        found = select(Saying.text).where(Saying.ticket_id == ticket.id, Saying.text.contains(containing))
        return list(call.session.scalars(found.order_by(Saying.text)))

    @action(allow=owner(Ticket.owner_id))
    async def reopen(self, tickets: list[Ticket], reason: str) -> list[Ticket]:
        """Opens many tickets again."""
        for ticket in tickets:
            if ticket.state == "open":
                raise Refused("NOT_CLOSED", f"{ticket.slug} is open")
            ticket.state = "open"
        return tickets

    @action(allow=anyone, method="GET")
    async def counted(self, call: Call, state: State) -> Counted:
        """How many tickets there are in a state."""
        number = await call.session.scalar(select(func.count()).where(Ticket.state == state))
        return Counted(state=state, number=number or 0)

    @action(allow=signed_in, status=201)
    async def wish(self, call: Call, wish: Wish) -> Ticket:
        """Makes a ticket of a wish."""
        ticket = Ticket(slug=wish.title.lower(), title=wish.title, hours=wish.hours)
        call.session.add(ticket)
        return ticket

    @action(allow=signed_in)
    async def saved(
        self, call: Call, ticket: Ticket, title: str, public: bool = False, parent: UUID | None = None
    ) -> None:
        """Writes as a call of update would."""
        ticket.title = title
        if public:
            ticket.public = True
        if parent is not None:
            ticket.parent_id = parent
        await call.save(ticket)

    @action(allow=owner(Ticket.owner_id))
    async def looked_at(self, ticket: Ticket) -> str:
        """Looks at a row that was not asked for."""
        return "alone" if ticket.parent is None else ticket.parent.title

    @action(allow=signed_in)
    def committed(self, call: SyncCall) -> None:
        """Ends a transaction that is not its own."""
        call.session.commit()


class SignIn(Actions):
    """Who is who."""

    path = "/users"

    @action(allow=anyone, path="/login", limit="3/minute")
    async def login(self, name: Literal["anna", "ben", "carl", "boss"], since: dt.date | None = None) -> dict[str, Any]:
        """Somebody's token."""
        return {"token": name, "since": since}

    @action(allow=signed_in, path="/{name}/greeting", method="GET")
    def greeting(self, name: str, loud: bool = False) -> str:
        """Words for somebody."""
        return f"Hello {name}{'!' if loud else '.'}"


class Sayings(Resource[Saying]):
    """What was said."""

    read = owner(Saying.author_id)
    operations = ["list"]


class Colleagues(Resource[Colleague]):
    """Those who work here."""

    operations = ["list"]
    read = signed_in


RESOURCES = [Colleagues, Tickets, Sayings, SignIn]
