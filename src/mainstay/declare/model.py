"""`Model`: SQLAlchemy's declarative base with a key, names for constraints, and columns of kinds."""

from __future__ import annotations

import datetime as dt
import inspect
import re
import sys
import typing
import uuid
from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from sqlalchemy import CheckConstraint, Column, MetaData, PrimaryKeyConstraint, Table
from sqlalchemy.orm import DeclarativeBase, Mapped, MappedColumn, mapped_column, registry
from sqlalchemy.types import NullType

from mainstay import kinds
from mainstay.clock import now
from mainstay.declare.field import OPTIONS, Options, options_of
from mainstay.kinds import Identifier, ImpossibleKind, Integer, Kind, KindType, Moment, uuid7

KEY = "What it is known by: made by the server unless given, in the order of making."
"""What the key of a model is that declares none."""

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}
"""Every constraint has a name, so that a migration can drop it and an error can say which it was."""

NO_KIND = (dict, list, set, frozenset, tuple, object, complex, Any)
"""Types that no relation has either, so that nothing but a mistake is meant."""


def table_name(name: str) -> str:
    """The plural of a class's name in snake case: `OrderLine` is kept in `order_lines`."""
    snake = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
    if re.search(r"[^aeiou]y$", snake):
        return snake[:-1] + "ies"
    return snake + ("es" if re.search(r"(s|x|z|ch|sh)$", snake) else "s")


class Model(DeclarativeBase):
    """A table: a plain SQLAlchemy model whose annotations are read as kinds.

    It has a UUIDv7 `id` unless it declares another key, is called the plural of its class's name
    unless it says `__tablename__`, is STRICT on SQLite, and holds its columns to their kinds by CHECK.
    An abstract model with a `metadata` of its own begins tables, and names of classes, of its own.
    """

    metadata: ClassVar[MetaData] = MetaData(naming_convention=NAMES)
    """The tables of all models that have no other."""

    if TYPE_CHECKING:
        id: Mapped[uuid.UUID]

    def __init_subclass__(cls, **options: Any) -> None:
        for part in reversed(list(unmapped(cls))):
            read_annotations(part)
        if cls.__dict__.get("__abstract__", False) and "metadata" in cls.__dict__:
            cls.registry = cls._sa_registry = registry(metadata=cls.metadata)
        if cls.__dict__.get("__abstract__", False) or any("__mapper__" in part.__dict__ for part in cls.__mro__[1:]):
            super().__init_subclass__(**options)
            return
        if not declares_key(cls):
            cls.id = mapped_column(KindType(Identifier()), primary_key=True, default=uuid7, sort_order=-1, doc=KEY)
            cls.__annotations__ = {"id": Mapped[uuid.UUID], **inspect.get_annotations(cls)}
        if not hasattr(cls, "__tablename__") and not hasattr(cls, "__table__"):
            cls.__tablename__ = table_name(cls.__name__)
        if not hasattr(cls, "__table__"):
            cls.__table_args__ = strict(getattr(cls, "__table_args__", ()))
        super().__init_subclass__(**options)
        table = cls.__table__
        assert isinstance(table, Table)
        for column in table.columns:
            hold_to_kind(column)
        if table.autoincrement_column is not None:
            table.dialect_options["sqlite"]["autoincrement"] = True  # or the last key is given out again


def unmapped(cls: type[Any]) -> Iterator[type[Any]]:
    """The class, and what it takes columns from: abstract models and mixins."""
    for part in cls.__mro__:
        if part not in (Model, DeclarativeBase, object) and "__mapper__" not in part.__dict__:
            yield part


def declares_key(cls: type[Any]) -> bool:
    """Whether the class or a mixin of it has a primary key."""
    if hasattr(cls, "__table__"):
        return True
    arguments = getattr(cls, "__table_args__", ())
    if isinstance(arguments, tuple) and any(isinstance(part, PrimaryKeyConstraint) for part in arguments):
        return True
    columns: list[Any] = []
    for part in unmapped(cls):
        columns.extend(vars(part).values())
        columns.extend(aliased(annotation) for annotation in inspect.get_annotations(part).values())
    return any(isinstance(column, MappedColumn) and column.column.primary_key for column in columns)


def aliased(annotation: Any) -> MappedColumn[Any] | None:
    """The column that an alias brings along: `Key = Annotated[int, mapped_column(primary_key=True)]`."""
    if typing.get_origin(annotation) is not Mapped:
        return None
    _, metadata = kinds.taken_apart(typing.get_args(annotation)[0])
    return next((item for item in metadata if isinstance(item, MappedColumn)), None)


