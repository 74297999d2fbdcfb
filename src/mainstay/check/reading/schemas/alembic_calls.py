"""What one call of Alembic's `op` changes."""

from __future__ import annotations

from collections.abc import Callable

from mainstay.check import syntax as s
from mainstay.check.flow.value import Unit
from mainstay.check.reading.schemas import changes as c, written as w
from mainstay.check.reading.schemas.sqlalchemy_columns import column_of, index_of, kind_of, part_of
from mainstay.check.reading.schemas.state import Constraint, Table

SIGNATURES: dict[str, tuple[str, ...]] = {
    "create_table": ("table_name",),
    "drop_table": ("table_name",),
    "rename_table": ("old_table_name", "new_table_name"),
    "add_column": ("table_name", "column"),
    "drop_column": ("table_name", "column_name"),
    "alter_column": ("table_name", "column_name"),
    "create_index": ("index_name", "table_name", "columns"),
    "drop_index": ("index_name", "table_name"),
    "create_foreign_key": ("constraint_name", "source_table", "referent_table", "local_cols", "remote_cols"),
    "create_unique_constraint": ("constraint_name", "table_name", "columns"),
    "create_primary_key": ("constraint_name", "table_name", "columns"),
    "create_check_constraint": ("constraint_name", "table_name", "condition"),
    "create_exclude_constraint": ("constraint_name", "table_name"),
    "drop_constraint": ("constraint_name", "table_name", "type_"),
}
"""The parameters of each operation; in a batch the table is not among them."""
TABLES = ("table_name", "source_table")
QUIET = (
    "create_table_comment",
    "drop_table_comment",
    "create_entity",
    "drop_entity",
    "replace_entity",
    "sync_enum_values",
)


class _Given:
    """The arguments of an operation, by the names of its parameters."""

    def __init__(self, call: s.Call, name: str, batch: str | None, unit: Unit, names: w.Names) -> None:
        parameters = [each for each in SIGNATURES[name] if batch is None or each not in TABLES]
        self.call, self.unit, self.names, self.batch = call, unit, names, batch
        self.place = unit.place(call)
        self.given: dict[str, s.Node] = dict(zip(parameters, w.positional(call), strict=False))
        self.given |= {each.name: each.value for each in call.arguments if each.name}
        self.rest = w.positional(call)[len(parameters) :]

    def text(self, *names: str) -> str:
        """A text; raises LookupError where it cannot be read."""
        for name in names:
            if name in self.given:
                found = w.text(self.given[name], self.names)
                if found is None:
                    raise LookupError(name)
                return found
        raise LookupError(names[0])

    def texts(self, name: str) -> tuple[str, ...]:
        """Texts; raises LookupError."""
        found = w.texts(self.given.get(name), self.names)
        if found is None:
            raise LookupError(name)
        return found

    @property
    def table(self) -> str:
        """The table, with its schema where it has one."""
        if self.batch is not None:
            if not self.batch:
                raise LookupError("table_name")
            return self.batch
        return self.text(*TABLES)

    def known_table(self) -> str:
        """The table, where it can be read."""
        try:
            return self.table
        except LookupError:
            return ""

    def name(self) -> str:
        """The name of a constraint or an index, which may be None."""
        node = w.resolved(next(iter(self.given.values()), None), self.names)
        return "" if isinstance(node, s.Literal) and node.value is None else self.text("constraint_name", "index_name")


def changed(call: s.Call, name: str, batch: str | None, unit: Unit, names: w.Names) -> list[c.Change]:
    """What an operation changes; a change that is unknown where that cannot be read."""
    place = unit.place(call)
    if name in QUIET:
        return []
    if name not in SIGNATURES:
        return [c.Unknown(place=place, why=f"op.{name} is not known")]
    given = _Given(call, name, batch, unit, names)
    try:
        return OPERATIONS[name](given)
    except LookupError as error:
        why = f"the {error.args[0]} of op.{name} cannot be read"
        return [c.Unknown(place=place, why=why, table=given.known_table(), indexes=name.endswith("_index"))]


def _lax(given: _Given) -> bool:
    return any(w.truth(given.given.get(each), given.names) for each in ("if_exists", "if_not_exists"))


def _create_table(given: _Given) -> list[c.Change]:
    table = Table(given.table, given.place)
    out: list[c.Change] = [c.CreateTable(place=given.place, table=table, lax=_lax(given))]
    table.whole = not w.spread(given.call)
    for each in given.rest:
        node = w.resolved(each, given.names)
        part = part_of(node, table.name, given.unit, given.names) if isinstance(node, s.Call) else None
        if part is None:
            table.whole = False
            continue
        if part.column is not None:
            table.columns[part.column.name.lower()] = part.column
        table.constraints += part.constraints
        for index in part.indexes:
            index.table = table.name
            index.name = index.name or f"ix_{table.name}_{'_'.join(index.columns)}"
            out.append(c.AddIndex(place=index.place, index=index))
    for key in table.primary:
        column = table.column(key)
        if column is not None:
            column.nullable = False
    return out


