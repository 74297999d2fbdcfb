"""`Model`: SQLAlchemy's declarative base with a key, names for constraints, and columns of kinds."""

from __future__ import annotations

import datetime as dt
import re
import sys
import typing
import uuid
from typing import TYPE_CHECKING, Any, ClassVar

from sqlalchemy import CheckConstraint, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column
from sqlalchemy.types import NullType

from mainstay import kinds
from mainstay.declare.field import OPTIONS, Options, options_of
from mainstay.kinds import Identifier, Integer, KindType, Moment, uuid7

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a migration can drop it and an error can say which it was."""


def table_name(name: str) -> str:
    """The plural of a class's name in snake case: `OrderLine` is kept in `order_lines`."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    if re.search(r"[^aeiou]y$", snake):
        return snake[:-1] + "ies"
    return snake + ("es" if re.search(r"(s|x|z|ch|sh)$", snake) else "s")


def now() -> dt.datetime:
    """The present moment, in UTC."""
    return dt.datetime.now(dt.UTC)


class Model(DeclarativeBase):
    """A table: a plain SQLAlchemy model whose annotations are read as kinds.

    It has a UUIDv7 `id` unless it declares another key, is called the plural of its class's name
    unless it says `__tablename__`, is STRICT on SQLite, and holds its columns to their kinds by CHECK.
    """

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)

    if TYPE_CHECKING:
        id: Mapped[uuid.UUID]

    def __init_subclass__(cls, **options: Any) -> None:
        if cls.__dict__.get("__abstract__", False):
            super().__init_subclass__(**options)
            return
        read_annotations(cls)
        if not declares_key(cls):
            cls.id = mapped_column(KindType(Identifier()), primary_key=True, default=uuid7, sort_order=-1)
            cls.__annotations__ = {"id": Mapped[uuid.UUID], **cls.__dict__.get("__annotations__", {})}
        if "__tablename__" not in cls.__dict__ and "__table__" not in cls.__dict__:
            cls.__tablename__ = table_name(cls.__name__)
        cls.__table_args__ = strict(cls.__dict__.get("__table_args__", ()))
        super().__init_subclass__(**options)
        hold_to_kinds(cls)


def declares_key(cls: type[Any]) -> bool:
    """Whether the class or a mixin of it has a column in its primary key."""
    for part in cls.__mro__:
        if part in (Model, DeclarativeBase, object):
            continue
        for value in vars(part).values():
            if isinstance(value, MappedColumn) and value.column.primary_key:
                return True
        if part is not cls and "__table__" in part.__dict__:
            return True
    return False


def read_annotations(cls: type[Any]) -> None:
    """Gives each `Mapped[..]` of a field's type the column type of its kind.

    What cannot be evaluated yet, such as a relation to a class further down, is left to SQLAlchemy.
    """
    annotations = dict(cls.__dict__.get("__annotations__", {}))
    names = {**vars(sys.modules[cls.__module__]), cls.__name__: cls}
    for name, annotation in annotations.items():
        evaluated = evaluate(annotation, names)
        if typing.get_origin(evaluated) is not Mapped:
            continue
        (inner,) = typing.get_args(evaluated)
        kind = kinds.of_annotation(inner)
        if kind is None:
            continue
        annotations[name] = Mapped[nullable(inner, kind)]  # type: ignore[misc]
        column = cls.__dict__.get(name)
        if column is None:
            setattr(cls, name, mapped_column(KindType(kind)))
        elif isinstance(column, MappedColumn) and isinstance(column.column.type, NullType):
            column.column.type = KindType(options_of(column.column).fit(kind))
    cls.__annotations__ = annotations


def evaluate(annotation: Any, names: dict[str, Any]) -> Any:
    """The annotation itself; None where it names something that is not there yet."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, names)  # noqa: S307 - the module's own annotation, as typing.get_type_hints does
    except (NameError, AttributeError, TypeError):
        return None


def nullable(inner: Any, kind: kinds.Kind) -> Any:
    """A type that tells SQLAlchemy no more than whether the column takes null."""
    plain = kind.python if kind.python is not object else str
    return plain | None if kinds.without_none(inner) is not inner else plain


def strict(arguments: Any) -> tuple[Any, ...]:
    """`__table_args__` with STRICT on SQLite."""
    if isinstance(arguments, dict):
        arguments = (arguments,)
    *constraints, last = arguments or ({},)
    options = last if isinstance(last, dict) else {}
    if not isinstance(last, dict):
        constraints = [*constraints, last]
    return (*constraints, {"sqlite_strict": True, **options})


def hold_to_kinds(cls: type[Any]) -> None:
    """Adds the CHECK of each column's kind."""
    table = cls.__dict__.get("__table__")
    if table is None:
        return
    for column in table.columns:
        if isinstance(column.type, KindType):
            check = column.type.kind.check(column)
            if check is not None:
                table.append_constraint(CheckConstraint(check, name=column.name))


class Timestamps:
    """When a row was made and when it was last written."""

    created_at: Mapped[dt.datetime] = mapped_column(KindType(Moment()), default=now)
    updated_at: Mapped[dt.datetime] = mapped_column(
        KindType(Moment()), default=now, onupdate=now, info={OPTIONS: Options(meaning="updated")}
    )


class Versioned:
    """How often a row has been written: what its ETag says and If-Match asks."""

    version: Mapped[int] = mapped_column(KindType(Integer()), default=1, info={OPTIONS: Options(meaning="version")})


class SoftDelete:
    """Rows are kept when they are deleted, with the moment; nobody reads them any more."""

    deleted_at: Mapped[dt.datetime | None] = mapped_column(
        KindType(Moment()), default=None, info={OPTIONS: Options(meaning="deleted")}
    )
