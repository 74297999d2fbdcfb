"""Numbers: integers of 64 bits, exact decimals, binary floats."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal as Exact
from typing import Annotated, Any

from pydantic import BeforeValidator, Field as Limits, PlainValidator, Strict
from sqlalchemy import BigInteger, Column, ColumnElement, Double, Integer as IntegerType, Numeric, SmallInteger, and_
from sqlalchemy.types import TypeEngine

from mainstay.kinds.kind import ORDERED, Conversion, Kind
from mainstay.wire import Form

COLUMNS: dict[int, type[TypeEngine[Any]]] = {64: BigInteger, 32: IntegerType, 16: SmallInteger}
"""Types of whole numbers by their bits."""
INFINITE = Exact("Infinity")
PLAIN_DIGITS = "{:f}".format
"""A decimal's digits, never with an exponent."""
WRITTEN_FLOAT = re.compile(r"-?\d{1,400}(\.\d{1,400})?([eE][+-]?\d{1,4})?", re.ASCII)


def bounds_check(column: Column[Any], kind: Integer | Decimal | Float) -> ColumnElement[bool] | None:
    """The bounds of a number as a CHECK."""
    parts = []
    if kind.ge is not None:
        parts.append(column >= kind.ge)
    if kind.gt is not None:
        parts.append(column > kind.gt)
    if kind.le is not None:
        parts.append(column <= kind.le)
    if kind.lt is not None:
        parts.append(column < kind.lt)
    return and_(*parts) if parts else None


def bounded_form(type_: Any, kind: Integer | Decimal | Float, **more: Any) -> Form:
    """The bounds of a number as a form."""
    as_number = [None if bound is None else float(bound) for bound in (kind.ge, kind.le, kind.gt, kind.lt)]
    minimum, maximum, above, below = as_number
    return Form(type_, minimum=minimum, maximum=maximum, exclusive_minimum=above, exclusive_maximum=below, **more)


def within(kind: Integer | Decimal | Float, values: tuple[Any, ...]) -> tuple[Any, ...]:
    """Those of `values` that keep the bounds, each once."""
    inside: list[Any] = []
    for value in values:
        low = (kind.ge is None or value >= kind.ge) and (kind.gt is None or value > kind.gt)
        high = (kind.le is None or value <= kind.le) and (kind.lt is None or value < kind.lt)
        if low and high and value not in inside:
            inside.append(value)
    return tuple(inside)


class Integer(Kind, frozen=True):
    """A whole number of 64 bits, or of as many as somebody else's column has."""

    name = "integer"
    python = int
    operators = ORDERED

    ge: int | None = None
    """The least."""
    le: int | None = None
    """The largest."""
    gt: int | None = None
    """More than this."""
    lt: int | None = None
    """Less than this."""
    bits: int = 64
    """16, 32 or 64."""

    @property
    def largest(self) -> int:
        """The largest number of so many bits."""
        return int(2 ** (self.bits - 1) - 1)

    def column(self, database: str) -> TypeEngine[Any]:
        return IntegerType() if database == "sqlite" else COLUMNS[self.bits]()

    def form(self) -> Form:
        return bounded_form("integer", self, format="int64" if self.bits == 64 else "int32", hint="a whole number")

    def annotation(self) -> Any:
        low = max(-self.largest - 1, -self.largest - 1 if self.ge is None else self.ge)
        high = min(self.largest, self.largest if self.le is None else self.le)
        return Annotated[int, Strict(), Limits(ge=low, le=high, gt=self.gt, lt=self.lt)]

    def parse(self, text: str) -> Any:
        digits = text[1:] if text[:1] == "-" else text
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 19):
            raise ValueError("is not a whole number")
        number = int(text)
        if not -self.largest - 1 <= number <= self.largest:
            raise ValueError(f"is not a whole number of {self.bits} bits")
        return number

    def check(self, column: Column[Any]) -> ColumnElement[bool] | None:
        return bounds_check(column, self)

    def samples(self) -> tuple[Any, ...]:
        edges = ((self.gt or 0) + 1, (self.lt or 0) - 1, self.ge or 0, self.le or 0)
        return within(self, (7, 0, 1, -3, 42, -self.largest - 1, self.largest, *edges))


