"""One resource for each thing that can be declared."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any, Literal
from uuid import UUID

import sqlalchemy as sa
from annotated_types import Ge, Interval, Len
from pydantic import BaseModel, RootModel
from sqlalchemy import CheckConstraint, ForeignKeyConstraint, UniqueConstraint, exists, func
from sqlalchemy.orm import Mapped, aliased, relationship

from mainstay import Actor, Mainstay, Settings, kinds
from mainstay.declare import (
    Model,
    Resource,
    SoftDelete,
    Timestamps,
    Versioned,
    actor,
    anyone,
    descending,
    field,
    include,
    no_one,
    owner,
    reference,
    role,
    scope,
    signed_in,
    through,
    together,
    unindexed,
    values,
    via,
    where,
)
from tests.apps.identity import TokenIdentity

# A field of every kind


class Size(BaseModel):
    """A structured value."""

    width: int
    height: int | None = None


class Words(RootModel[list[str]]):
    """A list as a value."""


class Sample(Model):
    """A field of every kind, none of which can be missing."""

    counter: Mapped[int] = field(kind=kinds.IntegerKey(), primary_key=True)
    identifier: Mapped[UUID]
    flag: Mapped[bool]
    choice: Mapped[Literal["red", "green", "blue"]]
    day: Mapped[dt.date]
    time: Mapped[dt.time]
    moment: Mapped[dt.datetime]
    decimal: Mapped[Annotated[Decimal, kinds.Decimal(precision=9, scale=3)]]
    money: Mapped[Annotated[Decimal, kinds.Money(currency="EUR")]]
    email: Mapped[Annotated[str, kinds.Email()]]
    real: Mapped[Annotated[float, Interval(ge=-1000.0, le=1e9)]]
    number: Mapped[Annotated[int, Ge(-100)]]
    size: Mapped[Size]
    secret: Mapped[Annotated[str, kinds.Secret()]]
    slug: Mapped[Annotated[str, kinds.Slug()]]
    text: Mapped[Annotated[str, Len(1, 120)]]
    url: Mapped[Annotated[str, kinds.Url()]]
    label_id: Mapped[UUID] = reference("labels.id")


class Blank(Model):
    """A field of every kind, each of which can be missing."""

    identifier: Mapped[UUID | None]
    flag: Mapped[bool | None]
    choice: Mapped[Literal["red", "green", "blue"] | None]
    day: Mapped[dt.date | None]
    time: Mapped[dt.time | None]
    moment: Mapped[dt.datetime | None]
    decimal: Mapped[Annotated[Decimal, kinds.Decimal(precision=9, scale=3)] | None]
    money: Mapped[Annotated[Decimal, kinds.Money(currency="JPY")] | None]
    email: Mapped[Annotated[str, kinds.Email()] | None]
    real: Mapped[float | None]
    number: Mapped[int | None]
    size: Mapped[Size | None]
    words: Mapped[Words | None]
    secret: Mapped[Annotated[str, kinds.Secret()] | None]
    slug: Mapped[Annotated[str, kinds.Slug()] | None]
    text: Mapped[str | None]
    url: Mapped[Annotated[str, kinds.Url()] | None]
    label_id: Mapped[UUID | None] = reference("labels.id", on_delete="set null")


class Samples(Resource[Sample]):
    """Everything can be written, filtered and sorted by."""

    writable = [
        *(Sample.identifier, Sample.flag, Sample.choice, Sample.day, Sample.time, Sample.moment, Sample.decimal),
        *(Sample.money, Sample.email, Sample.real, Sample.number, Sample.size, Sample.secret, Sample.slug, Sample.text),
        *(Sample.url, Sample.label_id),
    ]
    filters = [
        *(Sample.counter, Sample.identifier, Sample.flag, Sample.choice, Sample.day, Sample.time, Sample.moment),
        *(Sample.decimal, Sample.money, Sample.email, Sample.real, Sample.number, Sample.slug, Sample.url),
        *(Sample.label_id, unindexed(Sample.text, "few rows")),
    ]
    sorts = [
        *(Sample.counter, Sample.identifier, Sample.flag, Sample.choice, Sample.day, Sample.time, Sample.moment),
        *(Sample.decimal, Sample.money, Sample.email, Sample.real, Sample.number, Sample.slug, Sample.text),
        unindexed(Sample.url, "few rows"),
    ]

    read = create = update = delete = anyone


class Blanks(Resource[Blank]):
    """The same with values missing: every sort crosses nulls."""

    writable = [
        *(Blank.identifier, Blank.flag, Blank.choice, Blank.day, Blank.time, Blank.moment, Blank.decimal, Blank.money),
        *(Blank.email, Blank.real, Blank.number, Blank.size, Blank.words, Blank.secret, Blank.slug, Blank.text),
        *(Blank.url, Blank.label_id),
    ]
    filters = [
        *(Blank.identifier, Blank.flag, Blank.choice, Blank.day, Blank.time, Blank.moment, Blank.decimal, Blank.money),
        *(Blank.email, Blank.real, Blank.number, Blank.slug, Blank.url, Blank.label_id, Blank.size),
        unindexed(Blank.text, "few rows"),
    ]
    sorts = [
        *(Blank.identifier, Blank.flag, Blank.choice, Blank.day, Blank.time, Blank.moment, Blank.decimal, Blank.money),
        *(Blank.email, Blank.real, Blank.number, Blank.slug, Blank.text),
    ]

    read = create = update = delete = anyone


# Integer keys, nulls and mixed directions


class Entry(Model):
    """A row with a counted key, sorted in both directions at once, with values missing."""

    __table_args__ = (UniqueConstraint("place", "label"), CheckConstraint("ends >= starts", name="ends_after_start"))

    number: Mapped[int] = field(primary_key=True)
    place: Mapped[int]
    rank: Mapped[int | None]
    label: Mapped[Annotated[str, Len(1, 40)] | None]
    day: Mapped[dt.date | None]
    starts: Mapped[int] = field(default=0)
    ends: Mapped[int] = field(default=0)


class Entries(Resource[Entry]):
    """Latest day first, then by rank upwards, both with nulls."""

    writable = [Entry.place, Entry.rank, Entry.label, Entry.day, Entry.starts, Entry.ends]
    filters = [Entry.place, Entry.rank, Entry.label, Entry.day]
    sorts = [Entry.place, Entry.rank, Entry.label, Entry.day]
    order = [descending(Entry.day), Entry.rank]
    indexes = [together(Entry.place, descending(Entry.rank))]
    default_limit = 5
    max_limit = 50

    read = create = update = delete = anyone


# Teams, folders and documents


class Team(Model):
    """Some people."""

    name: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)
    memberships: Mapped[list[Membership]] = relationship(back_populates="team")


class User(Model, Timestamps):
    """Somebody with an account."""

    name: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)
    email: Mapped[Annotated[str, kinds.Email()]] = field(unique=True)
    password: Mapped[Annotated[str, kinds.Secret()]]
    active: Mapped[bool] = field(default=True)


class Membership(Model):
    """That somebody is in a team, by a key of two columns."""

    team_id: Mapped[UUID] = reference(Team, primary_key=True, on_delete="cascade")
    user_id: Mapped[UUID] = reference(User, primary_key=True, on_delete="cascade")
    duty: Mapped[Literal["member", "lead"]] = field(default="member")
    since: Mapped[dt.date | None]

    team: Mapped[Team] = relationship(back_populates="memberships")
    user: Mapped[User] = relationship()
    absences: Mapped[list[Absence]] = relationship(back_populates="membership")


class Absence(Model, Versioned):
    """When a member is away: a reference of two columns."""

    __table_args__ = (
        ForeignKeyConstraint(
            ["team_id", "user_id"], ["memberships.team_id", "memberships.user_id"], ondelete="CASCADE"
        ),
    )

    team_id: Mapped[UUID]
    user_id: Mapped[UUID]
    day: Mapped[dt.date]
    membership: Mapped[Membership] = relationship(back_populates="absences")


class Folder(Model):
    """A place for documents, inside another one or not."""

    name: Mapped[Annotated[str, Len(1, 40)]]
    open: Mapped[bool] = field(default=False)
    team_id: Mapped[UUID] = reference(Team)
    parent_id: Mapped[UUID | None] = reference("folders.id")

    team: Mapped[Team] = relationship()
    parent: Mapped[Folder | None] = relationship(remote_side="Folder.id", back_populates="folders")
    folders: Mapped[list[Folder]] = relationship(back_populates="parent")
    documents: Mapped[list[Document]] = relationship(back_populates="folder")


class Label(Model):
    """A word on documents."""

    word: Mapped[Annotated[str, kinds.Slug(max_length=20)]] = field(unique=True)
    hidden: Mapped[bool] = field(default=False)
    documents: Mapped[list[Document]] = relationship(secondary="document_labels", back_populates="labels")


class DocumentLabel(Model):
    """That a document has a label."""

    document_id: Mapped[UUID] = reference("documents.id", primary_key=True, on_delete="cascade")
    label_id: Mapped[UUID] = reference(Label, primary_key=True, on_delete="cascade")
    label: Mapped[Label] = relationship(viewonly=True)


class Document(Model, Timestamps, Versioned, SoftDelete):
    """Something written, under every sort of policy."""

    number: Mapped[Annotated[int, Ge(1)]] = field(unique=True)
    title: Mapped[Annotated[str, Len(1, 80)]] = field(search=True)
    state: Mapped[Literal["draft", "review", "public", "archived"]] = field(default="draft")
    closed: Mapped[bool | None]
    public_from: Mapped[dt.datetime | None]
    level: Mapped[Annotated[int, Interval(ge=0, le=9)]] = field(default=0)
    region: Mapped[Annotated[str, Len(1, 20)] | None] = field(default=actor.claim("region"))
    budget: Mapped[Annotated[Decimal, kinds.Money(currency="EUR")] | None]
    remark: Mapped[Annotated[str, Len(1, 200)] | None] = field(search=True)
    folder_id: Mapped[UUID] = reference(Folder)
    author_id: Mapped[UUID] = reference(User, on_delete="cascade", default=actor.id)
    reviewer_id: Mapped[UUID | None] = reference(User, on_delete="set null")

    folder: Mapped[Folder] = relationship(back_populates="documents")
    author: Mapped[User] = relationship(foreign_keys="Document.author_id")
    reviewer: Mapped[User | None] = relationship(foreign_keys="Document.reviewer_id")
    labels: Mapped[list[Label]] = relationship(secondary="document_labels", back_populates="documents")


DAY, MONTH = dt.timedelta(days=1), dt.timedelta(days=30)
Fellow = aliased(Membership, name="fellow")
in_my_team = exists().where(Membership.team_id == Folder.team_id, Membership.user_id == actor.id)


class Teams(Resource[Team]):
    """Teams, which admins make; one with folders stays."""

    writable = [Team.name]
    sorts = [Team.name]
    includes = [include(Team.memberships, limit=2, order=[descending(Membership.since)])]
    read = anyone
    create = update = delete = role("admin")


class Users(Resource[User]):
    """Whole accounts: one's own, and all of them for admins."""

    operations = ["list", "get", "create", "update", "delete"]
    lookup = User.name
    writable = [User.email, User.password, User.active]
    write_once = [User.id, User.name]
    filters = [User.active]
    sorts = [User.name]
    read = update = owner(User.id) | role("admin")
    create = delete = role("admin")
    write_fields = {User.active: role("admin")}


