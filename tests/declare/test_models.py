"""Models say their kinds by annotations, aliases, mixins and `field(..)`, with and without string annotations."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from typing import Annotated, Any

import pytest
import sqlalchemy as sa
from annotated_types import Len
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, relationship

from mainstay import compiler, kinds
from mainstay.declare import Model, Resource, anyone, field, reference
from mainstay.declare.model import table_name
from mainstay.kinds import KindType
from tests.declare import postponed, present
from tests.declare.postponed import Glued, Letter, Postbox, Stamp, Tint
from tests.declare.present import Rack, Tome

NAIVE = dt.datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=dt.UTC).replace(tzinfo=None)
WRITTEN = "number title inline by_pydantic inside by_field colour size day plain amount at"


def kind_of(model: type[Any], name: str) -> kinds.Kind:
    """The kind of a model's column."""
    return kinds.of_column(model.__table__.c[name])


def table(model: Any) -> sa.Table:
    """A model's table."""
    found = model.__table__
    assert isinstance(found, sa.Table)
    return found


@pytest.mark.parametrize(
    "name, kind",
    [
        ("number", kinds.IntegerKey()),
        ("title", kinds.Text(min_length=1, max_length=120)),
        ("inline", kinds.Text(min_length=2, max_length=5)),
        ("by_pydantic", kinds.Text(max_length=7, pattern="^a")),
        ("inside", kinds.Text(min_length=2, max_length=5)),
        ("by_field", kinds.Text(min_length=3, max_length=9)),
        ("colour", kinds.Choice(words=("r", "b"), members=Tint)),
        ("size", kinds.Choice(words=("s", "m"))),
        ("day", kinds.Date()),
        ("plain", kinds.Text(max_length=10)),
        ("amount", kinds.Decimal(8, 3)),
        ("at", kinds.Moment()),
        ("next_id", kinds.Reference(key=kinds.Integer())),
        ("note", kinds.Text(min_length=1, max_length=120)),
        ("slug", kinds.Slug(min_length=2, max_length=50)),
        ("made_by", kinds.Text(max_length=33)),
        ("created_at", kinds.Moment()),
        ("version", kinds.Integer()),
        ("deleted_at", kinds.Moment()),
    ],
)
def test_a_kind_of_a_column(name: str, kind: kinds.Kind) -> None:
    assert kind_of(Postbox, name) == kind


def test_columns_come_in_the_order_in_which_they_are_written() -> None:
    own = [column.name for column in table(Postbox).columns][:12]
    assert own == WRITTEN.split()


def test_nullable_is_what_the_annotation_says() -> None:
    nullable = {column.name for column in table(Postbox).columns if column.nullable}
    assert nullable == {"inside", "day", "next_id", "note", "deleted_at"}
    assert {column.name for column in table(Tome).columns if column.nullable} == {"title"}


def test_annotations_that_are_no_strings() -> None:
    assert kind_of(Tome, "isbn") == kinds.Text(pattern="^[0-9]{13}$")
    assert kind_of(Tome, "title") == kinds.Text(min_length=1, max_length=120)
    assert kind_of(Tome, "pages") == kinds.Integer(ge=1)
    assert kind_of(Tome, "rack_id") == kinds.Reference()
    assert [column.name for column in table(Rack).primary_key] == ["id"]
    assert postponed.__dict__["annotations"]
    assert not hasattr(present, "annotations")


@pytest.mark.requirement("A2.03", "A2.05", "A2.06")
def test_constraints_are_named_and_hold(sqlite_url: str) -> None:
    names = {str(constraint.name) for constraint in table(Postbox).constraints}
    assert {"pk_postboxes", "uq_postboxes_slug", "fk_postboxes_next_id", "ck_postboxes_title"} <= names
    assert "ck_postboxes_noted" in names  # of the abstract model
    assert table(Stamp).comment == "stamps"
    keys = {model: [column.name for column in table(model).primary_key] for model in (Stamp, Glued, Letter)}
    assert keys == {Stamp: ["country", "value"], Glued: ["letter_id", "country"], Letter: ["id"]}
    assert next(iter(table(Letter).foreign_keys)).ondelete == "CASCADE"


@pytest.mark.requirement("A2.04")
def test_rows_are_made_and_read_by_a_session(sqlite_url: str) -> None:
    engine = sa.create_engine(sqlite_url)
    tables = [table(model) for model in (Postbox, Letter, Stamp, Glued)]
    Model.metadata.create_all(engine, tables)
    with engine.connect() as connection:
        ddl = connection.execute(sa.text("SELECT sql FROM sqlite_master WHERE name = 'stamp_book'")).scalar_one()
        assert ddl.rstrip().endswith("STRICT")
    given: dict[str, Any] = {
        "title": "a", "inline": "ab", "by_pydantic": "a", "by_field": "abc", "size": "s", "plain": "p", "slug": "ab",
        "made_by": "me", "amount": "1.5", "at": dt.datetime(2026, 1, 1, tzinfo=dt.UTC),
    }  # fmt: skip
    with Session(engine) as session:
        box = Postbox(**given, letters=[Letter()])
        session.add(box)
        session.flush()
        box.next_id = box.number
        session.flush()
        session.expire_all()
        assert (box.number, box.colour, str(box.amount), box.version) == (1, Tint.red, "1.500", 1)
        assert box.at == given["at"]
        assert box.created_at.tzinfo is dt.UTC
        assert box.letters[0].id.version == 7
        assert box.letters[0].box is box.next
        session.add(Postbox(**{**given, "slug": "other", "title": ""}))
        with pytest.raises(sa.exc.IntegrityError, match="ck_postboxes_title"):
            session.flush()
    engine.dispose()


