"""Dates, times of day and moments."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, PlainValidator
from sqlalchemy import Date as DateType, DateTime, Text as TextType, Time as TimeType
from sqlalchemy.types import TypeEngine

from mainstay.kinds.kind import ORDERED, Conversion, Inline, Kind
from mainstay.wire import Form

DAY = r"\d{4}-\d{2}-\d{2}"
CLOCK = r"\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?"
WRITTEN_DAY = re.compile(DAY, re.ASCII)
WRITTEN_CLOCK = re.compile(CLOCK, re.ASCII)
WRITTEN_MOMENT = re.compile(rf"{DAY}[Tt ]{CLOCK}(Z|z|[+-]\d{{2}}:\d{{2}})?", re.ASCII)
"""RFC 3339's spellings; Python reads more, such as weeks."""


def from_json(parse: Any, python: type) -> Any:
    """A validator that takes the text of a value, or the value itself from Python code."""

    def validate(value: object) -> Any:
        if isinstance(value, python) and not (python is dt.date and isinstance(value, dt.datetime)):
            return value
        if isinstance(value, str):
            return parse(value)
        raise ValueError("is not text")

    return PlainValidator(validate)


class Date(Kind, frozen=True):
    """A day of the calendar, without a zone (RFC 3339 full-date)."""

    name = "date"
    python = dt.date
    operators = ORDERED

    def column(self, database: str) -> TypeEngine[Any]:
        return TextType() if database == "sqlite" else DateType()

    def form(self) -> Form:
        return Form("string", format="date", hint="a date such as 2026-11-21")

    def annotation(self) -> Any:
        return Annotated[dt.date, from_json(self.parse, dt.date)]

    def parse(self, text: str) -> Any:
        try:
            if WRITTEN_DAY.fullmatch(text):
                return dt.date.fromisoformat(text)
        except ValueError:
            pass
        raise ValueError("is not a date such as 2026-11-21")

    def store(self, database: str) -> Conversion:
        return dt.date.isoformat if database == "sqlite" else None

    def load(self, database: str) -> Conversion:
        return dt.date.fromisoformat if database == "sqlite" else None

    def wire(self, database: str) -> Conversion:
        return None

    def samples(self) -> tuple[Any, ...]:
        return (dt.date(2026, 2, 28), dt.date(1, 1, 1), dt.date(2024, 2, 29), dt.date(9999, 12, 31))


def trim(text: str) -> str:
    """The stored text without a fraction of zeros, as msgspec writes a time that has none."""
    return text[:8] if text.endswith(".000000") else text


class Time(Kind, frozen=True):
    """A time of day without a zone, to the microsecond."""

    name = "time"
    python = dt.time
    operators = ORDERED

    def column(self, database: str) -> TypeEngine[Any]:
        return TextType() if database == "sqlite" else TimeType()

    def form(self) -> Form:
        return Form("string", format="partial-time", hint="a time of day such as 18:30:00")

    def annotation(self) -> Any:
        return Annotated[dt.time, from_json(self.parse, dt.time), AfterValidator(self.without_zone)]

    @staticmethod
    def without_zone(value: dt.time) -> dt.time:
        """The time, refused where it has a zone."""
        if value.tzinfo is not None:
            raise ValueError("has a zone; a time of day has none")
        return value

    def parse(self, text: str) -> Any:
        try:
            if WRITTEN_CLOCK.fullmatch(text):
                return dt.time.fromisoformat(text)
        except ValueError:
            pass
        raise ValueError("is not a time of day such as 18:30:00")

    def store(self, database: str) -> Conversion:
        return (lambda value: value.isoformat("microseconds")) if database == "sqlite" else None

    def load(self, database: str) -> Conversion:
        return dt.time.fromisoformat if database == "sqlite" else None

    def wire(self, database: str) -> Conversion:
        return trim if database == "sqlite" else None

    def samples(self) -> tuple[Any, ...]:
        return (dt.time(18, 30), dt.time.min, dt.time.max, dt.time(12, 0, 0, 5))


def trim_moment(text: str) -> str:
    """The stored text without a fraction of zeros, as msgspec writes a moment that has none."""
    return text[:19] + "Z" if text[20:26] == "000000" else text


