"""What one operation of a migration of Django changes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field

from mainstay.check import syntax as s
from mainstay.check.flow.value import Unit
from mainstay.check.languages.unreadable import Unreadable
from mainstay.check.reading.schemas import changes as c, written as w
from mainstay.check.reading.schemas.ddl import changes_of
from mainstay.check.reading.schemas.django_fields import (
    constraint_of,
    field_of,
    index_of,
    together,
)
from mainstay.check.reading.schemas.state import Constraint, Index, Table
from mainstay.check.source import Source

DDL = re.compile(r"\s*(alter|create|drop|rename)\b", re.IGNORECASE)
QUIET = (
    "AlterModelOptions", "AlterModelManagers", "AlterModelTableComment", "CreateExtension", "CreateCollation",
    "RemoveCollation", "BtreeGinExtension", "BtreeGistExtension", "CITextExtension", "HStoreExtension",
    "TrigramExtension", "UnaccentExtension", "BloomExtension", "CryptoExtension", "BloomIndex",
)  # fmt: skip


@dataclass(slots=True)
class Model:
    """A model as the migrations so far have left it: its table, and the column of each field."""

    table: str
    own_table: bool = False
    columns: dict[str, str] = field(default_factory=dict)
    links: set[str] = field(default_factory=set)
    real: bool = True


@dataclass(slots=True)
class Models:
    """The models of an app, by their names in small letters."""

    app: str
    models: dict[str, Model] = field(default_factory=dict)


class _Given:
    """The arguments of an operation."""

    def __init__(self, call: s.Call, unit: Unit, names: w.Names, models: Models) -> None:
        self.call, self.unit, self.names, self.models = call, unit, names, models
        self.place = unit.place(call)

    def node(self, position: int, *names: str) -> s.Node:
        """An argument; raises LookupError where it is not given."""
        found = w.keyword(self.call, *names)
        given = w.positional(self.call)
        if found is None and position < len(given):
            found = given[position]
        resolved = w.resolved(found, self.names)
        if resolved is None:
            raise LookupError(names[0])
        return resolved

    def text(self, position: int, *names: str) -> str:
        """A text; raises LookupError."""
        found = w.text(self.node(position, *names), self.names)
        if found is None:
            raise LookupError(names[0])
        return found

    def call_at(self, position: int, *names: str) -> s.Call:
        """A call; raises LookupError."""
        found = self.node(position, *names)
        if not isinstance(found, s.Call):
            raise LookupError(names[0])
        return found

    def model(self, *names: str) -> Model:
        """The model that is changed; raises LookupError where nothing made it."""
        name = self.text(0, *(names or ("model_name",)))
        found = self.models.models.get(name.lower())
        if found is None:
            raise LookupError(f"model {name}")
        return found


def changed(call: s.Call, unit: Unit, names: w.Names, models: Models) -> list[c.Change]:
    """What an operation changes; a change that is unknown where that cannot be read."""
    name = w.last(call)
    if name in QUIET:
        return []
    if name not in OPERATIONS:
        return [c.Unknown(place=unit.place(call), why=f"the operation {name} is not known")]
    try:
        return OPERATIONS[name](_Given(call, unit, names, models))
    except LookupError as error:
        return [c.Unknown(place=unit.place(call), why=f"the {error.args[0]} of {name} cannot be read")]


def _create_model(given: _Given) -> list[c.Change]:
    name = given.text(0, "name")
    options = _options(given)
    own = w.text(options.get("db_table"), given.names)
    model = Model(own or f"{given.models.app}_{name}".lower(), own is not None)
    given.models.models[name.lower()] = model
    model.real = (
        not w.truth(options.get("proxy"), given.names) and w.truth(options.get("managed"), given.names) is not False
    )
    table = Table(model.table, given.place, model=f"{given.models.app}.{name}".lower())
    out: list[c.Change] = [c.CreateTable(place=given.place, table=table)]
    for pair in w.items(given.node(1, "fields"), given.names) or []:
        parts = w.items(pair, given.names) or []
        label = w.text(parts[0], given.names) if len(parts) == 2 else None
        call = w.resolved(parts[1], given.names) if len(parts) == 2 else None
        if label is None or not isinstance(call, s.Call):
            table.whole = False
            continue
        out += _field(label, call, model, table, given)
    out += _meta(options, model, table, given)
    return out if model.real else []


def _options(given: _Given) -> dict[str, s.Node]:
    node = w.resolved(w.keyword(given.call, "options"), given.names)
    if not isinstance(node, s.Mapping):
        return {}
    return {w.text(each.key, given.names) or "": each.value for each in node.pairs}


def _field(label: str, call: s.Call, model: Model, table: Table, given: _Given) -> list[c.Change]:
    """Puts a field into a table that is being made."""
    made = field_of(label, call, given.unit, given.names, model.table, given.models.app)
    if made.column is None:
        if w.last(call) != "GenericForeignKey":
            table.links[label] = given.unit.place(call)
            model.links.add(label)
        return []
    model.columns[label] = made.column.name
    table.columns[made.column.name.lower()] = made.column
    table.constraints += made.constraints
    return [c.AddIndex(place=index.place, index=index) for index in made.indexes]


def _meta(options: dict[str, s.Node], model: Model, table: Table, given: _Given) -> list[c.Change]:
    out: list[c.Change] = []
    for key in ("unique_together", "index_together"):
        for columns in together(options.get(key), given.names) or []:
            shown = tuple(model.columns.get(each, each) for each in columns)
            if key.startswith("unique"):
                table.constraints.append(Constraint("unique", shown, given.place))
            else:
                out.append(c.AddIndex(place=given.place, index=_plain(shown, table.name, given)))
    for each in w.items(options.get("indexes"), given.names) or []:
        index = None
        if isinstance(each, s.Call):
            index = index_of(each, table.name, model.columns, given.unit, given.names)
        if index is not None:
            out.append(c.AddIndex(place=index.place, index=index))
    for each in w.items(options.get("constraints"), given.names) or []:
        made = constraint_of(each, model.columns, given.unit, given.names) if isinstance(each, s.Call) else None
        if isinstance(made, Index):
            made.table = table.name
            out.append(c.AddIndex(place=made.place, index=made))
        elif made is not None:
            table.constraints.append(made)
    return out


def _plain(columns: tuple[str, ...], table: str, given: _Given) -> Index:
    return Index("", table, columns, given.place, descending=(False,) * len(columns))


def _add_field(given: _Given) -> list[c.Change]:
    model, label, call = given.model(), given.text(1, "name"), given.call_at(2, "field")
    made = field_of(label, call, given.unit, given.names, model.table, given.models.app)
    if made.column is None:
        model.links.add(label)
        return [c.AddLink(place=given.place, table=model.table, field=label)] if model.real else []
    model.columns[label] = made.column.name
    if not model.real:
        return []
    out: list[c.Change] = [c.AddColumn(place=given.place, table=model.table, column=made.column)]
    out += [
        c.AddConstraint(place=given.place, table=model.table, constraint=each, with_column=True)
        for each in made.constraints
    ]
    out += [c.AddIndex(place=given.place, index=index, done=False) for index in made.indexes]
    return out


def _remove_field(given: _Given) -> list[c.Change]:
    model, label = given.model(), given.text(1, "name")
    if label in model.links:
        model.links.discard(label)
        return [c.DropLink(place=given.place, table=model.table, field=label)] if model.real else []
    column = model.columns.pop(label, label)
    return [c.DropColumn(place=given.place, table=model.table, column=column)] if model.real else []


def _alter_field(given: _Given) -> list[c.Change]:
    model, label, call = given.model(), given.text(1, "name"), given.call_at(2, "field")
    made = field_of(label, call, given.unit, given.names, model.table, given.models.app)
    before = model.columns.get(label, label)
    if not model.real:
        return []
    if made.column is None:
        return [] if label in model.links else [c.Unknown(place=given.place, why=f"{label} becomes {w.last(call)}")]
    model.columns[label] = made.column.name
    names = tuple(dict.fromkeys((before, made.column.name)))
    out: list[c.Change] = [
        c.AlterColumn(
            place=given.place, table=model.table, column=before, kind=made.column.kind or None,
            nullable=made.column.nullable, whole=made.column,
        )
    ]  # fmt: skip
    out.append(c.RedeclareColumn(place=given.place, table=model.table, names=names, declared=made))
    return out


def _rename_field(given: _Given) -> list[c.Change]:
    model, before, to = given.model(), given.text(1, "old_name"), given.text(2, "new_name")
    if before in model.links:
        model.links ^= {before, to}
        return [
            c.DropLink(place=given.place, table=model.table, field=before),
            c.AddLink(place=given.place, table=model.table, field=to),
        ]
    column = model.columns.pop(before, before)
    new = column
    if column == before:
        new = to
    elif column == f"{before}_id":
        new = f"{to}_id"
    model.columns[to] = new
    if not model.real:
        return []
    return [c.RenameColumn(place=given.place, table=model.table, column=column, to=new, field=to, done=column != new)]


def _rename_model(given: _Given) -> list[c.Change]:
    before, to = given.text(0, "old_name"), given.text(1, "new_name")
    model = given.models.models.pop(before.lower(), None)
    if model is None:
        raise LookupError(f"model {before}")
    given.models.models[to.lower()] = model
    old, label = model.table, f"{given.models.app}.{to}".lower()
    if not model.own_table:
        model.table = f"{given.models.app}_{to}".lower()
    if not model.real:
        return []
    return [c.RenameTable(place=given.place, table=old, to=model.table, model=label, done=old != model.table)]


def _delete_model(given: _Given) -> list[c.Change]:
    model = given.model("name")
    given.models.models.pop(given.text(0, "name").lower())
    return [c.DropTable(place=given.place, table=model.table)] if model.real else []


def _alter_table(given: _Given) -> list[c.Change]:
    model, name = given.model("name"), given.text(0, "name")
    own = w.text(given.node(1, "table"), given.names)
    to = own or f"{given.models.app}_{name}".lower()
    before, model.table, model.own_table = model.table, to, own is not None
    return [c.RenameTable(place=given.place, table=before, to=to)] if before != to and model.real else []


def _alter_together(kind: str) -> Callable[[_Given], list[c.Change]]:
    def made(given: _Given) -> list[c.Change]:
        model = given.model("name")
        found = together(given.node(1, f"{kind}_together"), given.names)
        if found is None:
            raise LookupError(f"{kind}_together")
        columns = [tuple(model.columns.get(each, each) for each in one) for one in found]
        return [c.Together(place=given.place, table=model.table, kind=kind, columns=columns)] if model.real else []

    return made


def _add_index(concurrently: bool) -> Callable[[_Given], list[c.Change]]:
    def made(given: _Given) -> list[c.Change]:
        model = given.model()
        index = index_of(given.call_at(1, "index"), model.table, model.columns, given.unit, given.names)
        if index is None:
            raise LookupError("index")
        index.concurrently = concurrently
        return [c.AddIndex(place=given.place, index=index)] if model.real else []

    return made


def _remove_index(concurrently: bool) -> Callable[[_Given], list[c.Change]]:
    def made(given: _Given) -> list[c.Change]:
        model, name = given.model(), given.text(1, "name")
        if not model.real:
            return []
        return [c.DropIndex(place=given.place, name=name, table=model.table, concurrently=concurrently, lax=True)]

    return made


def _rename_index(given: _Given) -> list[c.Change]:
    model, to = given.model(), given.text(1, "new_name")
    old = w.keyword(given.call, "old_name")
    if old is not None:
        return [c.RenameIndex(place=given.place, name=given.text(9, "old_name"), to=to)]
    fields = w.texts(w.keyword(given.call, "old_fields"), given.names) or ()
    columns = tuple(model.columns.get(each, each) for each in fields)
    return [c.NameIndex(place=given.place, table=model.table, columns=columns, to=to)]


def _add_constraint(valid: bool) -> Callable[[_Given], list[c.Change]]:
    def made(given: _Given) -> list[c.Change]:
        model = given.model()
        found = constraint_of(given.call_at(1, "constraint"), model.columns, given.unit, given.names)
        if found is None:
            raise LookupError("constraint")
        if not model.real:
            return []
        if isinstance(found, Index):
            found.table = model.table
            return [c.AddIndex(place=given.place, index=found)]
        found.valid = valid
        return [c.AddConstraint(place=given.place, table=model.table, constraint=found)]

    return made


def _remove_constraint(given: _Given) -> list[c.Change]:
    model = given.model()
    if not model.real:
        return []
    return [c.DropConstraint(place=given.place, table=model.table, name=given.text(1, "name"), lax=True)]


def _alter_constraint(given: _Given) -> list[c.Change]:
    model, name = given.model(), given.text(1, "name")
    found = constraint_of(given.call_at(2, "constraint"), model.columns, given.unit, given.names)
    if found is None:
        raise LookupError("constraint")
    if isinstance(found, Index) or not model.real:
        return []
    return [
        c.DropConstraint(place=given.place, table=model.table, name=name, lax=True, done=False),
        c.AddConstraint(place=given.place, table=model.table, constraint=found, done=False),
    ]


def _validate_constraint(given: _Given) -> list[c.Change]:
    return [c.ValidateConstraint(place=given.place, table=given.model().table, name=given.text(1, "name"))]


def _run_python(given: _Given) -> list[c.Change]:
    code = w.positional(given.call)
    back = len(code) > 1 or w.keyword(given.call, "reverse_code") is not None
    shown = s.dotted(code[0] if code else w.keyword(given.call, "code")) or "a program"
    return [c.ChangeRows(place=given.place, what=f"RunPython({shown})", back=back)]


def _run_sql(given: _Given) -> list[c.Change]:
    positional = w.positional(given.call)
    back = len(positional) > 1 or w.keyword(given.call, "reverse_sql") is not None
    out: list[c.Change] = [c.ChangeRows(place=given.place, what="RunSQL(..)", back=back)]
    states = w.keyword(given.call, "state_operations")
    if states is not None:
        return out + _all(states, given)
    whole = w.text(given.node(0, "sql"), given.names)
    if whole is not None and DDL.match(whole):
        source = Source(given.unit.source.path, "sql", whole, given.unit.source.first)
        try:
            for change in changes_of(source, "postgresql"):
                if isinstance(change, c.AddIndex):
                    change.index.raw, change.index.place, change.place = True, given.place, given.place
                    out.append(change)
        except Unreadable:
            pass
    return out


def _separate(given: _Given) -> list[c.Change]:
    out: list[c.Change] = []
    positional = [*w.positional(given.call), None, None]
    done = w.keyword(given.call, "database_operations") or positional[0]
    states = w.keyword(given.call, "state_operations") or positional[1]
    for each in w.items(done, given.names) or []:
        call = w.resolved(each, given.names)
        if isinstance(call, s.Call) and w.last(call) in ("RunSQL", "RunPython"):
            out += changed(call, given.unit, given.names, given.models)
    return out + (_all(states, given) if states is not None else [])


def _all(states: s.Node, given: _Given) -> list[c.Change]:
    """Operations that are not done to the database, and that the state follows."""
    out: list[c.Change] = []
    found = w.items(states, given.names)
    if found is None:
        raise LookupError("state_operations")
    for each in found:
        call = w.resolved(each, given.names)
        if isinstance(call, s.Call):
            for change in changed(call, given.unit, given.names, given.models):
                change.done = False
                out.append(change)
    return out


OPERATIONS: dict[str, Callable[[_Given], list[c.Change]]] = {
    "CreateModel": _create_model,
    "DeleteModel": _delete_model,
    "RenameModel": _rename_model,
    "AlterModelTable": _alter_table,
    "AddField": _add_field,
    "RemoveField": _remove_field,
    "AlterField": _alter_field,
    "RenameField": _rename_field,
    "AlterUniqueTogether": _alter_together("unique"),
    "AlterIndexTogether": _alter_together("index"),
    "AddIndex": _add_index(False),
    "AddIndexConcurrently": _add_index(True),
    "RemoveIndex": _remove_index(False),
    "RemoveIndexConcurrently": _remove_index(True),
    "RenameIndex": _rename_index,
    "AddConstraint": _add_constraint(True),
    "AddConstraintNotValid": _add_constraint(False),
    "RemoveConstraint": _remove_constraint,
    "AlterConstraint": _alter_constraint,
    "ValidateConstraint": _validate_constraint,
    "RunPython": _run_python,
    "RunSQL": _run_sql,
    "SeparateDatabaseAndState": _separate,
}