class Base(DeclarativeBase):
    """Somebody else's base."""


class Mood(enum.Enum):
    """Kept by its name, as SQLAlchemy does."""

    good = 1


Name = Annotated[str, mapped_column(sa.String(40))]


class Foreign(Base):
    """Plain SQLAlchemy, with a little of ours."""

    __tablename__ = "foreign_rows"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[Name]
    alias: Mapped[Annotated[str, Len(1, 5)]] = mapped_column(sa.String(5))
    small: Mapped[int] = mapped_column(sa.SmallInteger)
    number: Mapped[int]
    big: Mapped[int] = mapped_column(sa.BigInteger)
    mood: Mapped[Mood]
    key: Mapped[uuid.UUID]
    naive: Mapped[dt.datetime] = mapped_column(default=sa.func.now())
    zoned: Mapped[dt.datetime] = mapped_column(sa.DateTime(timezone=True), onupdate=sa.func.now())
    mail: Mapped[str] = field(kind=kinds.Email())
    long: Mapped[str] = field(length=(2, 9))
    blob: Mapped[bytes]
    parent_id: Mapped[int | None] = reference("foreign_rows.id")


class Foreigns(Resource[Foreign]):
    """Rows of somebody else."""

    operations = ["list"]
    hidden = [Foreign.blob]
    read = anyone


@pytest.mark.parametrize(
    "name, kind",
    [
        ("id", kinds.IntegerKey(bits=32)),
        ("name", kinds.Text(max_length=40)),
        ("small", kinds.Integer(bits=16)),
        ("number", kinds.Integer(bits=32)),
        ("big", kinds.Integer()),
        ("mood", kinds.Choice(words=("good",))),
        ("key", kinds.Identifier(digits=True)),
        ("naive", kinds.Moment(foreign=True, zoned=False)),
        ("zoned", kinds.Moment(foreign=True, zoned=True)),
        ("mail", kinds.Email()),
        ("long", kinds.Text(min_length=2, max_length=9)),
        ("parent_id", kinds.Reference(key=kinds.Integer(bits=32))),
    ],
)
def test_the_kind_of_somebody_elses_column(name: str, kind: kinds.Kind) -> None:
    storage = compiler.compile([Foreigns]).storage
    assert storage.kind("foreign_rows", name) == kind
    if name not in ("mail",):
        assert not isinstance(Foreign.__table__.c[name].type, KindType)


def test_sql_that_says_now_is_done_in_python() -> None:
    storage = compiler.compile([Foreigns]).storage
    for made in (storage.defaults["foreign_rows", "naive"], storage.on_update["foreign_rows", "zoned"]):
        assert abs(made() - dt.datetime.now(dt.UTC)) < dt.timedelta(seconds=5)


def test_somebody_elses_values_are_stored_as_sqlalchemy_stores_them(sqlite_url: str) -> None:
    """What our kind writes, a session reads, and the other way round."""
    engine = sa.create_engine(sqlite_url)
    columns = {"key": uuid.uuid4(), "naive": NAIVE, "zoned": NAIVE.replace(microsecond=0)}
    metadata = sa.MetaData()
    theirs = sa.Table("theirs", metadata, *[sa.Column(name, Foreign.__table__.c[name].type) for name in columns])
    metadata.create_all(engine)
    with engine.begin() as connection:
        connection.execute(theirs.insert(), [columns])
        stored = connection.exec_driver_sql("SELECT * FROM theirs").one()
        for (name, value), raw in zip(columns.items(), stored, strict=True):
            kind = kind_of(Foreign, name)
            load, store = kind.load("sqlite"), kind.store("sqlite")
            assert load is not None
            assert store is not None
            mine = value.replace(tzinfo=dt.UTC) if isinstance(value, dt.datetime) else value
            assert load(raw) == mine
            assert store(mine) == raw
    engine.dispose()


@pytest.mark.parametrize(
    "name, plural",
    [
        *(("Recipe", "recipes"), ("OrderLine", "order_lines"), ("HTTPLog", "http_logs"), ("Category", "categories")),
        *(("Day", "days"), ("Box", "boxes"), ("Dish", "dishes"), ("Class2", "class2s")),
    ],
)
def test_names_of_tables(name: str, plural: str) -> None:
    assert table_name(name) == plural


def test_a_reference_that_cannot_be() -> None:
    with pytest.raises(TypeError, match=r'such as "users\.id"'):
        reference("users")
    with pytest.raises(TypeError, match="key of 2 columns"):
        reference(Stamp)


def test_an_abstract_model_with_its_own_metadata_begins_names_of_its_own() -> None:
    class Here(Model):
        __abstract__ = True
        metadata = sa.MetaData()

    class There(Model):
        __abstract__ = True
        metadata = sa.MetaData()

    made = []
    for base in (Here, There):
        owner = type("Owner", (base,), {"__tablename__": "owners"})
        notes = {"__tablename__": "notes", "__annotations__": {"owner_id": Mapped[uuid.UUID]}}
        note = type("Note", (base,), {**notes, "owner_id": reference("owners.id"), "owner": relationship("Owner")})
        made.append((owner, note))
    for owner, note in made:
        assert sa.inspect(note).relationships["owner"].mapper.class_ is owner
