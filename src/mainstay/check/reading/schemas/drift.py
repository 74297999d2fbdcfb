"""Where models and migrations differ; of what cannot be followed wholly nothing is said but that."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from mainstay.check.facts import Drift
from mainstay.check.reading.schemas.changes import History
from mainstay.check.reading.schemas.modelled import Modelled
from mainstay.check.reading.schemas.state import Column, Schema, Table, key_of
from mainstay.check.source import Skipped

ALIKE = 0.5
"""The part of the models of one kind that must have a table before one without is told."""


class Followed:
    """The schemas at the ends of histories of one tool."""

    def __init__(self, followed: list[tuple[History, Schema]]) -> None:
        self.followed = followed
        broken = [each for history, _ in followed for each in history.broken]
        self.unsure = {bare(each.table) for each in broken if each.table and not each.indexes}
        self.lost = [each for each in broken if not each.table and not each.indexes]
        self.indexless = {bare(each.table) for each in broken if each.indexes and each.table}
        self.indexes = not any(each.indexes and not each.table for each in broken)
        self.tables = {bare(key): table for _, schema in followed for key, table in schema.tables.items()}

    def table(self, model: Modelled) -> Table | None:
        """The table of a model."""
        return self.tables.get(bare(model.table.name))


def bare(name: str) -> str:
    """The name of a table without its schema."""
    return key_of(name).rpartition(".")[2]


def drifts(models: list[Modelled], followed: Followed, skipped: list[Skipped]) -> Iterator[Drift]:
    """What the models have and the migrations lack, and the other way round."""
    if not models or not followed.followed:
        return
    if followed.lost:
        first = followed.lost[0]
        why = f"the migrations cannot be followed wholly ({first.why}): models are not compared with them"
        skipped.append(Skipped(first.place.path, first.place.line, why))
        return
    for model in models:
        table = followed.table(model)
        if bare(model.table.name) in followed.unsure:
            continue
        if table is None:
            yield from _missing(model, models, followed)
        elif table.whole and table.ordinary:
            yield from _columns(model, table)
            if followed.indexes and bare(table.name) not in followed.indexless:
                yield from _uniques(model, table)
                yield from _indexes(model, table)


def _missing(model: Modelled, models: Iterable[Modelled], followed: Followed) -> Iterator[Drift]:
    """A model without a table, where most of its kind have one."""
    alike = [each for each in models if each.root == model.root and each.app == model.app]
    found = [each for each in alike if followed.table(each) is not None]
    last = next((each.migrations[-1] for each, _ in followed.followed if each.migrations), None)
    own = [each.migrations[-1] for each, _ in followed.followed if each.app == model.app and each.migrations]
    place = own[0].place if own else last.place if last is not None else None
    if len(found) < 1 or len(found) / len(alike) < ALIKE or place is None or followed.unsure:
        return
    yield Drift(
        place=model.table.place,
        what=f"the model {model.table.model.rpartition('.')[2]} has no table: no migration makes {model.table.name}",
        other=place,
        said="the last migration",
    )


def _columns(model: Modelled, table: Table) -> Iterator[Drift]:
    name = table.name
    for key, column in model.table.columns.items():
        other = table.columns.get(key)
        if other is None:
            if column.known:
                what = f"{name}.{column.name} is in the model, and no migration adds it"
                yield Drift(place=column.place, what=what, other=table.place, said=f"{name} is made without it")
        elif column.known and other.known and column.nullable != other.nullable and not _is_key(column, model, table):
            may, must = "may be NULL", "is required"
            what = f"{name}.{column.name} {may if column.nullable else must} in the model, and not in the migrations"
            said = f"{column.name} {may if other.nullable else must}"
            yield Drift(place=column.place, what=what, other=other.place, said=said)
    for link, place in model.table.links.items():
        if table.links and link not in table.links:
            what = f"{name}: {link} is in the model, and no migration adds it"
            yield Drift(place=place, what=what, other=table.place, said=f"{name} is made without it")
    if not model.complete or model.unread:
        return
    for key, column in table.columns.items():
        if key not in model.table.columns:
            what = f"{name}.{column.name} is in the migrations, and the model has no such column"
            yield Drift(place=model.table.place, what=what, other=column.place, said="it is added here", sure=False)


def _is_key(column: Column, model: Modelled, table: Table) -> bool:
    return any(column.name in each for each in (model.table.primary, table.primary))


def _sets(uniques: Iterable[tuple[str, ...]]) -> set[tuple[str, ...]]:
    return {tuple(sorted(name.lower() for name in each)) for each in uniques}


def _uniques(model: Modelled, table: Table) -> Iterator[Drift]:
    mine, theirs = _sets(model.table.uniques), _sets([*table.uniques, table.primary])
    partial = _sets(each.columns for each in table.indexes.values() if each.unique)
    for columns in sorted(mine - theirs - partial):
        if all(name in table.columns and name in model.table.columns for name in columns):
            what = f"{table.name}: {', '.join(columns)} is unique in the model, and not in the migrations"
            place = model.table.columns[columns[0]].place if len(columns) == 1 else model.table.place
            other = table.columns[columns[0]].place
            yield Drift(place=place, what=what, other=other, said="nothing makes it unique")


def _indexes(model: Modelled, table: Table) -> Iterator[Drift]:
    mine = {each.columns: each for each in model.table.indexes.values() if each.plain and not each.unique}
    theirs = {tuple(name.lower() for name in each.columns) for each in table.indexes.values()}
    theirs |= {tuple(name.lower() for name in each.columns) for each in table.constraints if each.columns}
    for columns, index in mine.items():
        small = tuple(name.lower() for name in columns)
        if small not in theirs and all(name in table.columns for name in small):
            what = f"{table.name}: the index on {', '.join(columns)} is in the model, and no migration makes it"
            yield Drift(place=index.place, what=what, other=table.place, said=f"{table.name} is made without it")
