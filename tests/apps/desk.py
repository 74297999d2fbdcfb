"""A help desk, for the tests of behaviour: tickets with an owner and a state, actions of every kind."""

from __future__ import annotations

import asyncio
import datetime as dt
import socket
from typing import Annotated, Any, Literal
from uuid import UUID

from annotated_types import Ge, Len
from pydantic import BaseModel, Field
from sqlalchemy import MetaData, func, literal, select
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
    filters = [Ticket.state, Ticket.title]
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

    @action(allow=owner(Ticket.owner_id))
    async def ring(self, ticket: Ticket, how: Literal["sleep", "connect", "task", "nothing"]) -> None:
        """Waits for the outside, where it may not."""
        ticket.title = "rung"
        if how == "sleep":
            await asyncio.sleep(0.01)
        elif how == "connect":
            await asyncio.open_connection("127.0.0.1", 9)
        elif how == "task":
            await asyncio.create_task(asyncio.sleep(0))
        await asyncio.sleep(0)

    @action(allow=owner(Ticket.owner_id))
    def dial(self, ticket: Ticket) -> None:
        """Waits for the outside without awaiting."""
        ticket.title = "dialled"
        socket.create_connection(("127.0.0.1", 9), timeout=1)

    @action(allow=owner(Ticket.owner_id), transaction=False)
    async def consult(self, call: Call, ticket: Ticket, inside: bool = False) -> Ticket:
        """Asks the outside, and writes what it said."""
        before = ticket.title
        await asyncio.sleep(0.001)
        async with call.transaction() as session:
            ticket.title = f"{before}, {ticket.title}"
            session.add(Saying(text="consulted", ticket_id=ticket.id))
            if inside:
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.001)
        return ticket

    @action(allow=owner(Ticket.owner_id), timeout=0.2)
    async def dawdle(self, call: Call, ticket: Ticket) -> None:
        """Takes too long."""
        ticket.title = "dawdled"
        while True:
            await call.session.execute(select(1))

    @action(allow=owner(Ticket.owner_id), timeout=0.2)
    def toil(self, call: SyncCall, ticket: Ticket) -> None:
        """Takes too long, in one statement."""
        ticket.title = "toiled"
        numbers = select(literal(1).label("n")).cte(recursive=True)
        numbers = numbers.union_all(select(numbers.c.n + 1).where(numbers.c.n < 100_000_000))
        call.session.scalar(select(func.count()).select_from(numbers))

    @action(allow=signed_in)
    async def shift(self, call: Call, giver: UUID, taker: UUID, hours: int) -> list[int]:
        """Moves hours from one ticket to another, however many do so at the same time."""
        one, other = await call.lock(Ticket, [giver, taker])
        one.hours -= hours
        other.hours += hours
        return [one.hours, other.hours]

    @action(allow=signed_in)
    def shift_at_once(self, call: SyncCall, giver: UUID, taker: UUID, hours: int) -> list[int]:
        """The same, in a def."""
        one, other = call.lock(Ticket, [giver, taker])
        one.hours -= hours
        other.hours += hours
        return [one.hours, other.hours]

    @action(allow=signed_in)
    async def through(self, call: Call, slug: str, title: str, fail: bool = False) -> dict[str, Any]:
        """Calls other operations, under their policies."""
        await call.operation("tickets.update", slug, body={"title": title})
        listed = await call.operation("tickets.list", title=title, sort="-title")
        if fail:
            raise Refused("FAILED", "and everything is undone")
        return {"listed": [ticket["slug"] for ticket in listed]}

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


RESOURCES: list[type[Actions]] = [Colleagues, Tickets, Sayings, SignIn]