TRIMMED = Inline(trim_moment, "{0} if {0}[20:26] != '000000' else {1}({0})")


def text_of(value: dt.datetime) -> str:
    """A moment as the fixed-width text that SQLite stores, which sorts as time does."""
    if value.tzinfo is None:
        raise ValueError("has no zone")
    utc = value.astimezone(dt.UTC)
    return (
        f"{utc.year:04}-{utc.month:02}-{utc.day:02}T{utc.hour:02}:{utc.minute:02}:{utc.second:02}.{utc.microsecond:06}Z"
    )


def in_utc(value: dt.datetime) -> dt.datetime:
    """The moment in UTC, which is meant where no zone was kept."""
    return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


def zoned(value: dt.datetime) -> dt.datetime:
    """The moment with its zone, which asyncpg forgets at both ends of the calendar, PostgreSQL's infinities."""
    return value if value.tzinfo is not None else value.replace(tzinfo=dt.UTC)


ZONED = Inline(zoned, "{0} if {0}.tzinfo is not None else {1}({0})")


def without_zone(value: dt.datetime) -> dt.datetime:
    """The moment as the clock shows it in UTC."""
    return in_utc(value).replace(tzinfo=None)


def foreign_text(value: dt.datetime) -> str:
    """A moment as SQLAlchemy's own `DateTime` writes it on SQLite."""
    return text_of(in_utc(value)).replace("T", " ").removesuffix("Z")


def from_foreign_text(text: str) -> dt.datetime:
    """The moment that `foreign_text` wrote."""
    return in_utc(dt.datetime.fromisoformat(text))


class Moment(Kind, frozen=True):
    """An instant, to the microsecond, kept and answered in UTC (RFC 3339 date-time)."""

    name = "moment"
    python = dt.datetime
    operators = ORDERED

    foreign: bool = False
    """Whether SQLite has it as SQLAlchemy's own `DateTime` writes it: without a zone, so that UTC is meant."""
    zoned: bool = True
    """Whether PostgreSQL has it with a zone."""

    def column(self, database: str) -> TypeEngine[Any]:
        return TextType() if database == "sqlite" else DateTime(timezone=self.zoned)

    def form(self) -> Form:
        return Form("string", format="date-time", hint="a moment with its zone, such as 2026-11-21T18:30:00Z")

    def annotation(self) -> Any:
        return Annotated[dt.datetime, from_json(self.parse, dt.datetime), AfterValidator(self.in_utc)]

    @staticmethod
    def in_utc(value: dt.datetime) -> dt.datetime:
        """The moment in UTC; refused where it has no zone or no year between 1 and 9999 there."""
        if value.tzinfo is None:
            raise ValueError("has no zone; write 2026-11-21T18:30:00Z")
        try:
            return value.astimezone(dt.UTC)
        except OverflowError as error:
            raise ValueError("is outside the years 1 to 9999") from error

    def parse(self, text: str) -> Any:
        try:
            value = dt.datetime.fromisoformat(text.upper()) if WRITTEN_MOMENT.fullmatch(text) else None
        except ValueError:
            value = None
        if value is None:
            raise ValueError("is not a moment such as 2026-11-21T18:30:00Z")
        return self.in_utc(value)

    def store(self, database: str) -> Conversion:
        if database == "sqlite":
            return foreign_text if self.foreign else text_of
        return None if self.zoned else without_zone

    def load(self, database: str) -> Conversion:
        if database == "sqlite":
            return from_foreign_text if self.foreign else dt.datetime.fromisoformat
        return ZONED

    def wire(self, database: str) -> Conversion:
        return TRIMMED if database == "sqlite" and not self.foreign else self.load(database)

    def encode(self) -> Conversion:
        return in_utc

    def samples(self) -> tuple[Any, ...]:
        return (
            dt.datetime(2026, 11, 21, 18, 30, tzinfo=dt.UTC),
            dt.datetime(1970, 1, 1, tzinfo=dt.UTC),
            dt.datetime(2026, 3, 29, 1, 59, 59, 999999, tzinfo=dt.UTC),
            dt.datetime(2026, 3, 29, 1, 59, 59, 120000, tzinfo=dt.UTC),
            dt.datetime(1, 1, 1, tzinfo=dt.UTC),
            dt.datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=dt.UTC),
        )
