"""Models of SQLAlchemy, SQLModel and Flask-SQLAlchemy as tables."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.reading.schemas import written as w
from mainstay.check.reading.schemas.declared import Declared
from mainstay.check.reading.schemas.modelled import Classes, Modelled, Written
from mainstay.check.reading.schemas.sqlalchemy_columns import annotated, column_of, part_of
from mainstay.check.reading.schemas.state import Table

COLUMNS = ("Column", "mapped_column", "Field")
NONE = (
    "relationship",
    "Relationship",
    "synonym",
    "association_proxy",
    "column_property",
    "composite",
    "deferred",
    "backref",
)
HARMLESS = re.compile(
    r"(^|\.)(DeclarativeBase|DeclarativeBaseNoMeta|MappedAsDataclass|AsyncAttrs|Generic|ABC|Protocol|object|SQLModel"
    r"|declarative_base(\(\))?|Base|Model|Enum)$"
)
"""Classes from outside that bring no columns."""
CONFIGURES = ("metadata", "registry", "model_config", "type_annotation_map", "query_class")
OTHER = ("ClassVar", "WriteOnlyMapped", "DynamicMapped", "AssociationProxy", "InitVar", "list", "List", "set", "dict")
"""Annotations of what is no column."""


def models(classes: Classes) -> Iterator[Modelled]:
    """Every model that has a table of its own."""
    for written in classes.found:
        name = _table_name(written, classes)
        if name:
            yield _model(written, name, classes)


def _table_name(written: Written, classes: Classes) -> str:
    """The table of a model; empty where it has none, or one that cannot be read."""
    own = w.constants(written.made.node.body)
    names = {**w.constants(written.unit.tree.body), **own}
    if "__tablename__" in own:
        return w.text(own["__tablename__"], names) or ""
    if w.truth(own.get("__abstract__"), {}) or "__table__" in own:
        return ""
    outside = classes.outside(written)
    if any(each.endswith(("db.Model", "SQLAlchemy.Model")) for each in outside) and _has_columns(written):
        return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", written.made.node.name).lower()
    if _keyword(written, "table"):
        return written.made.node.name.lower()
    return ""


def _keyword(written: Written, name: str) -> bool:
    """Whether a class is declared with `table=True`, as SQLModel's are."""
    line = written.unit.source.lines[max(written.made.node.line - 1, 0)]
    return re.search(rf"\b{name}\s*=\s*True\b", line) is not None


def _has_columns(written: Written) -> bool:
    return any(
        isinstance(each, s.Assign) and isinstance(each.value, s.Call) and w.last(each.value) in COLUMNS
        for each in written.made.node.body
    )


def _model(written: Written, name: str, classes: Classes) -> Modelled:
    unit = written.unit
    names = {**w.constants(unit.tree.body), **w.constants(written.made.node.body)}
    table = Table(name, unit.place(written.made.node), model=written.made.node.name)
    line = list(classes.line(written))
    outside = classes.outside(written)
    out = Modelled(table, line[-1].made.node.name if len(line) > 1 else " ".join(outside))
    out.complete = all(HARMLESS.search(each) for each in outside)
    for each in line:
        _columns(each, out, {**w.constants(each.unit.tree.body), **w.constants(each.made.node.body)})
    inherited = any(own is not written and _table_name(own, classes) for own in line)
    arguments = names.get("__table_args__")
    if arguments is not None:
        _arguments(arguments, out, written, names)
    elif any(
        isinstance(each, s.Function) and each.name == "__table_args__" for own in line for each in own.made.node.body
    ):
        out.unread.add("__table_args__")
    if inherited or "__mapper_args__" in names:
        out.complete = False
    for constraint in table.constraints:
        if constraint.kind == "primary":
            for key in constraint.columns:
                if (column := table.column(key)) is not None:
                    column.nullable = False
    return out


def _columns(written: Written, out: Modelled, names: w.Names) -> None:
    seen = {each.field for each in out.table.columns.values()} | out.unread
    for node in written.made.node.body:
        attribute, value, annotation = _attribute(node)
        if not attribute or attribute.startswith("__") or attribute in seen or attribute in CONFIGURES:
            continue
        if isinstance(value, s.Call) and w.last(value) in COLUMNS:
            found = column_of(value, written.unit, names, attribute=attribute, annotation=annotation)
            _put(found, attribute, out)
        elif value is None and annotated(annotation) and not _other(annotation):
            bare = s.Call(node.line, s.Name(node.line, "mapped_column"), [])
            found = column_of(bare, written.unit, names, attribute=attribute, annotation=annotation)
            _put(found, attribute, out)
        elif not _is_no_column(value, annotation):
            out.unread.add(attribute)


def _is_no_column(value: s.Node | None, annotation: s.Node | None) -> bool:
    """Whether an attribute is surely no column: a constant, or a relation to another model."""
    if isinstance(value, s.Call):
        return w.last(value) in NONE
    return _other(annotation) or isinstance(value, s.Literal | s.Sequence | s.Mapping)


def _other(annotation: s.Node | None) -> bool:
    return annotation is not None and any(w.name_of(each) in OTHER for each in s.walk(annotation))


def _attribute(node: s.Node) -> tuple[str, s.Node | None, s.Node | None]:
    """The name, the value and the annotation of what a class declares."""
    if isinstance(node, s.Assign) and isinstance(node.targets[0], s.Name):
        return node.targets[0].id, node.value, node.annotation
    if isinstance(node, s.Function) and any("declared_attr" in s.dotted(each) for each in node.decorators):
        returned = next((each.value for each in reversed(node.body) if isinstance(each, s.Return)), None)
        return node.name, returned or s.Other(node.line, []), None
    return "", None, None


def _put(found: Declared | None, attribute: str, out: Modelled) -> None:
    if found is None or found.column is None:
        out.unread.add(attribute)
        return
    out.table.columns[found.column.name.lower()] = found.column
    out.table.constraints += found.constraints
    for index in found.indexes:
        index.table = out.table.name
        out.table.indexes[f"#{len(out.table.indexes)}"] = index


def _arguments(node: s.Node, out: Modelled, written: Written, names: w.Names) -> None:
    """`__table_args__`: constraints and indexes, and options at the end."""
    listed = w.items(node, names)
    if listed is None:
        if not isinstance(w.resolved(node, names), s.Mapping):
            out.unread.add("__table_args__")
        return
    for each in listed:
        inner = w.resolved(each, names)
        if isinstance(inner, s.Call):
            part = part_of(inner, out.table.name, written.unit, names)
            if part is None:
                out.unread.add("__table_args__")
                continue
            columns = {column.field: column.name for column in out.table.columns.values()}
            for constraint in part.constraints:
                constraint.columns = tuple(columns.get(name, name) for name in constraint.columns)
                out.table.constraints.append(constraint)
            for index in part.indexes:
                index.columns = tuple(columns.get(name, name) for name in index.columns)
                out.table.indexes[index.name.lower() or f"#{len(out.table.indexes)}"] = index
