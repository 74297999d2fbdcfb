"""A schema as data: tables, columns, constraints and indexes, each with its text on both databases.

Two schemas are compared by these texts and not by what a database reflects, which forgets expressions, conditions and
the order of nulls.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal, NamedTuple

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql.asyncpg import PGDialect_asyncpg
from sqlalchemy.dialects.sqlite import pysqlite
from sqlalchemy.engine import Dialect
from sqlalchemy.schema import CreateIndex, sort_tables_and_constraints

from mainstay.kinds import KindType
from mainstay.migrate.code import argument, type_code
from mainstay.storage import SEARCH
from mainstay.tables import SearchIndex

POSTGRESQL: Dialect = PGDialect_asyncpg()  # type: ignore[no-untyped-call]
SQLITE: Dialect = pysqlite.dialect(paramstyle="qmark")

CONCURRENTLY = "postgresql_concurrently"
"""The option of an index that says how it is made, and nothing of what it is."""

Sort = Literal["primary", "unique", "check", "foreign"]
SORTS: dict[type[sa.Constraint], Sort] = {
    sa.PrimaryKeyConstraint: "primary",
    sa.UniqueConstraint: "unique",
    sa.CheckConstraint: "check",
    sa.ForeignKeyConstraint: "foreign",
}


class Text(NamedTuple):
    """SQL on either database."""

    postgresql: str
    sqlite: str

    @property
    def same(self) -> bool:
        """Whether one text will do: SQLite takes `true` and `false` too."""
        return plain(self.postgresql) == plain(self.sqlite)


NOW = Text("now()", "strftime('%Y-%m-%dT%H:%M:%f000Z', 'now')")
"""The moment of a statement, as each keeps it."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column."""

    name: str
    type: Text
    nullable: bool
    default: Text | None = None
    """What the database itself puts in where nothing is said."""
    options: tuple[tuple[str, str], ...] = ()
    """Other arguments of `sa.Column`, as code."""
    type_code: str = field(default="", compare=False)
    """The type as code of SQLAlchemy's."""
    fill: Text | None = field(default=None, compare=False)
    """The constant that the model gives rows which say nothing."""