def _add_column(given: _Given) -> list[c.Change]:
    node = w.resolved(given.given.get("column"), given.names)
    part = column_of(node, given.unit, given.names) if isinstance(node, s.Call) else None
    if part is None or part.column is None:
        raise LookupError("column")
    table = given.table
    out: list[c.Change] = [c.AddColumn(place=given.place, table=table, column=part.column, lax=_lax(given))]
    out += [
        c.AddConstraint(place=given.place, table=table, constraint=constraint, with_column=True)
        for constraint in part.constraints
    ]
    for index in part.indexes:
        index.table, index.name = table, f"ix_{table}_{'_'.join(index.columns)}"
        out.append(c.AddIndex(place=given.place, index=index))
    return out


def _alter_column(given: _Given) -> list[c.Change]:
    table, name = given.table, given.text("column_name")
    kind = given.given.get("type_")
    default = given.given.get("server_default")
    dropped = isinstance(default, s.Literal) and default.value in (None, False)
    change = c.AlterColumn(
        place=given.place,
        table=table,
        column=name,
        kind=kind_of(kind, given.names) if kind is not None else None,
        nullable=w.truth(given.given.get("nullable"), given.names),
        default=None if default is None else "" if dropped else w.text(default, given.names) or "a default",
    )
    before = given.given.get("existing_type")
    if before is not None:
        change.before = kind_of(before, given.names)
    out: list[c.Change] = [change]
    if "new_column_name" in given.given:
        out.append(c.RenameColumn(place=given.place, table=table, column=name, to=given.text("new_column_name")))
    return out


def _create_index(given: _Given) -> list[c.Change]:
    columns = w.items(given.given.get("columns"), given.names)
    if columns is None:
        raise LookupError("columns")
    table = given.table
    index = index_of(columns, given.name(), table, given.call, given.unit, given.names)
    return [c.AddIndex(place=given.place, index=index, lax=_lax(given))] if index is not None else []


def _drop_index(given: _Given) -> list[c.Change]:
    table = given.table if given.batch is not None or "table_name" in given.given else ""
    concurrently = bool(w.truth(given.given.get("postgresql_concurrently"), given.names))
    return [c.DropIndex(place=given.place, name=given.name(), table=table, lax=_lax(given), concurrently=concurrently)]


def _constraint(kind: str) -> Callable[[_Given], list[c.Change]]:
    def made(given: _Given) -> list[c.Change]:
        table, name = given.table, given.name()
        valid = not w.truth(given.given.get("postgresql_not_valid"), given.names)
        if kind == "foreign":
            constraint = Constraint(
                "foreign", given.texts("local_cols"), given.place, name, given.text("referent_table")
            )
            constraint.target = given.texts("remote_cols")
            constraint.on_delete = (w.text(given.given.get("ondelete"), given.names) or "").upper()
        elif kind == "check":
            condition = w.text(given.given.get("condition"), given.names) or ""
            words = frozenset(each.lower() for each in condition.replace("(", " ").replace(")", " ").split())
            constraint = Constraint("check", (), given.place, name, words=words)
        elif kind == "exclude":
            constraint = Constraint("exclude", (), given.place, name)
        else:
            constraint = Constraint(
                "primary" if kind == "primary" else "unique", given.texts("columns"), given.place, name
            )
        constraint.valid = valid
        return [c.AddConstraint(place=given.place, table=table, constraint=constraint)]

    return made


def _drop_constraint(given: _Given) -> list[c.Change]:
    kind = w.text(given.given.get("type_"), given.names) or ""
    kind = {"foreignkey": "foreign"}.get(kind, kind)
    return [c.DropConstraint(place=given.place, table=given.table, name=given.name(), kind=kind)]


OPERATIONS: dict[str, Callable[[_Given], list[c.Change]]] = {
    "create_table": _create_table,
    "drop_table": lambda given: [c.DropTable(place=given.place, table=given.table, lax=_lax(given))],
    "rename_table": lambda given: [
        c.RenameTable(place=given.place, table=given.text("old_table_name"), to=given.text("new_table_name"))
    ],
    "add_column": _add_column,
    "drop_column": lambda given: [
        c.DropColumn(place=given.place, table=given.table, column=given.text("column_name"), lax=_lax(given))
    ],
    "alter_column": _alter_column,
    "create_index": _create_index,
    "drop_index": _drop_index,
    "create_foreign_key": _constraint("foreign"),
    "create_unique_constraint": _constraint("unique"),
    "create_primary_key": _constraint("primary"),
    "create_check_constraint": _constraint("check"),
    "create_exclude_constraint": _constraint("exclude"),
    "drop_constraint": _drop_constraint,
}
