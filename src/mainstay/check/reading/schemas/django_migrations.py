"""Migrations of Django: their order within each app, and what their operations change."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from pathlib import PurePosixPath

from mainstay.check import syntax as s
from mainstay.check.flow.value import Unit
from mainstay.check.reading.schemas import changes as c, written as w
from mainstay.check.reading.schemas.django_operations import Models, changed


def histories(units: Iterable[Unit]) -> Iterator[c.History]:
    """The histories of all apps of Django."""
    units = list(units)
    labels = _labels(units)
    apps: dict[str, list[tuple[Unit, s.Class]]] = defaultdict(list)
    for unit in units:
        found = migration_class(unit)
        if found is not None:
            folder = _folder(unit)
            apps[labels.get(folder.as_posix(), folder.name)].append((unit, found))
    for app, found_all in apps.items():
        yield _history(app, found_all)


def folders(units: list[Unit]) -> dict[str, str]:
    """The folders of apps that have migrations, with the labels of the apps."""
    labels = _labels(units)
    found = {_folder(unit) for unit in units if migration_class(unit) is not None}
    return {each.as_posix(): labels.get(each.as_posix(), each.name) for each in found}


def _folder(unit: Unit) -> PurePosixPath:
    folder = PurePosixPath(unit.source.path).parent
    return folder.parent if folder.name == "migrations" else folder


def migration_class(unit: Unit) -> s.Class | None:
    """The class of a migration, where the module is one of Django."""
    if unit.source.language != "python":
        return None
    classes = [each for each in unit.tree.body if isinstance(each, s.Class) and each.name == "Migration"]
    for each in classes:
        if any(s.dotted(base).endswith("Migration") for base in each.bases):
            return each
    return None


def _labels(units: list[Unit]) -> dict[str, str]:
    """The label of each app that has another than its folder's name."""
    out = {}
    for unit in units:
        path = PurePosixPath(unit.source.path)
        if path.name != "apps.py":
            continue
        for each in unit.tree.body:
            if isinstance(each, s.Class) and any("AppConfig" in s.dotted(base) for base in each.bases):
                names = w.constants(each.body)
                label = w.text(names.get("label"), names)
                if label:
                    out[path.parent.as_posix()] = label
    return out


def _history(app: str, found: list[tuple[Unit, s.Class]]) -> c.History:
    history = c.History("django", "", [], app=app)
    made: dict[str, tuple[c.Migration, Unit, s.Class, list[str]]] = {}
    for unit, node in found:
        names = {**w.constants(unit.tree.body), **w.constants(node.body)}
        name = PurePosixPath(unit.source.path).stem
        migration = c.Migration(name, unit.place(node))
        migration.transaction = w.truth(names.get("atomic"), {}) is not False
        migration.initial = "replaces" in names or w.truth(names.get("initial"), {}) is True or "squashed" in name
        migration.after = tuple(_own(names.get("dependencies"), app, names))
        made[name] = (migration, unit, node, list(_own(names.get("replaces"), app, names)))
    replaced = {each: name for name, (_, _, _, all_of) in made.items() for each in all_of if each in made}
    for name in replaced:
        made.pop(name, None)
    for migration, _, _, _ in made.values():
        migration.after = tuple(dict.fromkeys(replaced.get(each, each) for each in migration.after))
    models = Models(app)
    for name in _order(made, history):
        migration, unit, node, _ = made[name]
        names = {**w.constants(unit.tree.body), **w.constants(node.body)}
        migration.up = _operations(node, unit, names, models)
        history.migrations.append(migration)
    followed = {each for migration, _, _, _ in made.values() for each in migration.after}
    heads = [migration for name, (migration, _, _, _) in made.items() if name not in followed]
    history.heads = sorted(heads, key=lambda each: each.place) if len(heads) > 1 and not history.broken else []
    return history


def _own(node: s.Node | None, app: str, names: w.Names) -> Iterator[str]:
    """The names of migrations of the same app in a list of (app, name)."""
    for each in w.items(node, names) or []:
        pair = w.texts(each, names)
        if pair is not None and len(pair) == 2 and pair[0] == app and not pair[1].startswith("__"):
            yield pair[1]


def _order(made: dict[str, tuple[c.Migration, Unit, s.Class, list[str]]], history: c.History) -> list[str]:
    out: list[str] = []
    waiting = sorted(made)
    for name in waiting:
        for before in made[name][0].after:
            if before not in made:
                place = made[name][0].place
                history.broken.append(c.Broken(place, f"the migration {before} before it is not here"))
    while waiting:
        ready = [each for each in waiting if all(one in out or one not in made for one in made[each][0].after)]
        if not ready:
            history.broken.append(c.Broken(made[waiting[0]][0].place, "the migrations go in a circle"))
            break
        out += ready
        waiting = [each for each in waiting if each not in ready]
    return out


def _operations(node: s.Class, unit: Unit, names: w.Names, models: Models) -> list[c.Change]:
    listed = _listed(names.get("operations"), names)
    if listed is None:
        if "operations" not in names:
            return []
        return [c.Unknown(place=unit.place(node), why="its operations are put together while it runs")]
    out: list[c.Change] = []
    for each in listed:
        resolved = w.resolved(each, names)
        if isinstance(resolved, s.Call):
            out += changed(resolved, unit, names, models)
        else:
            out.append(c.Unknown(place=unit.place(each), why="an operation is not written out"))
    return out


def _listed(node: s.Node | None, names: w.Names) -> list[s.Node] | None:
    node = w.resolved(node, names)
    if isinstance(node, s.Binary) and node.operator == "+":
        left, right = _listed(node.left, names), _listed(node.right, names)
        return None if left is None or right is None else left + right
    return w.items(node, names)
