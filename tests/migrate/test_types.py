"""A column that gets another type keeps its values, there and back, and what it cannot keep is told before."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa

from tests.migrate.house import House, told

OLD = """
class Cup(Base):
    value: Mapped[{}]
"""
PRICE = "Annotated[decimal.Decimal, Decimal(precision=10, scale=2)]"
FINER = "Annotated[decimal.Decimal, Decimal(precision=10, scale=4)]"
LARGE = "Annotated[decimal.Decimal, Decimal(precision=18, scale=2)]"
LARGER = "Annotated[decimal.Decimal, Decimal(precision=18, scale=1)]"
D = decimal.Decimal
NOON = dt.datetime(2026, 11, 28, 12, tzinfo=dt.UTC)

CHANGES: dict[str, tuple[str, str, Any, Any]] = {
    "a price to text": (PRICE, "str", D("12.50"), "12.50"),
    "a debt to text": (PRICE, "str", D("-0.07"), "-0.07"),
    "a price to a float": (PRICE, "float", D("12.50"), 12.5),
    "a large price to text": (LARGE, "str", D("1234567890123456.78"), "1234567890123456.78"),
    "a large debt to text": (LARGE, "str", D("-1234567890123456.78"), "-1234567890123456.78"),
    "a large price to fewer digits": (LARGE, LARGER, D("9007199254740993.10"), D("9007199254740993.1")),
    "a price to more digits": (PRICE, FINER, D("12.50"), D("12.5000")),
    "a price to a whole number": (PRICE, "int", D("12.00"), 12),
    "a whole number to text": ("int", "str", 12, "12"),
    "a whole number to a float": ("int", "float", 12, 12.0),
    "a truth to text": ("bool", "str", True, "true"),
    "a truth to a whole number": ("bool", "int", True, 1),
    "one to a truth": ("int", "bool", 1, True),
    "a day to a moment": ("dt.date", "dt.datetime", dt.date(2026, 11, 28), NOON.replace(hour=0)),
}


@pytest.mark.parametrize("change", CHANGES)
def test_values_stay_what_they_are(change: str, house: House) -> None:
    old, new, before, after = CHANGES[change]
    house.make("First", OLD.format(old))
    put(house, before)
    assert get(house) == before
    house.make("Second", OLD.format(new))
    assert get(house) == after
    house.run("down")
    house.models(OLD.format(old))
    assert get(house) == before


def test_what_is_cut_off_is_told_and_asked_for(house: House) -> None:
    house.make("First", OLD.format(PRICE))
    house.make("Finer", OLD.format(FINER))
    put(house, D("1.2345"))
    said = house.run("down", code=4)
    assert "a part of cups.value in 1 rows, as decimal(10, 2) holds less" in said
    house.run("down", "--yes")
    house.models(OLD.format(PRICE))
    assert get(house) == D("1.23")


@pytest.mark.parametrize(
    "before,after", [("1234567890123456.785", "1234567890123456.79"), ("-.005", "-0.01"), ("5.", "5"), ("007", "7")]
)
def test_a_text_becomes_the_number_that_it_says(before: str, after: str, house: House) -> None:
    house.make("First", OLD.format(LARGE))
    house.make("Text", OLD.format("str"))
    put(house, before)
    house.run("down", "--yes")
    house.models(OLD.format(LARGE))
    assert get(house) == D(after)


@pytest.mark.parametrize("text", ["", "-", ".", "1-2", "--5", "1.2.3", "2026-11-28"])
def test_a_text_that_is_no_number_is_refused(text: str, house: House) -> None:
    house.make("First", OLD.format(PRICE))
    house.make("Text", OLD.format("str"))
    put(house, text)
    house.run("down", "--yes", code=2)
    assert get(house) == text


TOO_LONG = {
    "text": ("str", "Annotated[str, Len(1, 3)]", "four"),
    "shorter text": ("Annotated[str, Len(1, 9)]", "Annotated[str, Len(1, 3)]", "four"),
    "a number": ("int", "Annotated[str, Len(1, 3)]", 7000),
    "a price": (PRICE, "Annotated[str, Len(1, 3)]", D("12.50")),
    "a truth": ("bool", "Annotated[str, Len(1, 3)]", True),
    "a day": ("dt.date", "Annotated[str, Len(1, 3)]", dt.date(2026, 11, 28)),
}


def is_refused(house: House, old: str, new: str, before: object) -> None:
    """A value keeps a migration to another type from being run, and stays as it is."""
    house.make("First", OLD.format(old))
    put(house, before)
    house.models(OLD.format(new))
    house.run("make", "Narrower")
    assert "failed on the way up" in house.run("up", code=2)
    house.models(OLD.format(old))
    assert get(house) == before


@pytest.mark.parametrize("value", TOO_LONG)
def test_what_is_too_long_for_a_text_is_refused_and_never_cut(value: str, house: House) -> None:
    is_refused(house, *TOO_LONG[value])


NO_VALUES = {
    "date": ("dt.date", "2026-02-30", "2026-02-28"),
    "time": ("dt.time", "25:00:00.000000", "23:59:59.999999"),
    "moment": ("dt.datetime", "2026-11-28 noon", "2026-11-28T12:00:00.000000Z"),
    "uuid": ("UUID", "019a0b1c", "019a0b1c-2d3e-7f40-8152-637485960718"),
    "json": ("Lid", "{", "{}"),
}
LID = """
class Lid(BaseModel):
    pass

