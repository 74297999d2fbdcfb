"""Columns and constraints as SQLAlchemy writes them, in models and in migrations of Alembic."""

from __future__ import annotations

import re

from mainstay.check import syntax as s
from mainstay.check.flow.value import Unit
from mainstay.check.reading.schemas import written as w
from mainstay.check.reading.schemas.declared import VOLATILE, Declared
from mainstay.check.reading.schemas.state import Column, Constraint, Index

KINDS = {
    "String": "VARCHAR", "Unicode": "VARCHAR", "AutoString": "VARCHAR", "Text": "TEXT", "UnicodeText": "TEXT",
    "Integer": "INT", "BigInteger": "BIGINT", "SmallInteger": "SMALLINT", "Float": "DOUBLE", "Double": "DOUBLE",
    "Numeric": "NUMERIC", "Boolean": "BOOLEAN", "Date": "DATE", "Time": "TIME", "DateTime": "TIMESTAMP",
    "LargeBinary": "BYTEA", "Uuid": "UUID", "Enum": "ENUM", "DOUBLE_PRECISION": "DOUBLE", "Interval": "INTERVAL",
    "INTEGER": "INT", "DATETIME": "TIMESTAMP", "DECIMAL": "NUMERIC",
}  # fmt: skip
"""Types of SQLAlchemy by the names that DDL has for them."""
ANNOTATED = {
    "str": "VARCHAR", "int": "INT", "float": "DOUBLE", "bool": "BOOLEAN", "datetime": "TIMESTAMP", "date": "DATE",
    "Decimal": "NUMERIC", "UUID": "UUID", "bytes": "BYTEA", "time": "TIME",
}  # fmt: skip
WORD = re.compile(r"[A-Za-z_]\w*")


def kind_of(node: s.Node | None, names: w.Names) -> str:
    """The type that an expression is; empty where that cannot be said."""
    node = w.resolved(node, names)
    if isinstance(node, s.Call) and isinstance(node.function, s.Member) and node.function.name == "with_variant":
        return kind_of(node.function.object, names)
    call = node if isinstance(node, s.Call) else None
    name = w.last(call) if call is not None else w.name_of(node)
    if name == "ARRAY" and call is not None and call.arguments:
        return kind_of(call.arguments[0].value, names) + "[]"
    kind = KINDS.get(name, name.upper())
    if call is None:
        return kind
    if kind == "TIMESTAMP" and w.truth(w.keyword(call, "timezone"), names):
        return "TIMESTAMPTZ"
    if kind == "ENUM" and w.truth(w.keyword(call, "native_enum"), names) is False:
        checks = w.truth(w.keyword(call, "create_constraint"), names)
        return "ENUM" if checks else "VARCHAR"
    if kind in ("VARCHAR", "NUMERIC", "CHAR"):
        sizes = [
            w.resolved(each.value, names)
            for each in call.arguments
            if each.name in (None, "length", "precision", "scale")
        ]
        shown = [str(each.value) for each in sizes if isinstance(each, s.Literal) and isinstance(each.value, int)]
        return kind + (f"({','.join(shown)})" if shown else "")
    return kind


def column_of(
    call: s.Call, unit: Unit, names: w.Names, *, attribute: str = "", annotation: s.Node | None = None
) -> Declared | None:
    """A column of `Column(..)` or `mapped_column(..)`; None where its name cannot be read."""
    given = w.positional(call)
    name = attribute
    first = w.text(given[0], names) if given else None
    if first is not None:
        name, given = first, given[1:]
    elif w.keyword(call, "name") is not None:
        name = w.text(w.keyword(call, "name"), names) or ""
    if not name:
        return None
    place = unit.place(call)
    made = Column(name, "", place, field=attribute or name)
    out = Declared(made)
    made.known = not w.spread(call)
    typed = w.keyword(call, "type_")
    for each in given:
        inner = w.resolved(each, names)
        called = w.last(inner) if isinstance(inner, s.Call) else ""
        if isinstance(inner, s.Call) and called == "ForeignKey":
            out.constraints.append(_foreign_key(inner, (name,), unit, names))
        elif isinstance(inner, s.Call) and called in ("Identity", "Sequence", "Computed", "FetchedValue"):
            made.default, made.generated = "generated", called == "Computed"
        elif called == "CheckConstraint" and isinstance(inner, s.Call):
            out.constraints.append(_check(inner, unit, names))
        elif typed is None:
            typed = each
    made.kind = kind_of(typed, names) if typed is not None else annotated(annotation)
    _flags(call, made, out, annotation, unit, names)
    return out


def annotated(annotation: s.Node | None) -> str:
    """The type that `Mapped[..]` says."""
    for each in s.walk(annotation) if annotation is not None else ():
        kind = ANNOTATED.get(w.name_of(each))
        if kind is not None:
            return kind
    return ""


def optional(annotation: s.Node | None) -> bool:
    """Whether an annotation allows None."""
    return annotation is not None and any(
        w.name_of(each) == "Optional"
        or (
            isinstance(each, s.Literal)
            and (each.value is None or "None" in str(each.value) or "Optional" in str(each.value))
        )
        for each in s.walk(annotation)
    )


