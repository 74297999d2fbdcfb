"""The authorization matrix: what each persona was answered by each operation, in a word; no policy is looked at."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from mainstay.operation import Application
from mainstay.proofs.access.cells import Cell, Row

PLAIN = frozenset({"list", "get", "update nothing", "replace", "replace with least", "delete", "act"})
"""What the cells are there for that ask an operation for nothing but its row; of new rows all do but the smuggled."""

WORDS = ("no", "none", "some", "all", "yes")
"""From the least to the most; `401` and `403` are less than these."""

LEGEND = (
    "all, some, none: of the rows that there are; none, too, where a refusal says 404 of some.  yes, some, no: of the "
    "new rows that were sent.  401, 403: refused with this status whatever the row."
)

Words = dict[str, dict[str, str]]
"""By operation and persona."""


def is_plain(cell: Cell) -> bool:
    """Whether the answer to a cell says who may, not what it is made of."""
    return cell.about in PLAIN or (cell.operation.action == "create" and cell.smuggled is None)


class Answers:
    """What was asked and answered, as far as it says who may."""

    def __init__(self, application: Application, rows: Mapping[str, Sequence[Row]]) -> None:
        self.resources = {resource.name: resource for resource in application.resources}
        self.there = {
            name: sum(1 for row in rows[resource.table] if self.is_there(name, row))
            for name, resource in self.resources.items()
        }
        self.words: dict[tuple[str, str], dict[str, set[str]]] = {}
        """By operation and persona: by what the cell is there for, what came."""

    def is_there(self, name: str, row: Row) -> bool:
        """Whether a row is not one that is kept although it is deleted."""
        deleted = self.resources[name].deleted
        return deleted is None or row[deleted] is None

    def note(self, cell: Cell, status: int, shown: int) -> None:
        """One answer: its status and, of a list, how many rows it showed on all its pages."""
        resource = cell.operation.resource or ""
        if not is_plain(cell) or (cell.row is not None and not self.is_there(resource, cell.row)):
            return
        if cell.operation.action == "create" and status == 409:
            return  # another row is in the way, which says nothing of who may
        word = str(status) if status >= 300 else "yes"
        if cell.operation.action == "list" and status == 200 and shown < self.there[resource]:
            word = "part" if shown else "404"
        abouts = self.words.setdefault((cell.operation.name, cell.persona.name), {})
        about = (
            "create" if (cell.about == "act" and cell.row is None) or cell.operation.action == "create" else cell.about
        )
        abouts.setdefault(about, set()).add(word)

    def matrix(self, personas: Sequence[str]) -> Words:
        """The word for each operation and persona that was asked, in the order of the personas."""
        made: Words = {}
        for operation, _ in self.words:
            made.setdefault(operation, {})
        for operation, line in made.items():
            for persona in personas:
                abouts = self.words.get((operation, persona), {})
                words = [word(found, new="create" in abouts) for found in abouts.values()]
                if words:
                    line[persona] = max(words, key=lambda each: WORDS.index(each) if each in WORDS else -1)
        return made


def word(found: set[str], *, new: bool) -> str:
    """What came in a word."""
    if found == {"yes"}:
        return "yes" if new else "all"
    if found & {"yes", "part"}:
        return "some"
    if found in ({"401"}, {"403"}):
        return next(iter(found))
    return "no" if new else "none"