class PublicUsers(Resource[User]):
    """What everybody may know of active users: the same model, less of it."""

    name = "public_users"
    path = "/directory/people"
    operations = ["list", "get"]
    fields = [User.id, User.name]
    filters = [User.name]
    sorts = [User.name]
    read = where(User.active)


class Memberships(Resource[Membership]):
    """Seen by those in the same team."""

    writable = [Membership.duty, Membership.since]
    write_once = [Membership.team_id, Membership.user_id]
    filters = [Membership.team_id, Membership.user_id, Membership.duty, through(Membership.team, Team.name)]
    sorts = [Membership.since]
    includes = [Membership.team, via(Membership.user, PublicUsers), Membership.absences]
    read = role("admin") | where(exists().where(Fellow.team_id == Membership.team_id, Fellow.user_id == actor.id))
    create = delete = role("admin")
    update = role("admin") | where(
        exists().where(Fellow.team_id == Membership.team_id, Fellow.user_id == actor.id, Fellow.duty == "lead")
    )


class Absences(Resource[Absence]):
    """One's own; a reference of two columns is included and filtered over, and stands in a path."""

    parent = Absence.membership
    flat = True

    writable = [Absence.day]
    write_once = [Absence.team_id, Absence.user_id]
    filters = [
        Absence.day,
        through(Absence.membership, Membership.duty),
        through(Absence.membership, Membership.team, Team.name),
    ]
    includes = [Absence.membership]
    read = create = update = delete = owner(Absence.user_id)