def _flags(call: s.Call, made: Column, out: Declared, annotation: s.Node | None, unit: Unit, names: w.Names) -> None:
    place, name = made.place, made.name
    primary = w.truth(w.keyword(call, "primary_key"), names)
    nullable = w.truth(w.keyword(call, "nullable"), names)
    if w.keyword(call, "nullable") is not None and nullable is None:
        made.known = False
    if nullable is None:
        nullable = optional(annotation) if annotation is not None else True
    made.nullable = nullable and not primary
    if primary:
        out.constraints.append(Constraint("primary", (name,), place))
    if w.truth(w.keyword(call, "index"), names):
        unique = bool(w.truth(w.keyword(call, "unique"), names))
        out.indexes.append(Index("", "", (name,), place, unique=unique))
    elif w.truth(w.keyword(call, "unique"), names):
        out.constraints.append(Constraint("unique", (name,), place))
    default = w.keyword(call, "server_default")
    if default is not None and not (isinstance(default, s.Literal) and default.value is None):
        made.default = w.text(default, names) or "a default"
        made.volatile = VOLATILE.search(made.default) is not None


def _foreign_key(call: s.Call, columns: tuple[str, ...], unit: Unit, names: w.Names) -> Constraint:
    """`ForeignKey("users.id", ondelete=..)`, or of a column of a class."""
    given = w.positional(call)
    target = w.text(given[0], names) if given else None
    if target is None and given:
        target = s.dotted(given[0])
    table, _, column = (target or "").rpartition(".")
    made = Constraint("foreign", columns, unit.place(call), references=table, target=(column,))
    made.on_delete = (w.text(w.keyword(call, "ondelete"), names) or "").upper()
    made.name = w.text(w.keyword(call, "name"), names) or ""
    return made


def _check(call: s.Call, unit: Unit, names: w.Names) -> Constraint:
    given = w.positional(call)
    said = {word.lower() for node in given for each in s.walk(node) for word in _words(each, names)}
    name = w.text(w.keyword(call, "name"), names) or ""
    return Constraint("check", (), unit.place(call), name, words=frozenset(said))


def _words(node: s.Node, names: w.Names) -> list[str]:
    found = w.text(node, names)
    return WORD.findall(found) if found is not None else [w.name_of(node)]


def part_of(call: s.Call, table: str, unit: Unit, names: w.Names) -> Declared | None:
    """A column, constraint or index among the arguments of a table; None where it cannot be read."""
    kind, place = w.last(call), unit.place(call)
    name = w.text(w.keyword(call, "name"), names) or ""
    if kind in ("Column", "mapped_column"):
        return column_of(call, unit, names)
    if kind in ("PrimaryKeyConstraint", "UniqueConstraint"):
        columns = [w.text(each, names) or w.name_of(each) for each in w.positional(call)]
        made = Constraint("primary" if kind.startswith("P") else "unique", tuple(columns), place, name)
        return Declared(constraints=[made]) if all(columns) and not w.spread(call) else None
    if kind == "ForeignKeyConstraint":
        return _foreign_keys(call, unit, names, name)
    if kind == "CheckConstraint":
        check = _check(call, unit, names)
        check.name = name
        return Declared(constraints=[check])
    if kind == "Index":
        given = w.positional(call)
        made_index = index_of(given[1:], w.text(given[0], names) or "", table, call, unit, names) if given else None
        return Declared(indexes=[made_index]) if made_index is not None else None
    if kind == "ExcludeConstraint":
        return Declared(constraints=[Constraint("exclude", (), place, name)])
    return Declared() if kind in ("Comment", "Sequence") else None


def _foreign_keys(call: s.Call, unit: Unit, names: w.Names, name: str) -> Declared | None:
    given = w.positional(call)
    columns = w.texts(given[0] if given else w.keyword(call, "columns"), names)
    targets = w.texts(given[1] if len(given) > 1 else w.keyword(call, "refcolumns"), names)
    if columns is None or not targets:
        return None
    table = targets[0].rpartition(".")[0]
    made = Constraint("foreign", columns, unit.place(call), name, references=table)
    made.target = tuple(each.rpartition(".")[2] for each in targets)
    made.on_delete = (w.text(w.keyword(call, "ondelete"), names) or "").upper()
    return Declared(constraints=[made])


def index_of(columns: list[s.Node], name: str, table: str, call: s.Call, unit: Unit, names: w.Names) -> Index | None:
    """An index on columns that may be expressions."""
    shown, plain, descending = [], True, []
    for each in columns:
        found = w.text(each, names)
        down = isinstance(each, s.Call) and w.last(each) in ("desc", "asc") and isinstance(each.function, s.Member)
        if found is None and down and isinstance(each, s.Call) and isinstance(each.function, s.Member):
            found = w.text(each.function.object, names) or w.name_of(each.function.object)
            descending.append(each.function.name == "desc")
        else:
            descending.append(bool(found and found.lower().endswith(" desc")))
        if found is None:
            found = w.name_of(each) if isinstance(each, s.Name | s.Member) else ""
        if isinstance(each, s.Call) and w.last(each) in ("text", "literal_column", "lower", "func", "cast", "coalesce"):
            bare = re.fullmatch(r"\w+(\s+(desc|asc))?", found or "", re.IGNORECASE)
            plain = plain and bare is not None and w.last(each) == "text"
        shown.append(re.sub(r"\s+(desc|asc)$", "", found, flags=re.IGNORECASE) if found else "an expression")
        plain = plain and bool(found)
    where = w.keyword(call, "postgresql_where", "sqlite_where")
    method = w.text(w.keyword(call, "postgresql_using"), names) or ""
    return Index(
        name,
        table,
        tuple(shown),
        unit.place(call),
        unique=bool(w.truth(w.keyword(call, "unique"), names)),
        where=(w.text(where, names) or "a condition") if where is not None else "",
        method=method,
        plain=plain and method in ("", "btree") and w.keyword(call, "postgresql_ops") is None,
        descending=tuple(descending),
        concurrently=bool(w.truth(w.keyword(call, "postgresql_concurrently"), names)),
    )