@dataclass(frozen=True, slots=True)
class Constraint:
    """A constraint; its columns are those that it binds, and `condition` is a CHECK's."""

    sort: Sort
    name: str | None
    columns: tuple[str, ...]
    condition: Text | None = None
    target: str = ""
    target_columns: tuple[str, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    """Other arguments, as code, such as `ondelete`."""

    @property
    def key(self) -> str:
        """What tells it from the table's others."""
        return self.name or f"{self.sort} {', '.join(self.columns)} {self.condition or ''}"


@dataclass(frozen=True, slots=True)
class Index:
    """An index; each part is a column's name or an expression."""

    name: str
    unique: bool
    parts: tuple[str | Text, ...]
    options: tuple[tuple[str, str], ...]
    """Other arguments, as code, such as `postgresql_using`."""
    text: Text
    """The whole statement, which is what is compared."""


@dataclass(frozen=True, slots=True)
class Table:
    """A table."""

    name: str
    columns: tuple[Column, ...]
    constraints: tuple[Constraint, ...] = ()
    indexes: tuple[Index, ...] = ()
    options: tuple[tuple[str, str], ...] = ()
    """Arguments of `op.create_table`, as code, such as `sqlite_strict`."""
    search: SearchIndex | None = None
    """The index of its words."""

    def column(self, name: str) -> Column | None:
        """The column called so."""
        return next((column for column in self.columns if column.name == name), None)


@dataclass(frozen=True, slots=True)
class Schema:
    """Tables by name, each after those that it refers to where that is possible."""

    tables: dict[str, Table] = field(default_factory=dict)

    def with_table(self, table: Table) -> Schema:
        """The schema with a table in place of the one of its name."""
        return Schema({**self.tables, table.name: table})

    def without(self, name: str) -> Schema:
        """The schema without a table."""
        return Schema({known: table for known, table in self.tables.items() if known != name})

    def renamed(self, old: str, new: str) -> Schema:
        """The schema with a table under another name, in what refers to it too."""
        tables = {}
        for name, table in self.tables.items():
            constraints = tuple(
                replace(constraint, target=new) if constraint.target == old else constraint
                for constraint in table.constraints
            )
            indexes = tuple(replace(index, text=both(index.text, old, new)) for index in table.indexes)
            named = replace(table, constraints=constraints)
            tables[new if name == old else name] = replace(named, name=new, indexes=indexes) if name == old else named
        return Schema(tables)

    def column_renamed(self, table_name: str, old: str, new: str) -> Schema:
        """The schema with a column under another name, in what refers to it too."""
        tables = dict(self.tables)
        for name, table in self.tables.items():
            own = name == table_name
            constraints = tuple(constraint_renamed(one, table_name, own, old, new) for one in table.constraints)
            tables[name] = replace(table, constraints=constraints)
        table = tables[table_name]
        columns = tuple(replace(one, name=new) if one.name == old else one for one in table.columns)
        indexes = tuple(
            replace(one, parts=tuple(part_renamed(part, old, new) for part in one.parts), text=both(one.text, old, new))
            for one in table.indexes
        )
        tables[table_name] = replace(table, columns=columns, indexes=indexes)
        return Schema(tables)


def plain(text: str) -> str:
    """SQL without what makes no difference: cases of words, spaces, the two ways to write a truth."""
    words = re.sub(r"\s+", " ", text.strip())
    return re.sub(r"\bfalse\b", "0", re.sub(r"\btrue\b", "1", words, flags=re.IGNORECASE), flags=re.IGNORECASE)


def both(text: Text, old: str, new: str) -> Text:
    """The texts with a name changed."""
    return Text(*(word_replaced(one, old, new) for one in text))


def word_replaced(text: str, old: str, new: str) -> str:
    """The text with a name changed wherever it stands as a word of its own."""
    return re.sub(rf"(?<![\w'.]){re.escape(old)}(?![\w'])", new, text)


def part_renamed(part: str | Text, old: str, new: str) -> str | Text:
    """A part of an index after a column of its table got another name."""
    if isinstance(part, Text):
        return both(part, old, new)
    return new if part == old else part


def constraint_renamed(constraint: Constraint, table: str, own: bool, old: str, new: str) -> Constraint:
    """A constraint after a column of `table` got another name."""
    changes: dict[str, Any] = {}
    if own:
        changes["columns"] = tuple(new if name == old else name for name in constraint.columns)
        if constraint.condition is not None:
            changes["condition"] = both(constraint.condition, old, new)
    if constraint.target == table:
        changes["target_columns"] = tuple(new if name == old else name for name in constraint.target_columns)
    return replace(constraint, **changes)


# From SQLAlchemy's objects


def schema_of(metadata: sa.MetaData) -> Schema:
    """The schema that some metadata declare."""
    sorted_tables = sort_tables_and_constraints(metadata.tables.values())  # type: ignore[no-untyped-call]
    ordered = [table for table, _ in sorted_tables if table is not None]
    return Schema({table.name: table_of(table) for table in ordered})


def table_of(table: sa.Table) -> Table:
    """A table as data."""
    options = [(name, argument(value)) for name, value in sorted(table.dialect_kwargs.items()) if value]
    constraints = sorted((constraint_of(one) for one in told(table)), key=lambda one: (order(one), one.key))
    return Table(
        table.name,
        tuple(column_of(column) for column in table.columns),
        tuple(constraints),
        tuple(sorted((index_of(index) for index in table.indexes), key=lambda index: index.name)),
        tuple(options),
        table.info.get(SEARCH),
    )


def told(table: sa.Table) -> Iterator[sa.Constraint]:
    """The constraints that bind something."""
    for constraint in table.constraints:
        if type(constraint) in SORTS and not (
            isinstance(constraint, sa.PrimaryKeyConstraint) and not len(constraint.columns)
        ):
            yield constraint


def order(constraint: Constraint) -> int:
    """The key first, then references, what is unique, and checks."""
    return ("primary", "foreign", "unique", "check").index(constraint.sort)


def column_of(column: sa.Column[Any]) -> Column:
    """A column as data."""
    default = column.server_default
    options: list[tuple[str, str]] = []
    if isinstance(column.autoincrement, bool):
        options.append(("autoincrement", repr(column.autoincrement)))
    if isinstance(default, sa.Computed):
        said = [repr(str(expression(default.sqltext, POSTGRESQL)))]
        said += [f"persisted={default.persisted}"] if default.persisted is not None else []
        options.append(("", f"sa.Computed({', '.join(said)})"))
    if column.identity is not None:
        always = "always=True" if column.identity.always else ""
        options.append(("", f"sa.Identity({always})"))
    return Column(
        name=column.name,
        type=Text(*(kind(column.type, dialect) for dialect in (POSTGRESQL, SQLITE))),
        nullable=bool(column.nullable),
        default=default_text(column) if isinstance(default, sa.DefaultClause) else None,
        options=tuple(options),
        type_code=type_code(column.type),
        fill=constant(column),
    )


def kind(type_: Any, dialect: Dialect) -> str:
    """A type as a database writes it."""
    if isinstance(type_, KindType):
        type_ = type_.kind.column(dialect.name)
    return str(type_.compile(dialect=dialect))


def default_text(column: sa.Column[Any]) -> Text:
    """What the database puts into a column by itself."""
    compilers = [dialect.ddl_compiler(dialect, None) for dialect in (POSTGRESQL, SQLITE)]  # type: ignore[arg-type]
    return Text(*(str(compiler.get_column_default_string(column)) for compiler in compilers))


def constant(column: sa.Column[Any]) -> Text | None:
    """The constant that a model puts into a column where a row says nothing; the moment of a change for a moment."""
    default = column.default
    if not isinstance(default, sa.ColumnDefault):
        return None
    if default.is_scalar:
        value = sa.literal(default.arg, column.type)
        return Text(*(expression(value, dialect) for dialect in (POSTGRESQL, SQLITE)))
    if default.is_callable and kind(column.type, POSTGRESQL).startswith("TIMESTAMP"):
        return NOW
    return None


def expression(clause: Any, dialect: Dialect) -> str:
    """An expression as it stands in a definition."""
    return str(clause.compile(dialect=dialect, compile_kwargs={"literal_binds": True, "include_table": False})).strip()


def constraint_of(constraint: sa.Constraint) -> Constraint:
    """A constraint as data."""
    sort = SORTS[type(constraint)]
    name = None
    if constraint.name is not None:
        name = POSTGRESQL.identifier_preparer.format_constraint(constraint, _alembic_quote=False)
    columns: tuple[str, ...] = ()
    if isinstance(constraint, sa.CheckConstraint):
        condition = Text(*(expression(constraint.sqltext, dialect) for dialect in (POSTGRESQL, SQLITE)))
        return Constraint(sort, name, columns, Text(*[condition.postgresql] * 2) if condition.same else condition)
    assert isinstance(constraint, sa.schema.ColumnCollectionConstraint)
    columns = tuple(column.name for column in constraint.columns)
    options = [
        (option, argument(value))
        for option in ("onupdate", "ondelete", "deferrable", "initially", "match")
        if (value := getattr(constraint, option, None)) is not None
    ]
    options += [(option, argument(value)) for option, value in sorted(constraint.dialect_kwargs.items()) if value]
    if not isinstance(constraint, sa.ForeignKeyConstraint):
        return Constraint(sort, name, columns, options=tuple(options))
    targets = [element.target_fullname.rpartition(".") for element in constraint.elements]
    table, remote = targets[0][0], tuple(column for _, _, column in targets)
    return Constraint(sort, name, tuple(constraint.column_keys), None, table, remote, tuple(options))


def index_of(index: sa.Index) -> Index:
    """An index as data."""
    parts: list[str | Text] = []
    for part in index.expressions:
        if isinstance(part, sa.Column):
            parts.append(part.name)
        else:
            parts.append(Text(*(expression(part, dialect) for dialect in (POSTGRESQL, SQLITE))))
    options = [
        (name, option_code(value, POSTGRESQL if name.startswith("postgresql") else SQLITE))
        for name, value in sorted(index.dialect_kwargs.items())
        if value not in (None, {}, [], (), False) and name != CONCURRENTLY
    ]
    texts = [plain(str(CreateIndex(index).compile(dialect=dialect))) for dialect in (POSTGRESQL, SQLITE)]
    text = Text(*(one.replace("INDEX CONCURRENTLY ", "INDEX ", 1) for one in texts))
    return Index(str(index.name), bool(index.unique), tuple(parts), tuple(options), text)


def option_code(value: Any, dialect: Dialect) -> str:
    """An argument of an index as code."""
    if isinstance(value, sa.ClauseElement):
        return f"sa.text({expression(value, dialect)!r})"
    return argument(value)
