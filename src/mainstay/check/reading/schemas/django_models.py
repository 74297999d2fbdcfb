"""Models of Django as tables."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from mainstay.check import syntax as s
from mainstay.check.reading.schemas import written as w
from mainstay.check.reading.schemas.django_fields import (
    constraint_of,
    field_of,
    index_of,
    is_field,
    is_known,
    together,
)
from mainstay.check.reading.schemas.modelled import Classes, Modelled, Written
from mainstay.check.reading.schemas.state import Column, Constraint, Index, Table

LINKS = ("ManyToManyField",)
ROOTS = ("django.db.models.Model", "models.Model", "django.db.models.base.Model")
HARMLESS = (*ROOTS, "object", "typing.Generic", "Generic", "abc.ABC", "ABC")


def models(classes: Classes, apps: dict[str, str]) -> Iterator[Modelled]:
    """Every model with a table of its own, of apps whose folders are given with their labels."""
    for written in classes.found:
        app = _app(written, apps)
        if app and any(each in ROOTS for each in classes.outside(written)):
            found = _model(written, app, classes)
            if found is not None:
                yield found


def _app(written: Written, apps: dict[str, str]) -> str:
    """The label of the app that a module belongs to: that of the nearest folder with migrations above it."""
    for folder in PurePosixPath(written.unit.source.path).parents:
        if folder.as_posix() in apps:
            return apps[folder.as_posix()]
    return ""


def _meta(written: Written) -> w.Names:
    inner = next((each for each in written.made.node.body if isinstance(each, s.Class) and each.name == "Meta"), None)
    return w.constants(inner.body) if inner is not None else {}


def _model(written: Written, app: str, classes: Classes) -> Modelled | None:
    unit, node = written.unit, written.made.node
    names = {**w.constants(unit.tree.body), **w.constants(node.body)}
    meta = _meta(written)
    if (
        any(w.truth(meta.get(each), names) for each in ("abstract", "proxy"))
        or w.truth(meta.get("managed"), names) is False
    ):
        return None
    app = w.text(meta.get("app_label"), names) or app
    name = w.text(meta.get("db_table"), names) or f"{app}_{node.name}".lower()
    table = Table(name, unit.place(node), model=f"{app}.{node.name}".lower())
    out = Modelled(table, "Model", app=app)
    out.complete = all(each in HARMLESS for each in classes.outside(written))
    fields: dict[str, str] = {}
    for each in classes.line(written):
        if each is not written and not w.truth(_meta(each).get("abstract"), {}) and not _is_mixin(each):
            out.complete = False  # a table of its own, which the other refers to
            continue
        _fields(each, out, fields, app)
    if not table.primary and not any(column.name == "id" for column in table.columns.values()):
        table.columns["id"] = Column("id", "BIGINT", table.place, nullable=False, field="id", known=False)
    inherited = [_meta(each) for each in classes.line(written)] if not meta else [meta]
    for options in inherited[:1] if meta else inherited:
        _options(options, out, fields, written, names)
    return out


def _is_mixin(written: Written) -> bool:
    return not any(is_field(each.value) for each in written.made.node.body if isinstance(each, s.Assign))


def _fields(written: Written, out: Modelled, fields: dict[str, str], app: str) -> None:
    names = {**w.constants(written.unit.tree.body), **w.constants(written.made.node.body)}
    for node in written.made.node.body:
        if not isinstance(node, s.Assign) or not isinstance(node.targets[0], s.Name) or node.value is None:
            continue
        label, call = node.targets[0].id, node.value
        if label in fields or label in out.table.links or not isinstance(call, s.Call):
            continue
        if not is_field(call):
            if w.name_of(call.function)[:1].isupper() and not w.last(call).endswith(("Manager", "QuerySet", "Tracker")):
                out.unread.add(label)
            continue
        made = field_of(label, call, written.unit, names, out.table.name, app)
        if made.column is None:
            if w.last(call) in LINKS:
                out.table.links[label] = written.unit.place(call)
            else:
                out.unread.add(label)
            continue
        if not is_known(call):
            out.complete = False
        fields[label] = made.column.name
        out.table.columns[made.column.name.lower()] = made.column
        out.table.constraints += made.constraints
        for index in made.indexes:
            out.table.indexes[f"#{len(out.table.indexes)}"] = index


def _options(options: w.Names, out: Modelled, fields: dict[str, str], written: Written, names: w.Names) -> None:
    """Constraints and indexes of `class Meta`."""
    table, unit = out.table, written.unit
    for key in ("unique_together", "index_together"):
        found = together(options.get(key), names)
        if found is None:
            out.unread.add("Meta")
        for columns in found or []:
            shown = tuple(fields.get(each, each) for each in columns)
            if key.startswith("unique"):
                table.constraints.append(Constraint("unique", shown, table.place))
            else:
                index = Index("", table.name, shown, table.place, descending=(False,) * len(shown))
                table.indexes[f"#{len(table.indexes)}"] = index
    for key in ("indexes", "constraints"):
        listed = w.items(options.get(key), names) if key in options else []
        if listed is None:
            out.unread.add("Meta")
        for each in listed or []:
            call = w.resolved(each, names)
            if not isinstance(call, s.Call):
                out.unread.add("Meta")
                continue
            made = index_of(call, table.name, fields, unit, names) if key == "indexes" else None
            other = constraint_of(call, fields, unit, names) if key == "constraints" else None
            if isinstance(other, Index):
                made, other = other, None
            if made is not None:
                table.indexes[made.name.lower() or f"#{len(table.indexes)}"] = made
            elif isinstance(other, Constraint):
                table.constraints.append(other)
            else:
                out.unread.add("Meta")
