"""Migrations of Alembic: their order, and what their calls of `op` change."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import PurePosixPath

from mainstay.check import syntax as s
from mainstay.check.flow.value import Unit
from mainstay.check.languages.unreadable import Unreadable
from mainstay.check.reading.schemas import changes as c, written as w
from mainstay.check.reading.schemas.alembic_calls import changed
from mainstay.check.reading.schemas.ddl import changes_of
from mainstay.check.source import Source

DDL = re.compile(r"\s*(alter|create|drop|rename)\b", re.IGNORECASE)
ROWS = re.compile(
    r"\s*(update|insert|delete|select|with|truncate|set|refresh|vacuum|analyze|comment|grant)\b", re.IGNORECASE
)
RUNS = ("execute", "scalar", "scalars", "bulk_insert", "commit", "add", "add_all", "flush", "exec_driver_sql")
TURNS = 60
DEEPEST = 3


def histories(units: Iterable[Unit]) -> Iterator[c.History]:
    """The histories of all migrations of Alembic, one for each line of descent."""
    found = [each for unit in units if (each := _migration(unit)) is not None]
    folders: dict[PurePosixPath, list[c.Migration]] = defaultdict(list)
    for migration in found:
        folders[PurePosixPath(migration.place.path).parent].append(migration)
    names = [name for each in folders.values() for name in {migration.name for migration in each}]
    apart = len(names) > len(set(names))  # the same names in two folders are two databases
    for several in folders.values() if apart else [found]:
        for group in _related(several):
            yield _ordered(group)


def is_migration(unit: Unit) -> bool:
    """Whether a module is a migration of Alembic."""
    upgrade = next((each for each in unit.tree.body if isinstance(each, s.Function) and each.name == "upgrade"), None)
    named = any(name in w.constants(unit.tree.body) for name in ("revision", "down_revision"))
    return upgrade is not None and (named or any(s.dotted(each).startswith("op.") for each in s.walk(*upgrade.body)))


def _migration(unit: Unit) -> c.Migration | None:
    if unit.source.language != "python" or not is_migration(unit):
        return None
    names = w.constants(unit.tree.body)
    functions = {each.name: each for each in unit.tree.body if isinstance(each, s.Function)}
    revision = w.text(names.get("revision"), names)
    made = c.Migration(revision or unit.source.name, unit.place(functions["upgrade"]))
    made.named = "revision" in names and "down_revision" in names
    made.after = w.texts(names.get("down_revision"), names) or ()
    labels = names.get("branch_labels")
    made.branch = labels is not None and not (isinstance(labels, s.Literal) and labels.value is None)
    reader = _Reader(unit, functions, names)
    made.up = reader.body(functions["upgrade"].body, names)
    back = functions.get("downgrade")
    if back is not None:
        made.down_at = unit.place(back)
        made.down = _Reader(unit, functions, names).body(back.body, names)
        made.down_unread = any(isinstance(each, s.Call) for each in s.walk(*back.body))
        made.refuses = any(isinstance(each, s.Raise) for each in back.body)
    return made


class _Reader:
    """Reads the statements of a function, and of those that it calls."""

    def __init__(self, unit: Unit, functions: dict[str, s.Function], constants: w.Names) -> None:
        self.unit = unit
        self.functions = functions
        self.constants = constants
        self.batches: dict[str, str] = {}
        self.apart = False
        self.depth = 0

    def body(self, body: list[s.Node], names: w.Names, *, sure: bool = True) -> list[c.Change]:
        """What statements change, in order."""
        found = [change for node in body for change in self._statement(node, names)]
        return found if sure else [replace(each, sure=False) for each in found]

    def _statement(self, node: s.Node, names: w.Names) -> list[c.Change]:
        if isinstance(node, s.Assign) and node.value is not None:
            made = self._expression(node.value, names)
            for target in node.targets:
                if isinstance(target, s.Name):
                    names[target.id] = node.value
            return made
        if isinstance(node, s.Expression | s.Return) and node.value is not None:
            return self._expression(node.value, names)
        if isinstance(node, s.If):
            both = [self.body(part, dict(names), sure=False) for part in (node.then, node.otherwise)]
            return both[0] + both[1]
        if isinstance(node, s.Loop):
            return self._loop(node, names)
        if isinstance(node, s.With):
            return self._with(node, names)
        if isinstance(node, s.Try):
            tried = self.body(node.body, names, sure=False)
            caught = [change for each in node.catches for change in self.body(each.body, dict(names), sure=False)]
            return tried + caught + self.body(node.otherwise, names, sure=False) + self.body(node.final, names)
        return []

    def _loop(self, node: s.Loop, names: w.Names) -> list[c.Change]:
        turns = w.items(node.items, names)
        if turns is None or node.target is None or len(turns) > TURNS:
            return self.body(node.body, dict(names), sure=False)
        out: list[c.Change] = []
        for turn in turns:
            bound = dict(names)
            parts = [(node.target, turn)]
            if isinstance(node.target, s.Sequence):
                parts = list(zip(node.target.items, w.items(turn, names) or [], strict=False))
            bound.update({name.id: value for name, value in parts if isinstance(name, s.Name)})
            out += self.body(node.body, bound)
        return out

    def _with(self, node: s.With, names: w.Names) -> list[c.Change]:
        apart = self.apart
        for value, target in node.items:
            if isinstance(value, s.Call) and w.last(value) == "batch_alter_table" and isinstance(target, s.Name):
                given = w.positional(value)
                self.batches[target.id] = w.text(given[0] if given else w.keyword(value, "table_name"), names) or ""
            elif isinstance(value, s.Call) and w.last(value) == "autocommit_block":
                self.apart = True
        out = self.body(node.body, names)
        self.apart = apart
        return out

    def _expression(self, node: s.Node, names: w.Names) -> list[c.Change]:
        out: list[c.Change] = []
        calls = [each for each in s.walk(node) if isinstance(each, s.Call)]
        for call in calls:
            front = call.function.object if isinstance(call.function, s.Member) else None
            owner = s.dotted(front)
            name = w.last(call)
            if owner == "op" or (owner in self.batches and owner):
                out += self._operation(call, name, self.batches.get(owner), names)
            elif isinstance(call.function, s.Name) and name in self.functions:
                out += self._followed(call, self.functions[name], names)
            elif isinstance(front, s.Node) and name in RUNS:
                out += self._run(call, names)
            elif any(s.dotted(each.value) == "op" for each in call.arguments):
                out.append(c.Unknown(place=self.unit.place(call), why=f"{s.dotted(call.function)} is given op"))
        return out

    def _operation(self, call: s.Call, name: str, batch: str | None, names: w.Names) -> list[c.Change]:
        if name in ("f", "get_bind", "get_context", "batch_alter_table", "inline_literal", "invoke"):
            return []
        if name == "execute":
            return self._run(call, names)
        if name in ("bulk_insert",):
            return [c.ChangeRows(place=self.unit.place(call), what="rows are inserted")]
        found = changed(call, name, batch, self.unit, names)
        if self.apart:
            for each in found:
                each.apart = True
        return found

    def _run(self, call: s.Call, names: w.Names) -> list[c.Change]:
        """SQL that is run, where it can be read."""
        place = self.unit.place(call)
        given = call.arguments[0].value if call.arguments else None
        whole = w.text(given, names)
        begins = w.beginning(given, names)
        if whole is not None and DDL.match(whole):
            source = Source(self.unit.source.path, "sql", whole, self.unit.source.first)
            try:
                found = list(changes_of(source, "postgresql", first=place.line - self.unit.source.first))
            except Unreadable as error:
                return [c.Unknown(place=place, why=error.why)]
            for each in found:
                each.place = place
                each.apart = self.apart
            return found
        if DDL.match(begins):
            return [c.Unknown(place=place, why="SQL is put together while it runs")]
        return [c.ChangeRows(place=place, what="rows are changed")]

    def _followed(self, call: s.Call, function: s.Function, names: w.Names) -> list[c.Change]:
        if self.depth >= DEEPEST:
            return []
        bound = dict(self.constants)
        given = w.positional(call)
        for parameter, value in zip(function.parameters, given, strict=False):
            bound[parameter.name] = w.resolved(value, names) or value
        for argument in call.arguments:
            if argument.name:
                bound[argument.name] = w.resolved(argument.value, names) or argument.value
        self.depth += 1
        out = self.body(function.body, bound)
        self.depth -= 1
        return out


def _related(found: list[c.Migration]) -> Iterator[list[c.Migration]]:
    """Migrations that descend from one another; one without names stands alone."""
    group: dict[str, str] = {}

    def root(name: str) -> str:
        while group.setdefault(name, name) != name:
            name = group[name]
        return name

    for each in found:
        for before in each.after:
            group[root(before)] = root(each.name)
    out: dict[str, list[c.Migration]] = defaultdict(list)
    for each in found:
        out[root(each.name)].append(each)
    yield from out.values()


def _ordered(group: list[c.Migration]) -> c.History:
    """A history in the order in which Alembic runs it."""
    history = c.History("alembic", "", [])
    names: dict[str, c.Migration] = {}
    for each in group:
        if each.name in names:
            history.broken.append(c.Broken(each.place, f"two migrations are called {each.name}"))
        names[each.name] = each
    done: set[str] = set()
    waiting = sorted(group, key=lambda each: each.place)
    for each in waiting:
        for before in each.after:
            if before not in names:
                history.broken.append(c.Broken(each.place, f"the migration {before} before it is not here"))
    while waiting:
        ready = [each for each in waiting if all(before in done or before not in names for before in each.after)]
        if not ready:
            history.broken.append(c.Broken(waiting[0].place, "the migrations go in a circle"))
            break
        for each in ready:
            history.migrations.append(each)
            done.add(each.name)
            waiting.remove(each)
    followed = {before for each in group for before in each.after}
    heads = [each for each in group if each.name not in followed and each.named]
    folders = {PurePosixPath(each.place.path).parent for each in heads}
    branched = len(folders) > 1 or any(each.branch for each in group)
    history.heads = heads if len(heads) > 1 and not branched else []
    roots = [each for each in group if not each.after]
    if len(roots) > 1:
        history.broken.append(c.Broken(roots[1].place, "it has two beginnings"))
    return history
