"""One case or more for every kind: what the tests of kinds go through."""

from __future__ import annotations

import enum
from decimal import Decimal as Exact

from pydantic import BaseModel, ConfigDict, Field

from mainstay import kinds
from mainstay.kinds import Kind


class Level(enum.Enum):
    """A choice by an enumeration whose values are no texts."""

    easy = 1
    hard = 2


class Nutrition(BaseModel):
    """A shape, with a name of its own on the wire and samples."""

    model_config = ConfigDict(
        json_schema_extra={"examples": [{"kilojoules": 1200, "perPortion": {"a": 0.25, "salt": 1.5}, "note": "Ä 雪"}]}
    )

    kilojoules: int = 0
    per_portion: dict[str, float] = Field(default={}, alias="perPortion")
    note: str | None = None


CASES: dict[str, Kind] = {
    "boolean": kinds.Boolean(),
    "choice": kinds.Choice(words=("draft", "it's", "Ä")),
    "choice_of_members": kinds.of_python(Level) or kinds.Text(),
    "date": kinds.Date(),
    "decimal": kinds.Decimal(18, 2),
    "decimal_behind_the_point": kinds.Decimal(18, 18),
    "decimal_whole": kinds.Decimal(18, 0),
    "decimal_tiny": kinds.Decimal(12, 8, ge=Exact("-1")),
    "email": kinds.Email(),
    "float": kinds.Float(),
    "identifier": kinds.Identifier(),
    "integer": kinds.Integer(),
    "integer_key": kinds.IntegerKey(),
    "json": kinds.Json(Nutrition),
    "moment": kinds.Moment(),
    "euros": kinds.Money(currency="EUR"),
    "yen": kinds.Money(currency="JPY"),
    "dinars": kinds.Money(currency="KWD"),
    "reference": kinds.Reference(),
    "reference_by_number": kinds.Reference(key=kinds.Integer()),
    "secret": kinds.Secret(),
    "slug": kinds.Slug(),
    "text": kinds.Text(max_length=120),
    "text_without_end": kinds.Text(),
    "time": kinds.Time(),
    "url": kinds.Url(),
}
