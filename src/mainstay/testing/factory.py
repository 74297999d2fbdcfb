"""Rows that tests begin with, made of the kinds' samples: `make(Recipe, published=True)`."""

from __future__ import annotations

import difflib
import random
from collections.abc import Iterator, Mapping
from types import FunctionType
from typing import Any, TypeVar

import sqlalchemy as sa
from pydantic import TypeAdapter, ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapper, RelationshipDirection

from mainstay.backing.databases.database import IntegrityFailure
from mainstay.compiler.passes.tables import unique_sets
from mainstay.declare.account import Account
from mainstay.declare.field import options_of
from mainstay.kinds import Email, ImpossibleKind, Kind, Reference, Secret, Slug, Text, Url, of_column
from mainstay.proofs.access.values import Values
from mainstay.testing.backend import Backend

M = TypeVar("M")
LIMIT = 30.0
"""Seconds that making rows may take."""


class Factory:
    """Makes rows past the operations, as an operator would: no policy is asked, every constraint holds.

    What is not given is left to the column's default or null, or is a value that the kind has as a sample; a
    reference that must be there gets a row of its own.  Texts and what must be unique are numbered, so that the
    same test makes the same rows every time.
    """

    def __init__(self, backend: Backend, *, seed: int = 1) -> None:
        self.backend = backend
        self.random = random.Random(seed)

    def __call__(self, model: type[M], /, **values: Any) -> M:
        """A row with these values, by attribute: a column's, or a relation's row or rows."""
        return self.made(model, 1, values, varied=False)[0]

    def many(self, model: type[M], count: int, /, **values: Any) -> list[M]:
        """So many rows, of which what is not given varies over the samples, the smallest and largest among them.

        A function as a value is called with 0, 1, 2 ..: `title=lambda number: f"Soup {number}"`.
        """
        return self.made(model, count, values, varied=True)

    def made(self, model: type[M], count: int, values: Mapping[str, Any], *, varied: bool) -> list[M]:
        """Rows, all of them or none."""

        if not isinstance(sa.inspect(model, raiseerr=False), Mapper):
            raise TypeError(f"make takes a model, and was given {model!r}")

        async def do(session: AsyncSession) -> list[M]:
            return [await self.row(session, model, numbered(values, place), varied=varied) for place in range(count)]

        try:
            return self.backend.portal.run(self.backend.app.sessions.act_async(do, limit=LIMIT))
        except IntegrityFailure as error:
            given = ", ".join(f"{name}={value!r}" for name, value in values.items())
            what = f"{model.__name__}({given}) cannot be made: the database refuses it by {error}"
            raise ValueError(f"{what}; give the values that its constraint asks for") from error

    async def row(self, session: AsyncSession, model: type[M], given: Mapping[str, Any], *, varied: bool) -> M:
        """One row, after those that it refers to."""
        mapper: Mapper[M] = sa.inspect(model)
        table: Any = mapper.local_table
        values = await self.read(mapper, given)
        related = {
            str(column.key)
            for name in values
            if name in mapper.relationships and mapper.relationships[name].direction is RelationshipDirection.MANYTOONE
            for column in mapper.relationships[name].local_columns
        }
        for constraint in sorted(table.foreign_key_constraints, key=lambda one: str(one.column_keys)):
            await self.refer(session, mapper, constraint, values, related)
        number = self.backend.made[table.name] = self.backend.made.get(table.name, 0) + 1
        unique = {name for names in unique_sets(table) for name in names}
        for attribute in mapper.column_attrs:
            column, name = column_of(mapper, attribute.key), attribute.key
            if name in values or column.key in related or is_filled(column, varied=varied):
                continue
            if not (varied and column.nullable and self.random.random() < 0.5):
                values[name] = self.sample(mapper, name, number, unique=column.name in unique, varied=varied)
        row = model(**values)
        session.add(row)
        await session.flush()
        return row

    async def read(self, mapper: Mapper[Any], given: Mapping[str, Any]) -> dict[str, Any]:
        """The values given, in Python's form; TypeError or ValueError where there is no such attribute or value."""
        values: dict[str, Any] = {}
        if issubclass(mapper.class_, Account):
            given = await self.with_password(given)
        for name, value in given.items():
            if name in mapper.relationships and not mapper.relationships[name].viewonly:
                values[name] = value
            elif name in mapper.column_attrs:
                values[name] = fitted(mapper, name, key_of(value) if is_row(value) else value)
            else:
                known = [*mapper.column_attrs.keys(), *mapper.relationships.keys()]
                near = difflib.get_close_matches(name, known, n=1)
                hint = f"did you mean {near[0]}?" if near and near[0] != name else f"there are {', '.join(known)}"
                raise TypeError(f"{mapper.class_.__name__} has no attribute {name} that can be set; {hint}")
        return values

    async def with_password(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """The values of an account, not disabled: the hash of its password; without one nobody can sign in to it."""
        password, accounts = given.get("password"), self.backend.app.accounts
        rest = {name: value for name, value in given.items() if name != "password"}
        made = await accounts.passwords.hash(password) if accounts is not None and password is not None else None
        return {"password_hash": made, "disabled_at": None, **rest}

    async def refer(
        self,
        session: AsyncSession,
        mapper: Mapper[Any],
        constraint: sa.ForeignKeyConstraint,
        values: dict[str, Any],
        related: set[str],
    ) -> None:
        """Makes the row that a reference needs, where none is given and the reference may not be null."""
        pairs = [(mapper.get_property_by_column(element.parent).key, element) for element in constraint.elements]
        given = {*values, *(name for name, element in pairs if element.parent.key in related)}
        missing = [(name, element) for name, element in pairs if name not in given]
        if not missing or any(element.parent.nullable or is_made(element.parent) for _, element in missing):
            return
        other = next((one for one in mapper.registry.mappers if one.local_table is constraint.referred_table), None)
        if other is None or other is mapper:
            names = ", ".join(name for name, _ in missing)
            raise TypeError(f"{mapper.class_.__name__} refers to {constraint.referred_table.name}: give {names}")
        known = {
            other.get_property_by_column(element.column).key: values[name] for name, element in pairs if name in values
        }
        row = await self.row(session, other.class_, known, varied=False)
        for name, element in missing:
            values[name] = getattr(row, other.get_property_by_column(element.column).key)

    def sample(self, mapper: Mapper[Any], name: str, number: int, *, unique: bool, varied: bool) -> Any:
        """A value for a column that has to have one."""
        column = column_of(mapper, name)
        try:
            kind = of_column(column)
        except ImpossibleKind:
            raise TypeError(f"{mapper.class_.__name__}.{name} has no samples: give it a value") from None
        values = Values(kind)
        for candidate in texts(values.kind, mapper.class_.__name__, name, number):
            value = values.fit(candidate)
            if value is not None and not (varied and not unique):
                return value
        if unique:
            return values.different(number)
        several = values.several()
        if not several:
            raise TypeError(f"{mapper.class_.__name__}.{name} has no samples: give it a value")
        return self.random.choice(several) if varied else several[0]


def texts(kind: Kind, model: str, name: str, number: int) -> Iterator[str]:
    """Texts that tell what they are, each other than those of other numbers."""
    words = name.replace("_", " ")
    match kind:
        case Email():
            yield f"{model.lower()}-{number}@example.com"
        case Slug():
            yield f"{model.lower()}-{number}"
        case Url() | Secret():
            return
        case Text():
            yield f"{words} {number}"


def numbered(values: Mapping[str, Any], place: int) -> dict[str, Any]:
    """The values of the row at that place."""
    return {name: value(place) if isinstance(value, FunctionType) else value for name, value in values.items()}


def column_of(mapper: Mapper[Any], name: str) -> sa.Column[Any]:
    """The column of an attribute."""
    columns: Any = mapper.column_attrs[name].columns
    column: sa.Column[Any] = columns[0]
    return column


def is_made(column: sa.Column[Any]) -> bool:
    """Whether a column gets its value by itself."""
    made = (column.default, column.server_default, column.identity, column.computed)
    return any(one is not None for one in made) or column is column.table.autoincrement_column


def is_filled(column: sa.Column[Any], *, varied: bool) -> bool:
    """Whether a column needs no value of ours: it has its own, refers to nothing, may be null, or says `deleted`."""
    return (
        is_made(column)
        or options_of(column).meaning is not None
        or bool(column.nullable and (not varied or column.foreign_keys))
    )


def is_row(value: Any) -> bool:
    """Whether a value is a row of some model."""
    return isinstance(sa.inspect(value, raiseerr=False), sa.orm.InstanceState)


def key_of(row: Any) -> Any:
    """The key of a row that stands for it where a reference is given."""
    (key,) = sa.inspect(row).mapper.primary_key_from_instance(row)
    return key


def fitted(mapper: Mapper[Any], name: str, value: Any) -> Any:
    """A value in Python's form; ValueError where the column cannot have it."""
    column = column_of(mapper, name)
    try:
        kind = of_column(column)
    except ImpossibleKind:
        return value
    if value is None:
        return None
    kind = kind.key if isinstance(kind, Reference) else kind
    try:
        return TypeAdapter[Any](kind.annotation()).validate_python(value)
    except (ValidationError, ValueError) as error:
        told = error.errors()[0]["msg"] if isinstance(error, ValidationError) else str(error)
        raise ValueError(f"{mapper.class_.__name__}.{name} cannot be {value!r}: {told}") from None