class Folders(Resource[Folder]):
    """Open ones for whoever is signed in, the others for their team."""

    writable = [Folder.name, Folder.open, Folder.parent_id]
    write_once = [Folder.team_id]
    filters = [
        Folder.name,
        Folder.team_id,
        Folder.open,
        through(Folder.parent, Folder.name),
        through(Folder.team, Team.name),
        through(Folder.documents, Document.labels, Label.word),
        through(Folder.team, Team.memberships, via(Membership.user, PublicUsers), User.name),
    ]
    sorts = [Folder.name]
    includes = [Folder.parent, Folder.team, include(Folder.folders, limit=3), include(Folder.documents, limit=2)]
    include_depth = 3
    read = signed_in & (where(Folder.open) | where(in_my_team) | role("admin"))
    create = update = delete = where(in_my_team)


class Labels(Resource[Label]):
    """Words; hidden ones only for those with the scope."""

    lookup = Label.word
    writable = [Label.word, Label.hidden]
    sorts = [Label.word]
    includes = [include(Label.documents, limit=2, order=[descending(Document.number)])]
    read = where(~Label.hidden) | scope("labels")
    create = update = delete = scope("labels")


class DocumentLabels(Resource[DocumentLabel]):
    """Labels on one's own documents: nothing here can be changed, only made and taken away."""

    operations = ["list", "create", "delete"]
    write_once = [DocumentLabel.document_id, DocumentLabel.label_id]
    filters = [DocumentLabel.document_id, DocumentLabel.label_id]
    embedded = [DocumentLabel.label]
    read = create = delete = where(
        exists().where(Document.id == DocumentLabel.document_id, Document.author_id == actor.id)
    )


