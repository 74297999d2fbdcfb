"""Values for columns: those that decide a policy, and others of the column's kind."""

from __future__ import annotations

import datetime as dt
import decimal
import re
import uuid
from collections.abc import Iterator
from typing import Any

from pydantic import TypeAdapter, ValidationError

from mainstay.kinds import Choice, Email, Identifier, Kind, Reference, Text, Url

DAY = dt.timedelta(days=1)


def constant(value: Any, kind: str) -> Any:
    """A constant of a policy, from its wire form to Python's."""
    match kind:
        case "uuid":
            return uuid.UUID(value)
        case "decimal":
            return decimal.Decimal(str(value))
        case "moment":
            moment = dt.datetime.fromisoformat(value)
            return moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)
        case "date":
            return dt.date.fromisoformat(value)
        case "time":
            return dt.time.fromisoformat(value)
        case _:
            return value


class Values:
    """The values of one kind: `fit` of any value, and as many different ones as are asked for."""

    def __init__(self, kind: Kind) -> None:
        self.kind = kind.key if isinstance(kind, Reference) else kind
        self.adapter: TypeAdapter[Any] = TypeAdapter(self.kind.annotation())

    def fit(self, value: Any) -> Any:
        """The value in the kind's Python form; None where it is not of the kind."""
        try:
            return self.adapter.validate_python(value)
        except (ValidationError, ValueError, TypeError, ArithmeticError):
            pass
        try:
            return self.adapter.validate_python(self.kind.parse(str(value)))
        except (ValidationError, ValueError, TypeError, ArithmeticError):
            return None

    def several(self) -> list[Any]:
        """A few values."""
        found = [value for value in (self.fit(sample) for sample in self.kind.samples()) if value is not None]
        return found or [value for value in map(self.fit, structures(self.adapter.json_schema())) if value is not None]

    def different(self, number: int) -> Any:
        """The value with that number; different for different numbers where the kind has so many."""
        for candidate in self.numbered(number):
            value = self.fit(candidate)
            if value is not None:
                return value
        few = self.several()
        return few[number % len(few)] if few else None

    def numbered(self, number: int) -> Iterator[Any]:
        """What could be the value with that number."""
        match self.kind:
            case Identifier():
                yield uuid.UUID(int=(0x019A << 112) | (0x7 << 76) | (0x2 << 62) | (number + 1))
            case Choice(words=words):
                yield words[number % len(words)]
            case Email():
                yield f"p{number}@example.com"
            case Url():
                yield f"https://example.com/{number}"
            case Text(min_length=least):
                yield f"v{number}".ljust(least, "x")
                yield f"v-{number}"
                yield str(number).rjust(max(least, 1), "0")
            case _ if self.kind.python is bool:
                yield bool(number % 2)
            case _ if self.kind.python in (int, float, decimal.Decimal):
                low = getattr(self.kind, "ge", None)
                low = low if low is not None else getattr(self.kind, "gt", None)
                high = getattr(self.kind, "le", None)
                span = 10**6 if high is None else max(1, int(high) - int(low or 0) + 1)
                yield self.kind.python(int(low or 0) + (number + 1) % span)
                yield self.kind.python(number)
            case _ if self.kind.python is dt.datetime:
                yield dt.datetime(2026, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=number)
            case _ if self.kind.python is dt.date:
                yield dt.date(2026, 1, 1) + dt.timedelta(days=number)
            case _ if self.kind.python is dt.time:
                yield (dt.datetime(2026, 1, 1) + dt.timedelta(seconds=number)).time()  # noqa: DTZ001

    def around(self, value: Any) -> list[Any]:
        """The value, and others that compare otherwise with it."""
        near: list[Any] = [value]
        if isinstance(value, bool):
            near.append(not value)
        elif isinstance(value, int | float | decimal.Decimal):
            near += [value - 1, value + 1]
        elif isinstance(value, dt.datetime | dt.date) and value.year not in (1, 9999):
            near += [value - DAY, value + DAY]
        elif isinstance(value, Choice) or isinstance(self.kind, Choice):
            near += list(self.kind.samples())
        elif isinstance(value, str):
            near += ["!" + value, value + "z", "a" + value, re.sub(r"^.", "", value)]
        fitting = [self.fit(item) for item in near]
        return list(dict.fromkeys(item for item in fitting if item is not None))


def structures(schema: dict[str, Any]) -> Iterator[Any]:
    """JSON values that may be of a JSON Schema, the plainest first."""
    definitions = schema.get("$defs", {})
    for number in (1, 2):
        yield structure(schema, definitions, number)


def structure(schema: dict[str, Any], definitions: dict[str, Any], number: int) -> Any:
    """One JSON value of a JSON Schema."""
    if "$ref" in schema:
        return structure(definitions[schema["$ref"].rpartition("/")[2]], definitions, number)
    if "anyOf" in schema:
        return structure(schema["anyOf"][0], definitions, number)
    if "enum" in schema:
        return schema["enum"][number % len(schema["enum"])]
    match schema.get("type"):
        case "object":
            wanted = schema.get("required", [])
            properties = schema.get("properties", {})
            return {name: structure(properties.get(name, {}), definitions, number) for name in wanted}
        case "array":
            return [structure(schema.get("items", {}), definitions, number)] * max(1, schema.get("minItems", 0))
        case "integer" | "number":
            return schema.get("minimum", number)
        case "boolean":
            return number == 1
        case "null":
            return None
        case _:
            return f"text {number}".ljust(schema.get("minLength", 0), "x")[: schema.get("maxLength", 1000)]


COMPARISONS: dict[str, Any] = {
    "eq": lambda value, wanted: value == wanted,
    "ne": lambda value, wanted: value != wanted,
    "lt": lambda value, wanted: value < wanted,
    "lte": lambda value, wanted: value <= wanted,
    "gt": lambda value, wanted: value > wanted,
    "gte": lambda value, wanted: value >= wanted,
    "in": lambda value, wanted: value in wanted,
    "starts_with": lambda value, wanted: value.startswith(wanted),
    "contains": lambda value, wanted: wanted in value,
}


def compares(value: Any, operator: str, wanted: Any) -> bool:
    """Whether a filter is true of a value; null is only ever found by `is_null`."""
    if operator == "is_null":
        return (value is None) is bool(wanted)
    return value is not None and bool(COMPARISONS[operator](value, wanted))
