"""Writes migrations: the two ways between two schemas, as files that people read and change."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from mainstay.migrate.checking import digits_to_check, kind_to_check
from mainstay.migrate.code import call, indented, listed, literal, within
from mainstay.migrate.compare import TableChange, differences
from mainstay.migrate.conversion import (
    cast_on_postgresql,
    form,
    is_possible,
    value_after,
    value_before,
)
from mainstay.migrate.folder import MigrationProblem
from mainstay.migrate.rename import Rename
from mainstay.migrate.schema import NOW, POSTGRESQL, Column, Constraint, Index, Schema, Table, Text
from mainstay.migrate.words import words

BY_TYPE = (
    (r"VARCHAR|TEXT|CHAR", Text("'-'", "'-'")),
    (r"BOOLEAN", Text("false", "0")),
    (r"BIGINT|INTEGER|SMALLINT|NUMERIC|DOUBLE|REAL|FLOAT", Text("0", "0")),
    (r"TIMESTAMP", NOW),
    (r"TIME", Text("'00:00'", "'00:00:00.000000'")),
    (r"DATE", Text("current_date", "date('now')")),
    (r"JSON", Text("'{}'", "'{}'")),
)
"""What stands in on the way down for values that are gone, by type."""

KINDS = {"primary": "primary", "unique": "unique", "check": "check", "foreign": "foreignkey"}
"""What Alembic calls the sorts of constraints."""


def renaming_code(rename: Rename) -> list[str]:
    """The statements that give a table or a column its other name."""
    if rename.is_table:
        return [call("op.rename_table", [literal(rename.old), literal(rename.new)])]
    inside = call("batch.alter_column", [literal(rename.old), f"new_column_name={literal(rename.new)}"])
    return [batch(rename.table, [inside])]


def renaming(text: str) -> Rename:
    """What `recipes.body:directions` or `recipes:dishes` means; MigrationProblem where it means nothing."""
    old, colon, new = text.partition(":")
    table, dot, column = old.partition(".")
    if not colon or not new or not table or (dot and not column):
        raise MigrationProblem(f"{text!r} is no renaming; write table.old:new, or old_table:new_table")
    return Rename(table, column, new) if dot else Rename(table, table, new, is_table=True)


def body(
    before: Schema,
    after: Schema,
    renames: Sequence[Rename] = (),
    *,
    fills: Mapping[str, Text] | None,
    known: Mapping[str, Text] | None = None,
) -> str:
    """The statements that make `after` of `before`.

    `fills` are the values of required columns in rows that are there, by `table.column`; MigrationProblem where one is
    missing.  None says that values are gone: then `known` are those that are not, and something stands in for others.
    """
    lines: list[str] = []
    for rename in renames:
        table = before.tables.get(rename.table)
        if rename.is_table and table is not None and table.search is not None:  # its parts have the table's name
            lines.append(drop_search(table))
            before = before.with_table(replace(table, search=None))
        lines += renaming_code(rename)
        before = rename.applied(before)
    changes = differences(before, after)
    altered = [one for one in changes if one.before is not None and one.after is not None]
    lines += [drop_search(one.before) for one in changes if one.before is not None and one.drops_search]
    for one in altered:
        lines += [drop_index(index, one.name) for index in one.dropped_indexes]
    late: list[str] = []
    made = set(before.tables)
    for one in changes:
        if one.before is None and one.after is not None:
            lines += create_table(one.after, made, late)
            made.add(one.name)
    lines += late
    for one in altered:
        lines += alter_table(one, fills, known or {})
    for one in altered:
        lines += [create_index(index, one.name) for index in one.added_indexes]
    lines += [create_search(one.after) for one in changes if one.after is not None and one.makes_search]
    lines += [call("op.drop_table", [literal(one.name)]) for one in changes if one.after is None]
    return "\n".join(lines) or "pass"


def create_table(table: Table, made: set[str], late: list[str]) -> Iterator[str]:
    """The statements that make a table; references to tables that are not made yet go into `late`."""
    later = [one for one in table.constraints if one.sort == "foreign" and one.target not in {*made, table.name}]
    parts = [literal(table.name), *(column_code(column) for column in table.columns)]
    parts += [constraint_code(one) for one in table.constraints if one not in later]
    parts += [f"{name}={value}" for name, value in table.options]
    yield call("op.create_table", parts)
    yield from (create_index(index, table.name) for index in table.indexes)
    if later:
        late.append(batch(table.name, [add_constraint(one) for one in later]))


def alter_table(one: TableChange, fills: Mapping[str, Text] | None, known: Mapping[str, Text]) -> Iterator[str]:
    """The statements that change a table: what is filled first, columns added and filled, then what binds them."""
    assert one.after is not None
    first, second = [], []
    earlier: list[str] = []
    updates: list[str] = []
    if one.renamed_constraints:
        pairs = [f"{literal(old.name or '')}: {literal(new.name or '')}" for old, new in one.renamed_constraints]
        yield call("rename_constraints", [literal(one.name), within("{", pairs, "}", 2)])
    for constraint in one.dropped_constraints:
        if constraint.name is None:
            raise MigrationProblem(
                f"a {constraint.sort} constraint of {one.name} has no name, so that no migration can drop it; give the "
                "metadata a naming convention, or write the migration by hand"
            )
        first.append(call("batch.drop_constraint", [literal(constraint.name), f'type_="{KINDS[constraint.sort]}"'], 2))
    for old, new in one.changed_columns:
        refuse_impossible(one.name, old, new)
        if form(old) == "text" and form(new) != "text":
            earlier += check(one.name, new, kind_to_check(new))
        earlier += update_on_sqlite(one.name, old, value_before(named(old.name), old, new))
    if earlier:  # a CHECK may not hold for them
        yield from [batch(one.name, first)] if first else []
        yield from earlier
        first = []
    for column in one.added_columns:
        added = replace(column, nullable=True) if is_required(column) else column
        first.append(call("batch.add_column", [column_code(added)], 2))
        if is_required(column):
            second.append(require(column))
            updates += fill(one.after, column, fills, known)
    for old, new in one.changed_columns:
        updates += update_on_sqlite(one.name, new, value_after(named(new.name), old, new))
        updates += check(one.name, new, digits_to_check(old, new))
        if not (old.nullable and is_required(new)):
            first.append(alter_column(old, new))
        elif old.type == new.type:
            yield from fill(one.after, new, fills, known)
            first.append(alter_column(old, new))
        else:  # what fills it is a value of the new type
            first.append(alter_column(old, replace(new, nullable=True)))
            updates += fill(one.after, new, fills, known)
            second.append(require(new))
    first += [call("batch.drop_column", [literal(column.name)], 2) for column in one.dropped_columns]
    second += [add_constraint(constraint) for constraint in one.added_constraints]
    if updates:
        yield from [batch(one.name, first)] if first else []
        yield from updates
        yield from [batch(one.name, second)] if second else []
    elif first or second:
        yield batch(one.name, [*first, *second])


def is_required(column: Column) -> bool:
    """Whether rows must say a value."""
    return not column.nullable and column.default is None and not is_computed(column)


def is_computed(column: Column) -> bool:
    """Whether the database makes the column's values."""
    return any(not name for name, _ in column.options)


