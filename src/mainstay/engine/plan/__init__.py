"""Plans: what a statement shall do, as data, before any SQL.  Equal plans share one statement."""

from __future__ import annotations

from typing import Literal

import msgspec

from mainstay.policy.tree import ANYONE, NOBODY, Node

Order = tuple[tuple[str, bool], ...]
"""Columns of the resource's table, and whether descending, ended by its key; perhaps with `RANKED` in front."""


class Guards(msgspec.Struct, frozen=True):
    """What the caller's decided policies leave to the rows: conditions by `resource` and `resource.field`."""

    conditions: tuple[tuple[str, Node], ...] = ()
    guarded: frozenset[str] = frozenset()
    """Every name in the application whose policy does not allow everybody."""

    def of(self, name: str) -> Node:
        """The condition under that name; `ANYONE` where nothing is left to decide.

        LookupError where there is a policy that nobody has decided: a statement would show what it guards.
        """
        for known, node in self.conditions:
            if known == name:
                return node
        if name in self.guarded:
            raise LookupError(f"the policy {name} stands before what is read here, and was not decided")
        return ANYONE

    def hides(self, name: str) -> bool:
        """Whether nothing under that name is shown, whatever the row."""
        return self.of(name) == NOBODY


class Selection(msgspec.Struct, frozen=True, cache_hash=True):
    """What of a row is answered: fields by name, and related rows likewise."""

    resource: str
    fields: tuple[str, ...]
    includes: tuple[tuple[str, Selection], ...] = ()


class Condition(msgspec.Struct, frozen=True, cache_hash=True):
    """A filter of the resource's with one of its operators (`is_not_null` beside them), or `SEARCHED`."""

    filter: str
    operator: str


SEARCHED = Condition("q", "words")
"""Every word of `q` is found in the fields that the resource lets search; its value is the words."""

RANKED = ("", True)
"""In front of an order: by how well each row is found, the best first, and by the rest where two are alike."""


class Seek(msgspec.Struct, frozen=True, cache_hash=True):
    """Beyond a position in the order: which of its values are null, and whether to go back."""

    nulls: tuple[bool, ...]
    backward: bool = False


class ListPlan(msgspec.Struct, frozen=True):
    """A page of a resource's rows."""

    selection: Selection
    guards: Guards
    conditions: tuple[Condition, ...]
    order: Order
    sorted_by: tuple[str, ...] = ()
    """Names of the fields that the caller sorts by, whose guards hold for every row."""
    seek: Seek | None = None
    offset: bool = False
    under: tuple[str, ...] = ()
    """Columns that have the values of the parent in the path."""


class CountPlan(msgspec.Struct, frozen=True):
    """How many rows a list has, counted to the end or as far as `at_most`."""

    resource: str
    guards: Guards
    conditions: tuple[Condition, ...]
    sorted_by: tuple[str, ...]
    at_most: int | None = None
    under: tuple[str, ...] = ()


class GetPlan(msgspec.Struct, frozen=True):
    """One row, by the columns of `key`."""

    selection: Selection
    guards: Guards
    key: tuple[str, ...]
    under: tuple[str, ...] = ()


class ParentPlan(msgspec.Struct, frozen=True):
    """Of the row that stands before others in a path, by the columns of `key`, those that the others refer to."""

    resource: str
    guards: Guards
    key: tuple[str, ...]
    columns: tuple[str, ...]


class CheckPlan(msgspec.Struct, frozen=True):
    """Whether a row that a reference means is there for the caller: one that any of `resources` lets them read."""

    table: str
    columns: tuple[str, ...]
    resources: tuple[str, ...]
    guards: Guards


class FindPlan(msgspec.Struct, frozen=True):
    """The row that is to be changed, locked: its key, version and `columns`, and the truth of each of `flags`."""

    resource: str
    lookup: tuple[str, ...]
    guards: Guards
    flags: tuple[str, ...]
    columns: tuple[str, ...]
    """What of the row as it is is needed besides."""
    deleting: bool
    """Whether nobody may refer to the row meanwhile, and what its policies say holds until the transaction ends."""
    under: tuple[str, ...] = ()
    """Columns that have the values of the parent in the path."""
    locking: bool = True


class WritePlan(msgspec.Struct, frozen=True):
    """A row written and what is answered of it: `columns` set, `resets` set to what the database has for them.

    The row is found by its key unless it is new; one that nothing is set of is only read.  `flags` are
    the guards that the row must keep as it has become.
    """

    selection: Selection
    guards: Guards
    action: Literal["insert", "update"]
    columns: tuple[str, ...]
    flags: tuple[str, ...]
    resets: tuple[str, ...] = ()
    lookup: tuple[str, ...] = ()
    """Columns that stand in the path of the row."""
    later: bool = False
    """Whether what is answered is read when other rows have been written too."""
    checks: tuple[tuple[tuple[str, ...], CheckPlan], ...] = ()
    """References of a new row by their columns: where one of them means nothing, nothing is written."""