class IntegerKey(Integer, frozen=True):
    """A whole number that the database counts up."""

    name = "integer_key"


def exact(text: str) -> Exact:
    """The decimal that plain digits mean; exponents, infinities and NaN are refused."""
    body = text[1:] if text[:1] == "-" else text
    whole, _, fraction = body.partition(".")
    if not (body.isascii() and whole.isdigit() and (fraction.isdigit() or (not fraction and "." not in body))):
        raise ValueError('is not a decimal number such as "12.50"')
    return Exact(text)


def numbered(value: Any) -> Any:
    """The value, or what no column takes instead of NaN, which a NUMERIC of PostgreSQL's would."""
    return INFINITE if isinstance(value, Exact) and value.is_nan() else value


class Decimal(Kind, frozen=True):
    """An exact decimal with `scale` digits behind the point, `precision` in all; at most 18 digits.

    Somebody else's Numeric column on SQLite, a binary float, is only `approximate`.

    NUMERIC(precision, scale) on PostgreSQL, an integer scaled by 10**scale on SQLite, whose own NUMERIC
    is a binary float.  On the wire a string, since JSON's numbers are binary floats to most readers.
    """

    name = "decimal"
    python = Exact
    operators = ORDERED

    precision: int = 18
    """Digits in all."""
    scale: int = 2
    """Digits behind the point."""
    ge: Exact | None = None
    """The least."""
    le: Exact | None = None
    """The largest."""
    gt: Exact | None = None
    """More than this."""
    lt: Exact | None = None
    """Less than this."""
    approximate: bool = False
    """Whether the column is a binary float of somebody else's."""

    def __post_init__(self) -> None:
        if not 0 <= self.scale <= self.precision <= 18:
            raise ValueError(f"a decimal has at most 18 digits, of which scale are behind the point: {self}")

    def column(self, database: str) -> TypeEngine[Any]:
        if database == "sqlite":
            return RealType() if self.approximate else IntegerType()
        return Numeric(self.precision, self.scale)

    def form(self) -> Form:
        fraction = rf"(\.\d{{1,{self.scale}}})?" if self.scale else ""
        sign = "" if any(least is not None and least >= 0 for least in (self.ge, self.gt)) else "-?"
        pattern = rf"^{sign}\d{{1,{self.precision - self.scale or 1}}}{fraction}$"
        return Form(
            "string", format="decimal", pattern=pattern, hint=f'a decimal in a string, such as "{self.smallest}"'
        )

    @property
    def smallest(self) -> Exact:
        """One unit of the last digit."""
        return Exact(1).scaleb(-self.scale)

    def fit(self, value: Exact) -> Exact:
        """The value with exactly `scale` digits behind the point; ValueError where digits would be lost."""
        if not value.is_finite():
            raise ValueError("is not a finite number")
        if abs(value) >= Exact(10) ** (self.precision - self.scale):
            raise ValueError(f"has more than {self.precision - self.scale} digits before the point")
        if value != round(value, self.scale):
            raise ValueError(f"has more than {self.scale} digits behind the point")
        for broken, words in (
            (self.ge is not None and value < self.ge, f"is less than {self.ge}"),
            (self.le is not None and value > self.le, f"is greater than {self.le}"),
            (self.gt is not None and value <= self.gt, f"is not greater than {self.gt}"),
            (self.lt is not None and value >= self.lt, f"is not less than {self.lt}"),
        ):
            if broken:
                raise ValueError(words)
        return value.quantize(self.smallest) + 0  # there is no -0

    def from_json(self, value: object) -> Exact:
        """The decimal that a JSON value means: a string of digits, or a whole number."""
        if isinstance(value, Exact):
            return self.fit(value)
        if isinstance(value, int) and not isinstance(value, bool):
            return self.fit(Exact(str(value)[:40]))
        if isinstance(value, str) and len(value) <= 40:
            return self.fit(exact(value))
        raise ValueError(f'is not a decimal in a string, such as "{self.smallest}"')

    def annotation(self) -> Any:
        return Annotated[Exact, PlainValidator(self.from_json)]

    def parse(self, text: str) -> Any:
        if len(text) > 40:
            raise ValueError("is too long for a decimal number")
        return self.fit(exact(text))

    def store(self, database: str) -> Conversion:
        if database != "sqlite":
            return numbered
        scale = self.scale
        if self.approximate:
            return float
        end = 10**self.precision

        def scaled(value: Any) -> int | float:
            """Rounded as PostgreSQL does; infinite beyond the precision, which compares right and no column takes."""
            number = Exact(value)
            if not number.is_finite():
                return math.inf
            units = int(number.scaleb(scale).to_integral_value(ROUND_HALF_UP))
            return units if -end < units < end else math.copysign(math.inf, units)

        return scaled

    def load(self, database: str) -> Conversion:
        if database != "sqlite":
            return None
        scale, smallest = self.scale, self.smallest
        if self.approximate:
            return lambda value: Exact(repr(value)).quantize(smallest)
        return lambda value: Exact(value).scaleb(-scale)

    def wire(self, database: str) -> Conversion:
        return self.digits(self.scale) if database == "sqlite" and not self.approximate else PLAIN_DIGITS

    def encode(self) -> Conversion:
        return PLAIN_DIGITS

    @staticmethod
    def digits(scale: int) -> Callable[[int], str]:
        """A function from a scaled integer to its decimal digits."""
        if scale == 0:
            return str

        def write(value: int) -> str:
            text = str(abs(value)).rjust(scale + 1, "0")
            return f"{'-' if value < 0 else ''}{text[:-scale]}.{text[-scale:]}"

        return write

    def check(self, column: Column[Any]) -> ColumnElement[bool] | None:
        return bounds_check(column, self)

    def samples(self) -> tuple[Any, ...]:
        unit = self.smallest
        largest = Exact(10) ** (self.precision - self.scale) - unit
        edges = (unit + Exact(self.gt or 0), Exact(self.lt or 0) - unit, *map(Exact, (self.ge or 0, self.le or 0)))
        near = (Exact(0), Exact(1), unit * 1250, -unit, largest, -largest, *edges)
        values = [value.quantize(unit) for value in near if abs(value) <= largest]
        return within(self, tuple(values))


