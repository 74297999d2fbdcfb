"""What is wrong with what the lists of a body have done, beside what they must have done."""

from __future__ import annotations

import itertools
from collections.abc import Hashable, Iterator, Sequence
from typing import Any

from mainstay.operation import Application
from mainstay.proofs.access.cells import Row
from mainstay.proofs.access.lists import Changed, Made, Wanted
from mainstay.proofs.access.store import Change
from mainstay.storage import Storage


def wrong_lists(
    application: Application,
    storage: Storage,
    wanted: Wanted,
    key: Sequence[str],
    owner: Row,
    changes: Sequence[Change],
) -> Iterator[str]:
    """What is wrong with the changes beside that of the row itself, which is `owner` as it has become."""
    left = list(changes)
    there: dict[int, Row] = {}
    """By the identity of a row that was expected, the one that is there."""
    real: dict[Hashable, Any] = {wanted.owner[name]: owner[name] for name in key}
    """By a value that the oracle made up for the key of a new row, the one that it has."""
    for made in wanted.made:
        change = found(made, left, real)
        if change is None or change.after is None:
            yield f"a row of {made.table} that was given is not there: {made.row}"
            continue
        left.remove(change)
        there[id(made.row)] = change.after
        for name in application.table(made.table).key:
            real[made.row[name]] = change.after[name]
    for one in wanted.changed:
        key = tuple(one.old[name] for name in application.table(one.table).key)
        change = next((other for other in left if (other.table, other.key) == (one.table, key)), None)
        if change is not None:
            left.remove(change)
            there[id(one.row)] = change.after or {}
        yield from wrong_change(one, change, application, storage)
    for table, row in wanted.gone:
        key = tuple(row[name] for name in application.table(table).key)
        change = next((other for other in left if (other.table, other.key) == (table, key)), None)
        deleted = next((one.deleted for one in application.resources_of(table) if one.deleted is not None), None)
        if change is None or (change.after is not None and (deleted is None or change.after[deleted] is None)):
            yield f"a row of {table} that must go is still there: {row}"
        else:
            left.remove(change)
    follows = following(application, {table for table, _ in wanted.gone})
    for change in left:
        if change.table not in follows or change.before is None:
            yield f"changed {change.table} {change.key}, which it may not"
    for table, column, rows in wanted.orders:
        places = [there.get(id(row), row)[column] for row in rows]
        if any(one >= other for one, other in itertools.pairwise(places)):
            yield f"the rows of {table} are in another order: {places}"


def found(made: Made, changes: Sequence[Change], real: dict[Hashable, Any]) -> Change | None:
    """The new row that has what was expected of it."""
    for change in changes:
        if change.table == made.table and change.before is None and change.after is not None:
            after = change.after
            if all(is_same(made.row[name], after[name], real) for name in made.given):
                return change
    return None


def is_same(wanted: Any, value: Any, real: dict[Hashable, Any]) -> bool:
    """Whether a value is the one that was expected, or the key that a new row really has."""
    return bool(wanted == value) or (isinstance(wanted, Hashable) and wanted in real and real[wanted] == value)


def wrong_change(one: Changed, change: Change | None, application: Application, storage: Storage) -> Iterator[str]:
    """What is wrong with a row that must be changed."""
    wanted = {name: value for name, value in one.row.items() if one.old[name] != value}
    if change is None:
        if wanted:
            yield f"a row of {one.table} that must be changed is as it was: {one.old}"
        return
    if change.after is None:
        yield f"a row of {one.table} that must be changed is gone: {one.old}"
        return
    touched = {column for table, column in storage.on_update if table == one.table}
    versions = {resource.version for resource in application.resources_of(one.table)}
    for name, value in change.after.items():
        if name not in {*touched, *versions} and value != one.row[name]:
            yield f"{one.table}.{name} is {value!r} for {one.row[name]!r}"


def following(application: Application, tables: set[str]) -> set[str]:
    """The tables whose rows the database may take away, or change, when rows of these go."""
    found = set(tables)
    while True:
        more = {
            table.name
            for table in application.tables
            if table.name not in found and any(reference.table in found for reference in table.references)
        }
        if not more:
            return found
        found |= more
