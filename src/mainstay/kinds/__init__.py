"""Kinds of fields: one file each, and the two ways to find the kind of something."""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import types
import typing
import uuid
from typing import Annotated, Any, get_args, get_origin

import annotated_types as at
import sqlalchemy as sa
from pydantic import BaseModel

from mainstay.kinds.boolean import Boolean
from mainstay.kinds.choice import Choice
from mainstay.kinds.email import Email
from mainstay.kinds.identifier import Identifier, uuid7
from mainstay.kinds.json_value import Json
from mainstay.kinds.kind import Kind, KindType
from mainstay.kinds.moment import Date, Moment, Time
from mainstay.kinds.money import Money
from mainstay.kinds.number import Decimal, Float, Integer, IntegerKey
from mainstay.kinds.reference import Reference
from mainstay.kinds.secret import Secret
from mainstay.kinds.slug import Slug
from mainstay.kinds.text import Text
from mainstay.kinds.url import Url

ALL: tuple[type[Kind], ...] = (
    Boolean,
    Choice,
    Date,
    Decimal,
    Email,
    Float,
    Identifier,
    Integer,
    IntegerKey,
    Json,
    Moment,
    Money,
    Reference,
    Secret,
    Slug,
    Text,
    Time,
    Url,
)
"""Every kind."""

OF_PYTHON: dict[Any, Kind] = {
    str: Text(),
    bool: Boolean(),
    int: Integer(),
    float: Float(),
    decimal.Decimal: Decimal(),
    dt.date: Date(),
    dt.time: Time(),
    dt.datetime: Moment(),
    uuid.UUID: Identifier(),
}
"""The kind of a plain Python type."""

OF_SQL: tuple[tuple[type[Any], Kind], ...] = (
    (sa.Uuid, Identifier()),
    (sa.Boolean, Boolean()),
    (sa.Float, Float()),
    (sa.Integer, Integer()),
    (sa.DateTime, Moment()),
    (sa.Date, Date()),
    (sa.Time, Time()),
)
"""The kind of a column whose type SQLAlchemy or its user chose; the first that fits."""

BOUNDS = {at.Ge: "ge", at.Gt: "gt", at.Le: "le", at.Lt: "lt"}


class ImpossibleKind(Exception):
    """No kind has this type, or its constraints."""


def of_annotation(annotation: Any) -> Kind | None:
    """The kind that a type annotation asks for; None where it names no field type (a relation, say)."""
    annotation = without_none(annotation)
    metadata: tuple[Any, ...] = ()
    if get_origin(annotation) is Annotated:
        annotation, *rest = get_args(annotation)
        metadata = tuple(rest)
        annotation = without_none(annotation)
    named = next((item for item in metadata if isinstance(item, Kind)), None)
    kind = named or of_python(annotation)
    return None if kind is None else constrain(kind, metadata)


def without_none(annotation: Any) -> Any:
    """`X` of `X | None`."""
    if get_origin(annotation) in (typing.Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return rest[0] if len(rest) == 1 else annotation
    return annotation


def of_python(python: Any) -> Kind | None:
    """The kind of a Python type without constraints."""
    if get_origin(python) is typing.Literal:
        return Choice(words=tuple(get_args(python)))
    if isinstance(python, type) and issubclass(python, enum.Enum):
        return Choice(words=tuple(str(member.value) for member in python))
    if isinstance(python, type) and issubclass(python, BaseModel):
        return Json(shape=python)
    try:
        return OF_PYTHON.get(python)
    except TypeError:
        return None


def constrain(kind: Kind, metadata: tuple[Any, ...]) -> Kind:
    """The kind with the lengths and bounds that `annotated_types` states."""
    changes: dict[str, Any] = {}
    for item in flatten(metadata):
        if isinstance(item, at.MinLen):
            changes["min_length"] = item.min_length
        elif isinstance(item, at.MaxLen):
            changes["max_length"] = item.max_length
        elif type(item) in BOUNDS:
            changes[BOUNDS[type(item)]] = getattr(item, BOUNDS[type(item)])
    unknown = set(changes) - {field.name for field in dataclasses.fields(kind)}
    if unknown:
        raise ImpossibleKind(f"a field of kind {kind.name} has no {', '.join(sorted(unknown))}")
    return dataclasses.replace(kind, **changes) if changes else kind


def flatten(metadata: tuple[Any, ...]) -> list[Any]:
    """The constraints one by one, with groups such as `Len(1, 120)` taken apart."""
    flat: list[Any] = []
    for item in metadata:
        flat.extend(item if isinstance(item, at.GroupedMetadata) else [item])
    return flat


def of_column(column: sa.Column[Any]) -> Kind:
    """The kind of a column of any model; ImpossibleKind where there is none."""
    type_ = column.type
    if isinstance(type_, KindType):
        kind = type_.kind
    else:
        kind = of_sql(type_)
    if isinstance(kind, Integer) and column.primary_key and column.autoincrement in (True, "auto"):
        single = column.table is not None and len(column.table.primary_key.columns) == 1
        if single and not column.foreign_keys and not isinstance(kind, IntegerKey):
            kind = IntegerKey(ge=kind.ge, le=kind.le, gt=kind.gt, lt=kind.lt)
    if len(column.foreign_keys) == 1:
        return Reference(key=kind)
    return kind


def of_sql(type_: Any) -> Kind:
    """The kind of a column type of SQLAlchemy."""
    if isinstance(type_, sa.Enum):
        return Choice(words=tuple(type_.enums))
    if isinstance(type_, sa.Numeric) and not isinstance(type_, sa.Float):
        return Decimal(precision=type_.precision or 18, scale=type_.scale if type_.scale is not None else 2)
    if isinstance(type_, sa.String):
        return Text(max_length=type_.length)
    for family, kind in OF_SQL:
        if isinstance(type_, family):
            return kind
    raise ImpossibleKind(f"no kind of field is stored as {type(type_).__name__}")


__all__ = [
    "ALL",
    "Boolean",
    "Choice",
    "Date",
    "Decimal",
    "Email",
    "Float",
    "Identifier",
    "ImpossibleKind",
    "Integer",
    "IntegerKey",
    "Json",
    "Kind",
    "KindType",
    "Moment",
    "Money",
    "Reference",
    "Secret",
    "Slug",
    "Text",
    "Time",
    "Url",
    "of_annotation",
    "of_column",
    "uuid7",
]