class Documents(Resource[Document]):
    """Read under every node that a policy can have; kept when deleted; changed only with If-Match."""

    must_match = True
    writable = [
        *(Document.title, Document.state, Document.closed, Document.public_from, Document.level, Document.region),
        *(Document.budget, Document.remark, Document.reviewer_id),
    ]
    write_once = [Document.number, Document.folder_id]
    filters = [
        *(Document.number, Document.state, Document.level, Document.closed, Document.budget, Document.reviewer_id),
        *(Document.author_id, Document.public_from, Document.created_at),
        through(Document.folder, Folder.name),
        through(Document.folder, Folder.team, Team.name),
        through(Document.labels, Label.word),
        unindexed(Document.title, "titles are searched by a few people"),
    ]
    sorts = [Document.number, Document.title, Document.budget, Document.public_from, Document.created_at]
    order = [descending(Document.level), Document.title]
    includes = [
        *(Document.folder, via(Document.author, PublicUsers), via(Document.reviewer, PublicUsers)),
        Document.labels,
    ]

    read = (
        where(
            Document.state.in_(["public", "archived"])
            & (Document.public_from.is_(None) | (Document.public_from <= func.now()))
            & (Document.level != 9)
        )
        | owner(Document.author_id)
        | where(
            Document.reviewer_id.is_not(None) & (Document.reviewer_id == actor.id) & Document.state.not_in(["draft"])
        )
        | where(Document.folder.has(Folder.open) & Document.level.between(1, 2))
        | where(Document.folder_id == actor.claim("folder"))
        | where(
            actor.claim("regions").has(Document.region) & (Document.created_at > func.now() - dt.timedelta(days=30))
        )
        | where(Document.labels.any(Label.word == "free"))
        | (role("auditor") & ~where(Document.closed))  # type: ignore[arg-type]
        | (scope("documents:read") & where(sa.not_(sa.or_(Document.level >= 5, Document.closed))))  # type: ignore[arg-type]
    )
    create = signed_in & where(
        exists().where(
            Folder.id == Document.folder_id, Membership.team_id == Folder.team_id, Membership.user_id == actor.id
        )
    )
    update = (owner(Document.author_id) & where(Document.state.in_(["draft", "review"]))) | role("editor")
    delete = (owner(Document.author_id) & where(Document.created_at >= func.now() - DAY)) | role("editor")
    read_fields = {
        Document.budget: role("finance") | owner(Document.author_id),
        Document.remark: where(Document.closed.is_(None)) | owner(Document.reviewer_id),
    }
    write_fields = {
        Document.budget: role("finance"),
        Document.state: role("editor") | where(Document.level < 5),
        Document.level: no_one,
    }
    limits = {"delete": "1000/hour"}

    words = values(include(Document.labels, limit=2), Label.word)


RESOURCES: list[type[Resource[Any]]] = [
    *(Samples, Blanks, Entries, Teams, Users, PublicUsers, Memberships, Absences),
    *(Folders, Labels, DocumentLabels, Documents),
]

ACTORS = {
    "anna": Actor(UUID(int=1), claims={"region": "north", "regions": ["north", "south"]}),
    "bert": Actor(UUID(int=2), claims={"folder": UUID(int=7)}),
    "admin": Actor(UUID(int=3), roles=frozenset({"admin", "editor"}), scopes=frozenset({"labels"})),
    "office": Actor(UUID(int=4), roles=frozenset({"finance", "auditor"})),
    "script": Actor(UUID(int=5), scopes=frozenset({"documents:read"})),
}
"""Who calls in tests, by token."""


def application(database: str) -> Mainstay:
    """The application on a database, without limits and without a log."""
    settings = Settings(log="off", address_limit=None, user_limit=None)
    return Mainstay(
        name="Everything",
        resources=RESOURCES,
        identity=TokenIdentity(ACTORS),
        settings=settings,
        database=database,
    )