def read_annotations(cls: type[Any]) -> None:
    """Gives each `Mapped[..]` of a field's type the column type of its kind.

    What cannot be evaluated yet, such as a relation to a class further down, is left to SQLAlchemy, as
    is what has another value than a column.  A type that no kind has is told by the compiler.
    """
    annotations = dict(inspect.get_annotations(cls))
    names = {**vars(sys.modules[cls.__module__]), cls.__name__: cls}
    for name, annotation in annotations.items():
        evaluated = evaluate(annotation, names)
        column = cls.__dict__.get(name)
        if typing.get_origin(evaluated) is not Mapped or not (column is None or isinstance(column, MappedColumn)):
            continue
        (inner,) = typing.get_args(evaluated)
        brought = aliased(evaluated)
        try:
            kind = kinds.of_annotation(inner)
        except ImpossibleKind as error:
            impossible(cls, name, str(error))
            annotations[name] = Mapped[Any]
            continue
        if kind is not None:
            annotations[name] = Mapped[plain(inner, kind, brought)]  # type: ignore[misc]
            give_kind(cls, name, kind, brought)
        elif column_of_nothing(inner):
            impossible(cls, name, f"no kind of field is {inner}")
            annotations[name] = Mapped[Any]
    cls.__annotations__ = annotations
    for name in annotations:  # in the order in which they are written, with and without field(..)
        column = cls.__dict__.get(name)
        if isinstance(column, MappedColumn):
            delattr(cls, name)
            setattr(cls, name, column)


def give_kind(cls: type[Any], name: str, kind: Kind, brought: MappedColumn[Any] | None) -> None:
    """Sets the type of an attribute's column, unless it has one."""
    column = cls.__dict__.get(name)
    if brought is not None:
        if isinstance(brought.column.type, NullType):
            brought.column.type = KindType(kind)
    elif column is None:
        setattr(cls, name, mapped_column(KindType(kind)))
    elif isinstance(column.column.type, NullType):
        try:
            column.column.type = KindType(options_of(column.column).fit(kind))
        except ImpossibleKind as error:
            impossible(cls, name, str(error))


def impossible(cls: type[Any], name: str, why: str) -> None:
    """Lets the attribute be a column that the compiler complains about."""
    setattr(cls, name, mapped_column(KindType(kinds.Text()), info={OPTIONS: Options(impossible=why)}))


def column_of_nothing(inner: Any) -> bool:
    """Whether a type can be neither a column's nor a relation's."""
    python, _ = kinds.taken_apart(inner)
    return (typing.get_origin(python) or python) in NO_KIND


def evaluate(annotation: Any, names: dict[str, Any]) -> Any:
    """The annotation itself; None where it names something that is not there yet."""
    if not isinstance(annotation, str):
        return annotation
    try:
        return eval(annotation, names)  # noqa: S307 - the module's own annotation, as typing.get_type_hints does
    except (NameError, AttributeError, TypeError):
        return None


def plain(inner: Any, kind: Kind, brought: MappedColumn[Any] | None) -> Any:
    """A type that tells SQLAlchemy no more than whether the column takes null, and what an alias brings."""
    python: Any = str if kind.python is object else kind.python
    python = Annotated[python, brought] if brought is not None else python
    return python | None if kinds.takes_none(inner) else python


def strict(arguments: Any) -> tuple[Any, ...]:
    """`__table_args__` with STRICT on SQLite."""
    parts = (arguments,) if isinstance(arguments, dict) else tuple(arguments)
    options = parts[-1] if parts and isinstance(parts[-1], dict) else {}
    constraints = parts[:-1] if options else parts
    return (*constraints, {"sqlite_strict": True, **options})


def hold_to_kind(column: Column[Any]) -> None:
    """Gives a column that was declared with a type of SQLAlchemy's the kind of it, and the kind's CHECK."""
    if not isinstance(column.type, KindType | NullType):
        try:
            kind = options_of(column).fit(kinds.of_sql(column.type))
        except ImpossibleKind:
            return  # the compiler says so where the column is exposed
        column.type = KindType(kinds.own(kind))
    if isinstance(column.type, KindType):
        check = column.type.kind.check(column)
        if check is not None:
            column.table.append_constraint(CheckConstraint(check, name=column.name))


class Timestamps:
    """When a row was made and when it was last written."""

    created_at: Mapped[dt.datetime] = mapped_column(KindType(Moment()), default=now)
    """When it was made."""
    updated_at: Mapped[dt.datetime] = mapped_column(
        KindType(Moment()), default=now, onupdate=now, info={OPTIONS: Options(meaning="updated")}
    )
    """When it was last written."""


class Versioned:
    """How often a row has been written: what its ETag says and If-Match asks."""

    version: Mapped[int] = mapped_column(KindType(Integer()), default=1, info={OPTIONS: Options(meaning="version")})
    """How often it has been written: what `ETag` says."""


class SoftDelete:
    """Rows are kept when they are deleted, with the moment; nobody reads them any more."""

    deleted_at: Mapped[dt.datetime | None] = mapped_column(
        KindType(Moment()), default=None, info={OPTIONS: Options(meaning="deleted")}
    )
    """When it was deleted."""
