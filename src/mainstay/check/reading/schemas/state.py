"""The state of a schema: its tables as the changes so far have left them, each part with the line that made it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Literal

from mainstay.check.source import Place

Kind = Literal["primary", "unique", "foreign", "check", "exclude"]
PUBLIC = ("public.", "main.", "dbo.")


def key_of(name: str) -> str:
    """The name as it is compared: without the schema that everybody has, in small letters."""
    small = name.lower()
    return next((small.removeprefix(each) for each in PUBLIC if small.startswith(each)), small)


def shown(name: str) -> str:
    """The name as it is told: without the schema that everybody has."""
    return next((name[len(each) :] for each in PUBLIC if name.lower().startswith(each)), name)


@dataclass(slots=True)
class Column:
    """A column as it stands now; `field` is what a model calls it."""

    name: str
    kind: str
    place: Place
    nullable: bool = True
    default: str = ""
    collation: str = ""
    generated: bool = False
    volatile: bool = False
    """Whether its default is another one for each row."""
    on_update: bool = False
    field: str = ""
    known: bool = True
    """Whether all of it could be read."""


@dataclass(slots=True)
class Constraint:
    """A constraint; of a CHECK `words` are the names in it."""

    kind: Kind
    columns: tuple[str, ...]
    place: Place
    name: str = ""
    references: str = ""
    target: tuple[str, ...] = ()
    on_delete: str = ""
    words: frozenset[str] = frozenset()
    valid: bool = True
    using: str = ""
    """The index that it is made of."""
    emulated: bool = False
    """Whether the framework keeps it, and not the database."""


@dataclass(slots=True)
class Index:
    """An index; `plain` where its columns alone, in one order, say what it holds."""

    name: str
    table: str
    columns: tuple[str, ...]
    place: Place
    unique: bool = False
    method: str = ""
    where: str = ""
    fixed: frozenset[str] = frozenset()
    """Columns that its condition makes constant."""
    plain: bool = True
    descending: tuple[bool, ...] = ()
    concurrently: bool = False
    raw: bool = False
    """Whether SQL made it that stands in a migration of another kind."""


@dataclass(slots=True)
class Table:
    """A table; `whole` where everything that it has was seen, which an ALTER of an unknown table is not."""

    name: str
    place: Place
    columns: dict[str, Column] = field(default_factory=dict)
    constraints: list[Constraint] = field(default_factory=list)
    indexes: dict[str, Index] = field(default_factory=dict)
    triggers: bool = False
    whole: bool = True
    ordinary: bool = True
    """No partition, no temporary, foreign or virtual table."""
    made_in: object = None
    """The migration that made it."""
    model: str = ""
    links: dict[str, Place] = field(default_factory=dict)
    """Fields that are tables of their own: references from many to many."""

    @property
    def primary(self) -> tuple[str, ...]:
        """The columns of its key."""
        return next((each.columns for each in self.constraints if each.kind == "primary"), ())

    @property
    def uniques(self) -> list[tuple[str, ...]]:
        """Columns that together are unique, without the key."""
        indexes = [each.columns for each in self.indexes.values() if each.unique and each.plain and not each.where]
        return [each.columns for each in self.constraints if each.kind == "unique"] + indexes

    def column(self, name: str) -> Column | None:
        """The column of that name, in whatever letters."""
        return self.columns.get(name.lower())


@dataclass(slots=True)
class Schema:
    """All tables, by the names that are compared."""

    dialect: str = ""
    tables: dict[str, Table] = field(default_factory=dict)
    loose: list[Index] = field(default_factory=list)
    """Indexes of tables that were not seen."""

    def table(self, name: str) -> Table | None:
        """The table of that name."""
        return self.tables.get(key_of(name))

    def index(self, name: str) -> tuple[Table, Index] | None:
        """The index of that name, with its table."""
        wanted = key_of(name).rpartition(".")[2]
        for table in self.tables.values():
            if wanted in table.indexes:
                return table, table.indexes[wanted]
        return None


WORDS = {
    "INTEGER": "INT", "INT4": "INT", "INT8": "BIGINT", "INT2": "SMALLINT", "BOOL": "BOOLEAN", "FLOAT4": "REAL",
    "FLOAT8": "DOUBLE", "DOUBLE PRECISION": "DOUBLE", "CHARACTER VARYING": "VARCHAR", "NVARCHAR": "VARCHAR",
    "CHARACTER": "CHAR", "NCHAR": "CHAR", "BPCHAR": "CHAR", "DECIMAL": "NUMERIC", "DEC": "NUMERIC",
    "TIMESTAMP WITH TIME ZONE": "TIMESTAMPTZ", "TIMESTAMP WITHOUT TIME ZONE": "TIMESTAMP", "VARCHAR2": "VARCHAR",
    "TIMESTAMP_NTZ": "TIMESTAMP", "TIMESTAMPNTZ": "TIMESTAMP", "SERIAL4": "SERIAL", "SERIAL8": "BIGSERIAL",
    "LONGTEXT": "TEXT", "MEDIUMTEXT": "TEXT", "TINYTEXT": "TEXT", "STRING": "VARCHAR", "CLOB": "TEXT",
}  # fmt: skip
SERIAL = {"SERIAL": "INT", "BIGSERIAL": "BIGINT", "SMALLSERIAL": "SMALLINT"}
SIZE = re.compile(r"\s*(\([^()]*\))")


def kind_of(words: str) -> str:
    """A type under its one name, with its size behind it: `character varying(40)` is `VARCHAR(40)`."""
    text = " ".join(words.upper().split())
    sizes = SIZE.findall(text)
    bare = " ".join(SIZE.sub(" ", text).split())
    arrays = "[]" if bare.endswith("[]") or "[ ]" in bare or " ARRAY" in bare else ""
    bare = bare.replace("[]", "").replace("[ ]", "").replace(" ARRAY", "").strip()
    bare = bare.removeprefix("PG_CATALOG.").removeprefix("PUBLIC.")
    name = WORDS.get(bare, bare)
    size = sizes[0].replace(" ", "") if sizes and not name.startswith(("TIMESTAMP", "TIME")) else ""
    return name + size + arrays


def base_of(kind: str) -> str:
    """A type without its size."""
    return kind.partition("(")[0].removesuffix("[]")
