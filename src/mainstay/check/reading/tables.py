"""Tables, indexes and triggers of DDL, read with sqlglot; migrations of Alembic and Django."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Iterator

import sqlglot
from sqlglot import exp

from mainstay.check import syntax as s
from mainstay.check.facts import Column, Index, Migration, Table
from mainstay.check.flow.value import Unit
from mainstay.check.reading.reader import last
from mainstay.check.source import Source

CREATES = re.compile(r"^\s*(create|alter)\b", re.IGNORECASE)
TRIGGER = re.compile(
    r"create\s+(?:or\s+replace\s+)?(?:constraint\s+)?trigger\b.*?\bon\s+[\"`]?(\w+)", re.IGNORECASE | re.DOTALL
)
COMMENT = re.compile(r"--[^\n]*")
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)


def read(source: Source) -> Iterator[Table | Index]:
    """The tables and indexes that a text of SQL declares."""
    triggers = {each.lower() for each in TRIGGER.findall(source.text)}
    for text, line in statements(source.text):
        if not CREATES.match(text):
            continue
        try:
            tree = sqlglot.parse_one(text, read="postgres")
        except (sqlglot.errors.SqlglotError, RecursionError):
            continue
        if isinstance(tree, exp.Create) and tree.kind == "TABLE" and isinstance(tree.this, exp.Schema):
            yield _table(tree, text, line, source, triggers)
        elif isinstance(tree, exp.Create) and tree.kind == "INDEX":
            found = _index(tree, text, line, source)
            if found is not None:
                yield found


def statements(text: str) -> Iterator[tuple[str, int]]:
    """Statements with the line at which each begins."""
    line, begin, start = 1, 1, 0
    quote = ""
    bare = COMMENT.sub(lambda found: " " * len(found.group(0)), text)
    for position, letter in enumerate(bare):
        if letter == "\n":
            line += 1
        if quote:
            if letter == quote:
                quote = ""
        elif letter in "'\"":
            quote = letter
        elif letter == ";":
            part = bare[start:position]
            yield part.strip(), begin + part[: len(part) - len(part.lstrip())].count("\n")
            start, begin = position + 1, line
    part = bare[start:]
    if part.strip():
        yield part.strip(), begin + part[: len(part) - len(part.lstrip())].count("\n")


def _table(tree: exp.Create, text: str, line: int, source: Source, triggers: set[str]) -> Table:
    name = tree.this.this.name
    columns, primary, uniques = [], [], []
    for each in tree.this.expressions:
        if isinstance(each, exp.ColumnDef):
            columns.append(_column(each, text, line, source))
        elif isinstance(each, exp.PrimaryKey):
            primary = [part.name for part in each.expressions]
        elif isinstance(each, exp.UniqueColumnConstraint | exp.Constraint):
            inner = each.find(exp.UniqueColumnConstraint)
            if inner is not None:
                uniques.append(tuple(part.name for part in inner.find_all(exp.Identifier)))
    checks = {
        part.name
        for each in tree.this.expressions
        for check in each.find_all(exp.CheckColumnConstraint)
        for part in check.find_all(exp.Column)
    }
    columns = [
        Column(**{**{slot: getattr(each, slot) for slot in _SLOTS}, "checked": each.checked or each.name in checks})
        for each in columns
    ]
    return Table(
        place=source.place(line, line + text.count("\n")),
        name=name,
        columns=tuple(columns),
        primary=tuple(primary),
        uniques=tuple(uniques),
        triggers=name.lower() in triggers,
    )


_SLOTS = (
    "place",
    "function",
    "name",
    "kind",
    "nullable",
    "unique",
    "primary",
    "checked",
    "default",
    "references",
    "on_delete",
    "case_insensitive",
)


def _column(node: exp.ColumnDef, text: str, line: int, source: Source) -> Column:
    constraints = [each.kind for each in node.args.get("constraints", [])]
    kind = node.args["kind"].sql("postgres").upper() if node.args.get("kind") is not None else ""
    reference = next((each for each in constraints if isinstance(each, exp.Reference)), None)
    options = " ".join(str(each) for each in reference.args.get("options", [])).upper() if reference is not None else ""
    default = next((each.this.sql() for each in constraints if isinstance(each, exp.DefaultColumnConstraint)), "")
    on_delete = "CASCADE" if "ON DELETE CASCADE" in options else options.partition("ON DELETE ")[2]
    where = re.search(rf"^\s*[\"`]?{re.escape(node.name)}\b", text, re.MULTILINE)
    number = line + (text[: where.end()].count("\n") if where else 0)
    return Column(
        place=source.place(number),
        name=node.name,
        kind=kind,
        nullable=not any(
            isinstance(each, exp.NotNullColumnConstraint | exp.PrimaryKeyColumnConstraint) for each in constraints
        ),
        unique=any(isinstance(each, exp.UniqueColumnConstraint) for each in constraints),
        primary=any(isinstance(each, exp.PrimaryKeyColumnConstraint) for each in constraints),
        checked=any(isinstance(each, exp.CheckColumnConstraint) for each in constraints),
        default=default,
        references=reference.this.this.name
        if reference is not None and reference.this is not None and reference.this.this
        else "",
        on_delete=on_delete,
        case_insensitive=kind == "CITEXT" or "COLLATE" in node.sql().upper(),
    )


def _index(tree: exp.Create, text: str, line: int, source: Source) -> Index | None:
    found = tree.find(exp.Index)
    if found is None:
        return None
    table = found.args.get("table")
    params = found.args.get("params")
    listed = params.args.get("columns") or [] if params is not None else []
    where = params.args.get("where") if params is not None else None
    params.args.get("include") or [] if params is not None else []
    return Index(
        place=source.place(line),
        name=found.name,
        table=table.name if table is not None else "",
        columns=tuple(each.find(exp.Identifier).name if each.find(exp.Identifier) else each.sql() for each in listed),
        unique=bool(tree.args.get("unique")),
        where=where.this.sql() if where is not None else "",
        where_columns=_constant_columns(where),
        concurrently="CONCURRENTLY" in text.upper(),
    )


def _constant_columns(where: exp.Expression | None) -> frozenset[str]:
    """Columns that a predicate makes constant: `status = 'pending'`."""
    if where is None:
        return frozenset()
    return frozenset(
        each.this.name
        for each in where.find_all(exp.EQ)
        if isinstance(each.this, exp.Column) and isinstance(each.expression, exp.Literal)
    )


def migrations(units: Iterable[Unit]) -> Iterator[Migration]:
    """Migrations of Alembic, and of Django."""
    for unit in units:
        functions = {each.name: each for each in unit.tree.body if isinstance(each, s.Function)}
        if "upgrade" in functions and any(
            s.dotted(each).startswith("op.") for each in s.walk(*functions["upgrade"].body)
        ):
            names = {
                each.targets[0].id
                for each in unit.tree.body
                if isinstance(each, s.Assign) and isinstance(each.targets[0], s.Name)
            }
            back = functions.get("downgrade")
            drops = [
                each
                for each in s.walk(*(back.body if back else []))
                if isinstance(each, s.Call) and last(s.dotted(each.function)) in ("drop_table", "drop_column")
            ]
            [
                each
                for each in s.walk(*functions["upgrade"].body)
                if isinstance(each, s.Call) and s.dotted(each.function) == "op.create_table"
            ]
            yield Migration(
                place=unit.place(functions["upgrade"]),
                named={"revision", "down_revision"} <= names,
                loses=tuple(_text(each.arguments[0].value) for each in drops if each.arguments),
                loses_at=unit.place(drops[0]) if drops else None,
            )


def _text(node: s.Node) -> str:
    return str(node.value) if isinstance(node, s.Literal) else ""
