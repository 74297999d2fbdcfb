"""Models that change: what is written, what it makes of rows, the way back."""

from __future__ import annotations

from decimal import Decimal

import pytest
from sqlalchemy.exc import DBAPIError

from tests.migrate.house import House

BOOKS = """
class Rack(Base):
    name: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)


class Book(Base, Versioned):
    title: Mapped[Annotated[str, Len(1, 120)]]
    body: Mapped[str]
    price: Mapped[decimal.Decimal] = field(kind=Decimal(precision=10, scale=2, ge=0))
    rack_id: Mapped[UUID] = reference(Rack, on_delete="cascade")
    sold: Mapped[bool] = field(default=False)
    pages: Mapped[int | None]
"""

TOP = "00000000-0000-0000-0000-000000000001"
ROWS = (
    f"INSERT INTO racks (id, name) VALUES ('{TOP}', 'top')",
    (
        "INSERT INTO books (id, title, body, price, rack_id, sold, version) VALUES "
        f"('00000000-0000-0000-0000-000000000002', 'One', 'Text', {{price}}, '{TOP}', {{no}}, 1)"
    ),
)


WHAT_STAYS = "SELECT b.id, b.title, b.body, r.name FROM books b JOIN racks r ON r.id = b.rack_id"


def fill(house: House) -> None:
    """Rows of the first models."""
    sqlite = house.url.startswith("sqlite")
    house.execute(*(row.format(price=1250 if sqlite else "12.5", no=0 if sqlite else "false") for row in ROWS))


def price(house: House) -> Decimal:
    """The price of the book, which SQLite has as a whole number of its smallest unit."""
    ((stored,),) = house.rows("SELECT price FROM books")
    if house.url.startswith("postgresql"):
        return Decimal(stored)
    newest = max(house.migrations.glob("*.py"))
    scale = 3 if "sa.Numeric(precision=10, scale=3)" in newest.read_text().partition("def downgrade")[0] else 2
    return Decimal(stored).scaleb(-scale)


def changed(*pairs: tuple[str, str]) -> str:
    """The models with some lines written otherwise."""
    source = BOOKS
    for old, new in pairs:
        assert old in source
        source = source.replace(old, new)
    return source


def test_the_first_migration_makes_what_is_created_without_migrations(house: House, other_url: str) -> None:
    house.make("The first tables", BOOKS)
    assert house.schema() == house.created(other_url)
    assert "The migrations make what the models say." in house.run("check")


CHANGES = [
    # a column that may be null, one with a default, one less
    [("pages:", "note: Mapped[str | None]\n    pages:")],
    [("pages:", 'state: Mapped[Literal["a", "b"]] = field(default="a")\n    pages:')],
    [("    pages: Mapped[int | None]\n", "")],
    # another type, reference, constraint, whether it may be null
    [("Len(1, 120)", "Len(1, 200)")],
    [('on_delete="cascade"', 'on_delete="restrict"')],
    [("Len(1, 120)]]", "Len(1, 120)]] = field(unique=True)")],
    [("body: Mapped[str]", "body: Mapped[str | None]")],
    [("pages: Mapped[int | None]", "pages: Mapped[Annotated[int, Ge(0)] | None]")],
    [("scale=2", "scale=3")],
    # a table, an index of an expression with a condition, moments
    [("class Book", "class Loan(Base, Timestamps):\n    who: Mapped[str]\n\n\nclass Book")],
    [
        (
            "class Book(Base, Versioned):",
            (
                'class Book(Base, Versioned):\n    __table_args__ = (Index("ix_books_lower", text("lower(title)"), '
                'unique=True, sqlite_where=text("sold"), postgresql_where=text("sold")),)\n'
            ),
        )
    ],
    [("class Rack(Base)", "class Rack(Base, Timestamps)")],
]
"""Lines that are written otherwise, each time from the first models."""


@pytest.mark.requirement("A2.17", "A2.18")
def test_every_change_keeps_every_row_and_goes_back_and_forth(house: House, other_url: str) -> None:
    house.make("First", BOOKS)
    fill(house)
    rows = house.rows(WHAT_STAYS)
    schemas = [house.schema()]
    for place, pairs in enumerate(CHANGES, start=2):
        house.make(f"Change {place}", changed(*pairs), "--fill", "books.body='?'")
        assert price(house) == Decimal("12.5")
        schemas.append(house.schema())
        assert house.rows(WHAT_STAYS) == rows
    assert schemas[-1] == house.created(other_url)
    assert "The migrations make what the models say." in house.run("check")
    for place in reversed(range(len(CHANGES))):
        house.run("down", "--yes")
        assert house.schema() == schemas[place], CHANGES[place]
        assert house.rows(WHAT_STAYS) == rows
    for place in range(1, len(schemas)):
        house.run("to", str(place + 1), "--yes")
        assert house.schema() == schemas[place], CHANGES[place - 1]
        assert house.rows(WHAT_STAYS) == rows


