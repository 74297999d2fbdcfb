"""A column that gets another type keeps its values, there and back, and what it cannot keep is told before."""

from __future__ import annotations

import datetime as dt
import decimal
from typing import Any

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
    assert "a part of cups.value in 1 rows, as NUMERIC(10, 2) holds less" in said
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


def test_a_float_becomes_a_whole_number_where_that_is_wanted(house: House) -> None:
    house.make("First", OLD.format("int"))
    house.make("Float", OLD.format("float"))
    put(house, 2.6)
    assert "a part of cups.value in 1 rows, as BIGINT holds less" in house.run("down", code=4)
    house.run("down", "--yes")
    house.models(OLD.format("int"))
    assert get(house) == 3


def test_the_time_of_a_day_is_told(house: House) -> None:
    house.make("First", OLD.format("dt.date"))
    house.make("Moments", OLD.format("dt.datetime"))
    put(house, NOON)
    assert "a part of cups.value in 1 rows, as DATE holds less" in house.run("down", code=4)


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
