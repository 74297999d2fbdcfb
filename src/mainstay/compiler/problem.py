"""A mistake in a declaration, and where it stands."""

from __future__ import annotations

import ast
import difflib
import inspect
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Place:
    """A line of the user's."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake: where, what is wrong, what to do."""

    place: Place
    what: str
    do: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}\n    {self.do}"


class DeclarationErrors(Exception):
    """Everything that is wrong with an application's declarations, found before it serves anything."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        count = f"{len(problems)} mistake{'s' if len(problems) != 1 else ''} in the declarations"
        super().__init__("\n".join([count, *map(str, problems)]))


def place_of(declared: type[Any], attribute: str = "", item: int | None = None) -> Place:
    """Where a class, an attribute of it, or an item of that attribute's list is written."""
    try:
        lines, first = inspect.getsourcelines(declared)
        file = inspect.getsourcefile(declared) or "<unknown>"
    except (OSError, TypeError):
        return Place(f"<{declared.__module__}>", 0)
    tree = ast.parse(textwrap.dedent("".join(lines)))
    (body,) = (node for node in tree.body[:1] if isinstance(node, ast.ClassDef))
    offset = statement_line(body, attribute, item) if attribute else body.lineno
    return Place(file, first + offset - 1)


def statement_line(body: ast.ClassDef, attribute: str, item: int | None) -> int:
    """The line within the class on which an attribute, or an item of it, is written."""
    for statement in body.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == attribute for target in targets):
            value = getattr(statement, "value", None)
            items = (
                value.elts
                if isinstance(value, ast.List | ast.Tuple)
                else value.keys
                if isinstance(value, ast.Dict)
                else []
            )
            if item is not None and item < len(items) and items[item] is not None:
                return items[item].lineno  # type: ignore[union-attr]
            return statement.lineno
    return body.lineno


def nearest(name: str, existing: Iterable[str]) -> str:
    """A sentence that names what exists: the nearest name, or all of them where none is near."""
    known = sorted(existing)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"there is {', '.join(known)}" if known else "there is none"