"""


@pytest.mark.parametrize("kind", NO_VALUES)
def test_a_text_that_is_no_value_of_the_new_type_is_refused_on_either_database(kind: str, house: House) -> None:
    new, wrong, right = NO_VALUES[kind]
    house.make("First", LID + OLD.format("str"))
    put(house, wrong)
    house.models(LID + OLD.format(new))
    house.run("make", "Typed")
    said = house.run("up", code=2)
    assert "failed on the way up" in said
    if house.url.startswith("sqlite"):
        assert f"1 rows of cups have a value that is no {kind} as it is kept, such as '{wrong}'" in said
    house.execute(f"UPDATE cups SET value = '{right}'")
    house.run("up")
    assert get(house) is not None


@pytest.mark.parametrize("pair", [("int", "dt.date"), ("dt.date", "int"), ("bool", "float"), ("UUID", "dt.time")])
def test_a_type_that_no_value_can_have_is_refused_before_anything_is_written(
    pair: tuple[str, str], house: House
) -> None:
    old, new = pair
    house.make("First", OLD.format(old))
    house.models(OLD.format(new))
    said = house.run("make", "Other", code=2)
    assert "cups.value is" in said
    assert "which none of its values can be: give the new field another name" in said
    assert len(list(house.migrations.glob("*.py"))) == 1


FILLED = {
    "a price": (PRICE, "12.5", D("12.50")),
    "a debt": (PRICE, "-0.07", D("-0.07")),
    "a moment": ("dt.datetime", "'2026-11-28T13:00:00+01:00'", NOON),
    "a time": ("dt.time", "'18:30'", dt.time(18, 30)),
    "a UUID": ("UUID", f"'{str(UUID(int=0xABCD)).upper()}'", UUID(int=0xABCD)),
    "a text": ("str", "'it''s 12:30, 100%'", "it's 12:30, 100%"),
}


@pytest.mark.parametrize("value", FILLED)
@pytest.mark.parametrize("way", [(), ("--expand",)], ids=["at once", "apart"])
def test_a_value_that_is_filled_in_is_the_same_on_either_database(
    value: str, way: tuple[str, ...], house: House
) -> None:
    type_, sql, expected = FILLED[value]
    house.make("First", "class Cup(Base):\n    size: Mapped[int]\n")
    house.execute(f"INSERT INTO cups (id, size) VALUES ('{UUID(int=1)}', 3)")
    house.make(
        "Filled",
        "class Cup(Base):\n    size: Mapped[int]\n" + OLD.format(type_)[18:],
        "--fill",
        f"cups.value={sql}",
        *way,
    )
    assert get(house) == expected


def test_now_is_a_moment_that_can_be_read(house: House) -> None:
    house.make("First", "class Cup(Base):\n    size: Mapped[int]\n")
    house.execute(f"INSERT INTO cups (id, size) VALUES ('{UUID(int=1)}', 3)")
    house.make(
        "When",
        "class Cup(Base):\n    size: Mapped[int]\n    value: Mapped[dt.datetime]\n",
        "--fill",
        "cups.value=now()",
    )
    assert abs(get(house) - dt.datetime.now(dt.UTC)) < dt.timedelta(minutes=5)


@pytest.mark.parametrize(
    "type_,sql,said",
    [
        (PRICE, "123456789", "has more than 8 digits before the point"),
        (PRICE, "12.505", "has more than 2 digits behind the point"),
        ("dt.datetime", "'noon'", "is not a moment such as 2026-11-21T18:30:00Z"),
        ("dt.date", "'2026-02-30'", "is not a date such as"),
    ],
)
def test_a_value_that_a_column_cannot_have_is_not_filled_in(type_: str, sql: str, said: str, house: House) -> None:
    house.make("First", "class Cup(Base):\n    size: Mapped[int]\n")
    house.models("class Cup(Base):\n    size: Mapped[int]\n" + OLD.format(type_)[18:])
    assert said in house.run("make", "Filled", "--fill", f"cups.value={sql}", code=2)


def test_what_fills_a_column_that_gets_another_type_is_of_the_new_one(house: House) -> None:
    house.make("First", OLD.format("int | None"))
    put(house, None)
    house.make("Text", OLD.format("str"), "--fill", "cups.value='none'")
    assert get(house) == "none"


TOO_MANY_DIGITS = {
    "a price": (PRICE, "Annotated[decimal.Decimal, Decimal(precision=5, scale=2)]", D("99999.50")),
    "a price that is rounded up": (
        FINER,
        "Annotated[decimal.Decimal, Decimal(precision=8, scale=2)]",
        D("999999.9999"),
    ),
    "a whole number": ("int", PRICE, 100_000_000),
    "a float": ("float", PRICE, -1e8),
    "a text": ("str", PRICE, "100000000"),
}


@pytest.mark.parametrize("value", TOO_MANY_DIGITS)
def test_a_number_with_too_many_digits_is_refused(value: str, house: House) -> None:
    is_refused(house, *TOO_MANY_DIGITS[value])


@pytest.mark.parametrize("half,whole", [(2.5, 3), (-2.5, -3), (2.4, 2), (-0.5, -1)])
def test_a_half_is_rounded_alike_and_what_is_lost_is_told(half: float, whole: int, house: House) -> None:
    house.make("First", OLD.format("float"))
    put(house, half)
    house.models(OLD.format("int"))
    house.run("make", "Whole numbers")
    assert "a part of cups.value in 1 rows, as integer holds less" in house.run("up")
    assert get(house) == whole


def test_a_float_becomes_a_whole_number_where_that_is_wanted(house: House) -> None:
    house.make("First", OLD.format("int"))
    house.make("Float", OLD.format("float"))
    put(house, 2.6)
    assert "a part of cups.value in 1 rows, as integer holds less" in house.run("down", code=4)
    house.run("down", "--yes")
    house.models(OLD.format("int"))
    assert get(house) == 3


def test_the_time_of_a_day_is_told(house: House) -> None:
    house.make("First", OLD.format("dt.date"))
    house.make("Moments", OLD.format("dt.datetime"))
    put(house, NOON)
    assert "a part of cups.value in 1 rows, as date holds less" in house.run("down", code=4)


def test_an_empty_value_that_becomes_required_on_the_way_back_is_told(house: House) -> None:
    house.make("First", OLD.format("str"))
    house.make("Optional", OLD.format("str | None"))
    put(house, None)
    assert "that cups.value is empty in 1 rows, which get a value" in house.run("down", code=4)
    house.run("down", "--yes")
    assert get(house) == "-"


def put(house: House, value: Any) -> None:
    """A row, as the application writes it."""
    table = table_of(house)
    house.changed(lambda connection: connection.execute(sa.insert(table).values(value=value)))


def get(house: House) -> Any:
    """The row's value, as the application reads it."""
    table = table_of(house)
    return house.changed(lambda connection: connection.execute(sa.select(table.c.value)).scalar_one())


def table_of(house: House) -> sa.Table:
    """The table as the models of this moment say it."""
    with told(house.environment):
        module = __import__(house.target.partition(":")[0])
    found: sa.Table = module.Cup.__table__
    return found