def finite(value: object) -> float:
    """The float that a JSON number means; whole numbers are taken, infinities and NaN refused."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ValueError("is not a number")
    try:
        number = float(value)
    except OverflowError as error:
        raise ValueError("is not a number of 64 bits") from error
    if not math.isfinite(number):
        raise ValueError("is not a finite number")
    return number + 0.0  # there is no -0


class Float(Kind, frozen=True):
    """A binary floating-point number of 64 bits (IEEE 754), never infinite or NaN."""

    name = "float"
    python = float
    operators = ORDERED

    ge: float | None = None
    """The least."""
    le: float | None = None
    """The largest."""
    gt: float | None = None
    """More than this."""
    lt: float | None = None
    """Less than this."""

    def column(self, database: str) -> TypeEngine[Any]:
        return RealType() if database == "sqlite" else Double()

    def form(self) -> Form:
        return bounded_form("number", self, format="double", hint="a number")

    def annotation(self) -> Any:
        return Annotated[float, BeforeValidator(finite), Limits(ge=self.ge, le=self.le, gt=self.gt, lt=self.lt)]

    def parse(self, text: str) -> Any:
        if not WRITTEN_FLOAT.fullmatch(text):
            raise ValueError("is not a number")
        return finite(float(text))

    def check(self, column: Column[Any]) -> ColumnElement[bool] | None:
        return bounds_check(column, self)

    def samples(self) -> tuple[Any, ...]:
        low, high = (float(a if a is not None else b or 0) for a, b in ((self.ge, self.gt), (self.le, self.lt)))
        return within(self, (0.0, 1.5, -2.25, 1e9, 4.0, low, high, (low + high) / 2, (low * 3 + high) / 4))


class RealType(Double[float]):
    """SQLite's REAL, the only name that a STRICT table takes for a float."""

    __visit_name__ = "REAL"
