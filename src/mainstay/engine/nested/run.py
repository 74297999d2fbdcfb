"""One run of the script that writes rows with a row, and the rows while it runs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Protocol

import msgspec
from msgspec import structs

from mainstay.backing.databases.database import Command, IntegrityFailure, Script
from mainstay.engine.call import Call
from mainstay.engine.guards import Deciders
from mainstay.engine.nested.item import Item
from mainstay.engine.refusals import Refusals
from mainstay.engine.sql.several import Found
from mainstay.engine.sql.statement import Inputs, Statement
from mainstay.errors import Detail, Forbidden, Unauthenticated


class Several(Exception):
    """The database refused a row of those that were written together: written one by one, it is known which."""


class Part(Protocol):
    """A part of the script that writes the rows of some lists; its steps run in this order."""

    def find(self, run: Run, owners: Sequence[Row]) -> Script[None]:
        """Finds what is there of the rows that belong to the owners, before anything is written."""

    def write(self, run: Run, owners: Sequence[Row]) -> Script[None]:
        """Writes the rows, once their owners are."""

    def judge(self, run: Run) -> Script[None]:
        """Raises what the caller is told where a policy is not true of a row as it has become."""


class Row(msgspec.Struct, eq=False):
    """A row that a body means: one that is there, or a new one."""

    item: Item
    key: dict[str, Any]
    """The columns of its key, as far as they are known."""
    new: bool = False
    values: dict[str, Any] = {}
    """What is set, by column."""
    defaults: Sequence[str] = ()
    """Columns that get what the database has for them."""
    old: dict[str, Any] = {}
    """What was there, by column."""
    owner: Row | None = None
    """The row that a new one belongs to."""


class Run:
    """What the parts of a script share."""

    def __init__(self, call: Call, inputs: Inputs, *, singly: bool) -> None:
        self.call = call
        self.inputs = inputs
        self.singly = singly
        """Whether rows are written one by one, so that it is known which of them the database refuses."""

    def ask(self, statement: Statement, rows: Sequence[Sequence[Any]]) -> Script[Sequence[Any]]:
        """The answer of one statement over several rows; none where no rows are given."""
        if not rows:
            return ()
        self.call.statements += 1
        return (yield Command(statement.text, statement.values(structs.replace(self.inputs, rows=rows))))

    def find(self, found: Found, rows: Sequence[Sequence[Any]]) -> Script[Sequence[Any]]:
        """The rows that a statement finds."""
        answer = yield from self.ask(found.statement, rows)
        if found.again and answer:
            answer = yield from self.ask(found.statement, rows)
        return answer

    def write(
        self, statement: Statement, rows: Sequence[Sequence[Any]], paths: Sequence[str], refusals: Refusals
    ) -> Script[list[Sequence[Any]]]:
        """Rows written, and what is given back; raises what a constraint that refuses one of them means for it."""
        if self.singly and len(rows) > 1:
            back: list[Sequence[Any]] = []
            for row, path in zip(rows, paths, strict=True):
                back.extend((yield from self.write(statement, [row], [path], refusals)))
            return back
        try:
            return list((yield from self.ask(statement, rows)))
        except IntegrityFailure as failure:
            if not self.singly:
                raise Several from failure
            raise refusals.placed(failure, paths[0]) from failure

    def refuse(self, deciders: Deciders, denied: Mapping[str, Iterable[str]], *, fields: bool = True) -> None:
        """Raises what the caller is told where policies are not true, by path; nothing where there are none.

        `fields` says whether what stands at a path has fields.
        """
        if not denied:
            return
        names = [name for some in denied.values() for name in some]
        if not self.call.actor.is_known and any(deciders.by_name[name].needs_actor for name in names):
            raise Unauthenticated
        raise Forbidden(
            details=tuple(detail for path, some in denied.items() for detail in told(path, some if fields else ()))
        )


def told(path: str, names: Iterable[str]) -> Iterator[Detail]:
    """The fields that may not be written of what stands at `path`, or all of it."""
    fields = sorted(name.removesuffix("=").partition(".")[2] for name in names if name.endswith("="))
    for place in [f"{path}.{name}" for name in fields] or [path]:
        yield Detail(place, "forbidden", "you may not write this")
