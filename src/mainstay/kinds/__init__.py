"""Kinds of fields: one file each, and the two ways to find the kind of something."""

from __future__ import annotations

import datetime as dt
import decimal
import enum
import types
import typing
import uuid
from typing import Annotated, Any, get_args, get_origin

import annotated_types as at
import sqlalchemy as sa
from msgspec.structs import replace
from pydantic import BaseModel
from pydantic.fields import FieldInfo

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
    (sa.Boolean, Boolean()),
    (sa.Float, Float()),
    (sa.BigInteger, Integer()),
    (sa.SmallInteger, Integer(bits=16)),
    (sa.Integer, Integer(bits=32)),
    (sa.Date, Date()),
    (sa.Time, Time()),
)
"""The kind of a column whose type SQLAlchemy or its user chose; the first that fits."""

STATED: dict[type[Any], str] = {
    at.MinLen: "min_length",
    at.MaxLen: "max_length",
    at.Ge: "ge",
    at.Gt: "gt",
    at.Le: "le",
    at.Lt: "lt",
}
"""Constraints by the part of a kind that they state."""


class ImpossibleKind(Exception):
    """No kind has this type, or its constraints."""


def of_annotation(annotation: Any) -> Kind | None:
    """The kind that a type annotation asks for; None where it names no field type (a relation, say).

    ImpossibleKind where the type and its constraints do not go together.
    """
    annotation, metadata = taken_apart(annotation)
    named = next((item for item in flatten(metadata) if isinstance(item, Kind)), None)
    kind = named or of_python(annotation)
    return None if kind is None else constrain(kind, metadata)


def taken_apart(annotation: Any) -> tuple[Any, tuple[Any, ...]]:
    """The plain type of an annotation, without None, and what `Annotated` says of it."""
    annotation = without_none(annotation)
    if get_origin(annotation) is not Annotated:
        return annotation, ()
    inner, *metadata = get_args(annotation)
    return without_none(inner), tuple(metadata)


def takes_none(annotation: Any) -> bool:
    """Whether an annotation is `X | None`, inside or outside of `Annotated`."""
    if get_origin(annotation) is Annotated:
        return takes_none(get_args(annotation)[0])
    return without_none(annotation) is not annotation


def without_none(annotation: Any) -> Any:
    """`X` of `X | None`."""
    if get_origin(annotation) in (typing.Union, types.UnionType):
        rest = [part for part in get_args(annotation) if part is not type(None)]
        return rest[0] if len(rest) == 1 else annotation
    return annotation


def of_python(python: Any) -> Kind | None:
    """The kind of a Python type without constraints."""
    try:
        if get_origin(python) is typing.Literal:
            return Choice(words=tuple(get_args(python)))
        if isinstance(python, type) and issubclass(python, enum.Enum):
            return Choice(words=tuple(str(member.value) for member in python), members=python)
    except ValueError as error:
        raise ImpossibleKind(str(error)) from error
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
        if type(item) in STATED:
            changes[STATED[type(item)]] = getattr(item, STATED[type(item)])
        elif isinstance(item, at.BaseMetadata):
            said = getattr(
                item, "__dict__", {type(item).__name__: item}
            )  # pydantic's own have names, such as `pattern`
            changes |= {name: value for name, value in said.items() if value is not None and name != "strict"}
    unknown = set(changes) - set(kind.__struct_fields__)
    if unknown:
        raise ImpossibleKind(f"a field of kind {kind.name} has no {', '.join(sorted(unknown))}")
    try:
        return replace(kind, **changes) if changes else kind
    except ValueError as error:
        raise ImpossibleKind(str(error)) from error


def flatten(metadata: tuple[Any, ...]) -> list[Any]:
    """The constraints one by one, with groups such as `Len(1, 120)` and pydantic's `Field(..)` taken apart."""
    flat: list[Any] = []
    for item in metadata:
        if isinstance(item, at.GroupedMetadata):
            flat.extend(flatten(tuple(item)))
        elif isinstance(item, FieldInfo):
            flat.extend(flatten(tuple(item.metadata)))
        else:
            flat.append(item)
    return flat


def of_column(column: sa.Column[Any]) -> Kind:
    """The kind of a column of any model; ImpossibleKind where there is none."""
    kind = column.type.kind if isinstance(column.type, KindType) else of_sql(column.type)
    if type(kind) is Integer and column is column.table.autoincrement_column:
        kind = IntegerKey(ge=kind.ge, le=kind.le, gt=kind.gt, lt=kind.lt, bits=kind.bits)
    if column.foreign_keys:
        return Reference(key=kind)
    return kind


def of_sql(type_: Any) -> Kind:
    """The kind of a column type of SQLAlchemy, with values stored as that type stores them."""
    if isinstance(type_, sa.Enum):
        return Choice(words=tuple(type_.enums))
    if isinstance(type_, sa.Numeric) and not isinstance(type_, sa.Float):
        try:
            scale = type_.scale if type_.scale is not None else 2
            return Decimal(precision=type_.precision or 18, scale=scale, approximate=True)
        except ValueError as error:
            raise ImpossibleKind(str(error)) from error
    if isinstance(type_, sa.String):
        return Text(max_length=type_.length, collation=type_.collation)
    if isinstance(type_, sa.Uuid):
        return Identifier(digits=True)
    if isinstance(type_, sa.DateTime):
        return Moment(foreign=True, zoned=type_.timezone)
    for family, kind in OF_SQL:
        if isinstance(type_, family):
            return kind
    raise ImpossibleKind(f"no kind of field is stored as {type(type_).__name__}")


def own(kind: Kind) -> Kind:
    """The kind of a value that a type of SQLAlchemy's would store in its own way, stored in ours."""
    changes = {"digits": False, "foreign": False, "zoned": True, "approximate": False, "bits": 64}
    known = set(kind.__struct_fields__) & set(changes)
    return replace(kind, **{name: changes[name] for name in known}) if known else kind


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
    "of_sql",
    "own",
    "taken_apart",
    "takes_none",
    "uuid7",
]
