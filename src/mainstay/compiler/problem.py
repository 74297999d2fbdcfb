"""A mistake in a declaration, and where it stands."""

from __future__ import annotations

import ast
import difflib
import functools
import inspect
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

BLOCKS = ("body", "orelse", "handlers", "finalbody", "cases")
"""The parts of a statement that are statements, and what holds such parts."""


class Place(msgspec.Struct, frozen=True, order=True):
    """A line of the user's."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


class Problem(msgspec.Struct, frozen=True):
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
    """Where a class, an attribute of it or of a class it derives from, or an item of that attribute is written."""
    users = [part for part in declared.__mro__[:-1] if not part.__module__.startswith("mainstay.")]
    owner = next((part for part in users if attribute in vars(part)), declared)
    body = body_of(owner)
    if attribute and body is not None:
        line = statement_line(body, attribute, item)
        if line is not None:
            return Place(file_of(owner), line)
    body = body_of(declared)
    return Place(f"<{declared.__module__}>", 0) if body is None else Place(file_of(declared), body.lineno)


def file_of(declared: type[Any]) -> str:
    """The file that a class is written in; empty where that is not known."""
    try:
        return inspect.getsourcefile(declared) or ""
    except (OSError, TypeError):
        return ""


def body_of(declared: type[Any]) -> ast.ClassDef | None:
    """The class as it is written; None where its file cannot be read."""
    return classes_in(file_of(declared)).get(declared.__qualname__)


@functools.lru_cache(maxsize=64)
def classes_in(file: str) -> dict[str, ast.ClassDef]:
    """Every class of a file by its qualified name."""
    try:
        tree = ast.parse(Path(file).read_bytes())
    except (OSError, SyntaxError):
        return {}
    found: dict[str, ast.ClassDef] = {}
    waiting: list[tuple[ast.AST, str]] = [(tree, "")]
    while waiting:
        node, prefix = waiting.pop()
        for child in blocks(node):
            inside = prefix
            if isinstance(child, ast.ClassDef):
                found[prefix + child.name] = child
                inside = f"{prefix}{child.name}."
            elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
                inside = f"{prefix}{child.name}.<locals>."
            waiting.append((child, inside))
    return found


def blocks(node: ast.AST) -> Iterator[ast.AST]:
    """What a statement has below it in which a class may stand: statements, handlers and cases, no expressions."""
    for name in BLOCKS:
        yield from getattr(node, name, ())


def statement_line(body: ast.ClassDef, attribute: str, item: int | None) -> int | None:
    """The line on which an attribute of a class, or an item of it, is written."""
    for statement in body.body:
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == attribute for target in targets):
            items = items_of(getattr(statement, "value", None))
            return items[item].lineno if item is not None and item < len(items) else statement.lineno
    return None


def items_of(value: ast.expr | None) -> list[ast.expr]:
    """The items of a list or the keys of a mapping; none where others are unpacked into it."""
    if isinstance(value, ast.List | ast.Tuple):
        return [] if any(isinstance(item, ast.Starred) for item in value.elts) else value.elts
    keys = value.keys if isinstance(value, ast.Dict) else []
    return [key for key in keys if key is not None] if None not in keys else []


def nearest(name: str, existing: Iterable[str]) -> str:
    """A sentence that names what exists: the nearest name, or all of them where none is near."""
    known = sorted(existing)
    close = difflib.get_close_matches(name, known, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"there is {', '.join(known)}" if known else "there is none"