def require(column: Column) -> str:
    """The statement that makes a column one that rows must have a value in."""
    return call("batch.alter_column", [literal(column.name), "nullable=False"], 2)


def refuse_impossible(table: str, old: Column, new: Column) -> None:
    """Raises `MigrationProblem` where no value of the old type is one of the new."""
    if not is_possible(old, new):
        raise MigrationProblem(
            f"{table}.{new.name} is {words(old)} and would be {words(new)}, which none of its values can be: give the "
            "new field another name, or take the old one out in one migration and put the new one in with the next"
        )


def fill(
    table: Table, column: Column, fills: Mapping[str, Text] | None, known: Mapping[str, Text] | None = None
) -> Iterator[str]:
    """The statements that give a required column a value in the rows that are there, none where none is known."""
    rows, name = named(table.name), named(column.name)
    values = filling(table, column, fills, known)
    if values is None:
        return
    text = Text(*(f"UPDATE {rows} SET {name} = {value} WHERE {name} IS NULL" for value in values))
    yield call("op.execute", [sql_code(text)])
    if f"{table.name}.{column.name}" in (fills or {}) and values.same and not values.sqlite.startswith("'"):
        yield from check(table.name, column, kind_to_check(column))


def check(table: str, column: Column, kind: str | None) -> list[str]:
    """The statement that looks at what SQLite would take as values, whatever it is; none where any is one."""
    return [call("check_values", [literal(table), literal(column.name), literal(kind)])] if kind is not None else []


def filling(
    table: Table, column: Column, fills: Mapping[str, Text] | None, known: Mapping[str, Text] | None = None
) -> Text | None:
    """What a required column holds in the rows that are there; see `body`.  None where nothing can stand in."""
    name = f"{table.name}.{column.name}"
    if fills is None:
        return (known or {}).get(name) or column.fill or stand_in(table, column)
    value = fills.get(name, column.fill)
    if value is None:
        raise MigrationProblem(
            f"{name} is required and has no default: which value do the rows that are there get? "
            f"Say so with --fill \"{name}='...'\", in SQL; or let it be null"
        )
    return value


def stand_in(table: Table, column: Column) -> Text | None:
    """What stands where a value was lost: the first that a CHECK admits, or one of the type; None where none can.

    Nothing can where it must be unique, or be the key of another row, whose it would then be.
    """
    bound = [one for one in table.constraints if one.columns == (column.name,)]
    if any(one.sort in {"unique", "primary", "foreign"} for one in bound):
        return None
    for constraint in table.constraints:
        said = constraint.condition or Text("", "")
        found = [re.match(rf"{re.escape(column.name)} (?:IN \(|>= )('(?:[^']|'')*'|-?[\d.]+|\w+)", one) for one in said]
        if all(found):
            return Text(*(one[1] for one in found if one is not None))
    return next((text for pattern, text in BY_TYPE if re.match(pattern, column.type.postgresql)), None)