HALLS = """
class Hall(Base):
    name: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)


class Row(Base):
    __tablename__ = "rows"
    hall_id: Mapped[UUID] = reference(Hall, on_delete="cascade")
    length: Mapped[Annotated[int, Ge(1)]]


class Seat(Base):
    row_id: Mapped[UUID] = reference(Row, on_delete="restrict")
    order: Mapped[str] = field(index=True)
"""


def seated(house: House) -> None:
    """A hall with a row with a seat."""
    house.make("First", HALLS)
    house.execute(
        f"INSERT INTO halls (id, name) VALUES ('{TOP}', 'hall')",
        f"INSERT INTO rows (id, hall_id, length) VALUES ('{TOP}', '{TOP}', 9)",
        f"INSERT INTO seats (id, row_id, \"order\") VALUES ('{TOP}', '{TOP}', 'a')",
    )


def test_a_table_that_others_refer_to_gets_another_name_and_keeps_what_refers_to_it(
    house: House, other_url: str
) -> None:
    seated(house)
    before = house.schema()
    renamed = HALLS.replace("class Row", "class Bench").replace('"rows"', '"benches"').replace("(Row", "(Bench")
    said = house.make("Benches", renamed, "--rename", "rows:benches")
    assert "~ table rows is benches now" in said
    assert "~ key pk_rows of benches is pk_benches now" in said
    assert "drop_constraint" not in house.file("0002"), "constraints are renamed, and no row is looked at"
    assert house.schema() == house.created(other_url)
    seats = 'SELECT s."order", b.length FROM seats s JOIN {} b ON b.id = s.row_id'
    assert house.rows(seats.format("benches")) == [("a", 9)]
    with pytest.raises(DBAPIError):
        house.execute(f"INSERT INTO benches (id, hall_id, length) VALUES ('{TOP[:-1]}2', '{TOP}', 0)")
    said = house.run("down")
    assert said.splitlines()[:2] == ["down 0002 Benches", "  ~ table benches is rows now"]
    assert house.schema() == before
    assert house.rows(seats.format("rows")) == [("a", 9)]
    house.run("up")
    assert house.schema() == house.created(other_url)


def test_a_table_that_may_only_have_been_renamed_is_asked_about(house: House) -> None:
    seated(house)
    house.models(HALLS.replace("class Seat", "class Chair"))
    said = house.run("make", "Chairs")
    assert "if it is only renamed, remove the file and say --rename seats:chairs" in said


def test_columns_change_their_names_with_one_another(house: House, other_url: str) -> None:
    pair = "class Pair(Base):\n    {}: Mapped[Annotated[str, Len(1, 3)]]\n    {}: Mapped[Annotated[str, Len(1, 9)]]\n"
    house.make("First", pair.format("left", "right"))
    house.execute(f"INSERT INTO pairs (id, \"left\", \"right\") VALUES ('{TOP}', 'one', 'anything')")
    before = house.schema()
    swaps = [word for one in ("left:other", "right:left", "other:right") for word in ("--rename", f"pairs.{one}")]
    house.make("Swapped", pair.format("right", "left"), *swaps)
    assert house.schema() == house.created(other_url)
    assert house.rows('SELECT "left", "right" FROM pairs') == [("anything", "one")]
    house.run("down")
    assert house.schema() == before
    assert house.rows('SELECT "left", "right" FROM pairs') == [("one", "anything")]


def test_what_the_way_back_cannot_know_is_told_and_refused_while_there_are_rows(house: House) -> None:
    seated(house)
    before = house.schema()
    without = HALLS.replace('    row_id: Mapped[UUID] = reference(Row, on_delete="restrict")\n', "")
    said = house.make("Loose seats", without)
    assert "The way back finds no seats.row_id for rows that have none then" in said
    after = house.schema()
    assert "failed on the way down" in house.run("down", "--yes", code=2)
    assert house.schema() == after
    assert house.rows('SELECT "order" FROM seats') == [("a",)]
    house.execute("DELETE FROM seats")
    house.run("down")
    assert house.schema() == before


def test_what_changes_of_a_constraint_is_told(house: House) -> None:
    seated(house)
    changed = HALLS.replace("Ge(1)", "Ge(2)").replace(
        'reference(Row, on_delete="restrict")', 'reference(Row, on_delete="cascade")'
    )
    said = house.make("Longer rows", changed)
    assert "~ check ck_rows_length of rows: length >= 1 -> length >= 2" in said
    assert '~ reference fk_seats_row_id of seats: row_id to rows.id ondelete="RESTRICT" -> ' in said