def update_on_sqlite(table: str, column: Column, value: str | None) -> list[str]:
    """The statement that writes the values of a column anew, which PostgreSQL casts by itself."""
    if value is None:
        return []
    text = f"UPDATE {named(table)} SET {named(column.name)} = {value} WHERE {named(column.name)} IS NOT NULL"
    return [call("op.execute", [sql_code(Text("SELECT 1", text))])]


def alter_column(old: Column, new: Column) -> str:
    """The statement that changes a column."""
    said = [literal(new.name)]
    if old.type != new.type:
        said.append(f"type_={new.type_code}")
        cast = cast_on_postgresql(named(new.name), old, new)
        if cast is not None:
            said.append(f"postgresql_using={literal(cast)}")
    if old.default != new.default:
        said.append(f"server_default={default_code(new.default)}")
    if old.nullable != new.nullable:
        said.append(f"nullable={new.nullable}")
    return call("batch.alter_column", said, 2)


def batch(table: str, lines: Sequence[str]) -> str:
    """Statements on one table, which SQLite makes anew once for all of them."""
    inside = "".join(f"\n    {indented(line)}" for line in lines)
    return f"with op.batch_alter_table({literal(table)}) as batch:{inside}"


def column_code(column: Column) -> str:
    """`sa.Column(..)`."""
    said = [literal(column.name), column.type_code]
    said += [f"{name}={value}" if name else value for name, value in column.options]
    if column.default is not None:
        said.append(f"server_default={default_code(column.default)}")
    return call("sa.Column", [*said, f"nullable={column.nullable}"], 2)


def default_code(default: Text | None) -> str:
    """What the database puts in, as `server_default` takes it."""
    if default is None:
        return "None"
    return f"sa.text({sql_code(default)})" if default.same else sql_code(default)


def sql_code(text: Text) -> str:
    """SQL as a string, or as `by_database` where one will not do for both."""
    if text.same:
        return literal(text.postgresql.replace(":", "\\:"))
    return call("by_database", [f"postgresql={literal(text.postgresql)}", f"sqlite={literal(text.sqlite)}"], 2)


def named(name: str) -> str:
    """A table's or a column's name in SQL, between quotes where it needs them."""
    return POSTGRESQL.identifier_preparer.quote(name)


def names(columns: Sequence[str]) -> str:
    """A list of names."""
    return f"[{', '.join(map(literal, columns))}]"


def constraint_code(constraint: Constraint) -> str:
    """A constraint within a new table."""
    named = [f"name={literal(constraint.name)}"] if constraint.name is not None else []
    more = [f"{name}={value}" for name, value in constraint.options]
    if constraint.condition is not None:
        return call("sa.CheckConstraint", [sql_code(constraint.condition), *named, *more], 2)
    if constraint.sort == "foreign":
        remote = names([f"{constraint.target}.{column}" for column in constraint.target_columns])
        return call("sa.ForeignKeyConstraint", [names(constraint.columns), remote, *named, *more], 2)
    sort = "sa.PrimaryKeyConstraint" if constraint.sort == "primary" else "sa.UniqueConstraint"
    return call(sort, [*map(literal, constraint.columns), *named, *more], 2)


def add_constraint(constraint: Constraint) -> str:
    """The statement that adds a constraint to a table that is there."""
    named = "None" if constraint.name is None else literal(constraint.name)
    more = [f"{name}={value}" for name, value in constraint.options]
    if constraint.condition is not None:
        return call("batch.create_check_constraint", [named, sql_code(constraint.condition), *more], 2)
    if constraint.sort == "foreign":
        ends = [literal(constraint.target), names(constraint.columns), names(constraint.target_columns)]
        return call("batch.create_foreign_key", [named, *ends, *more], 2)
    sort = "primary_key" if constraint.sort == "primary" else "unique_constraint"
    return call(f"batch.create_{sort}", [named, names(constraint.columns), *more], 2)


def create_index(index: Index, table: str, *more: str) -> str:
    """The statement that makes an index, unless somebody has made it already, without locking the table."""
    parts = [literal(part) if isinstance(part, str) else part_code(part) for part in index.parts]
    said = [literal(index.name), literal(table), listed(parts, 2)]
    said += ["unique=True"] if index.unique else []
    said += [f"{name}={value}" for name, value in index.options]
    return call("op.create_index", [*said, "if_not_exists=True", *more])


def part_code(part: Text) -> str:
    """An expression in an index."""
    return f"sa.text({sql_code(part)})" if part.same else sql_code(part)


def drop_index(index: Index, table: str, *more: str) -> str:
    """The statement that drops an index."""
    return call("op.drop_index", [literal(index.name), f"table_name={literal(table)}", *more])


def create_search(table: Table) -> str:
    """The statement that makes the index of a table's words."""
    assert table.search is not None
    return call("create_search_index", [literal(table.search.name), literal(table.name), names(table.search.columns)])


def drop_search(table: Table) -> str:
    """The statement that drops the index of a table's words."""
    assert table.search is not None
    return call("drop_search_index", [literal(table.search.name), literal(table.name)])
