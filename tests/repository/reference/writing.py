"""How a generated page writes things: headings, tables, signatures, and the texts under attributes."""

from __future__ import annotations

import ast
import inspect
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any

SPACE = re.compile(r"\s+")


def heading(title: str, source: str) -> list[str]:
    """The first lines of a page that is written from `source`."""
    return [
        f"# {title}",
        "",
        f"<!-- Written by `python -m tests.repository.reference` from {source}. Do not edit. -->",
        "",
    ]


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table."""
    lines = [head, ["---"] * len(head), *rows]
    return ["| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines]


def sentence(text: str | None) -> str:
    """A docstring on one line."""
    return SPACE.sub(" ", text or "").strip()


def paragraphs(text: str | None) -> list[str]:
    """A docstring as it is read: with its paragraphs, followed by an empty line."""
    return [*inspect.cleandoc(text).splitlines(), ""] if text else []


@dataclass(frozen=True, slots=True)
class Declared:
    """An attribute that a class declares, or inherits: its type as it is written, and the text under it."""

    type: str
    text: str


def attributes_of(class_: type) -> dict[str, Declared]:
    """The annotated attributes of a class and of those of Mainstay that it inherits from, in their order."""
    found: dict[str, Declared] = {}
    for one in reversed(class_.__mro__):
        if one.__module__.partition(".")[0] in ("mainstay", "tests"):
            for name, own in own_attributes(one).items():
                found[name] = own if own.text or name not in found else replace(own, text=found[name].text)
    return found


def own_attributes(class_: type) -> dict[str, Declared]:
    """The annotated attributes that stand in a class itself."""
    (tree,) = ast.parse(textwrap.dedent(inspect.getsource(class_))).body
    assert isinstance(tree, ast.ClassDef)
    found: dict[str, Declared] = {}
    for node, after in zip(tree.body, [*tree.body[1:], ast.Pass()], strict=True):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id[0] != "_":
            text = after.value.value if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant) else ""
            found[node.target.id] = Declared(ast.unparse(node.annotation), sentence(str(text)))
    return found


def signature(called: Any, name: str) -> str:
    """How something is called, an argument a line where it would be long."""
    found = inspect.signature(called)
    parts = list(found.parameters.values())
    bare = found.replace(parameters=parts[1:] if parts and parts[0].name in ("self", "cls") else parts)
    line = unquoted(f"{name}{bare}")
    if len(line) <= 100:
        return line
    words, last = [], None
    for part in bare.parameters.values():
        if part.kind is part.KEYWORD_ONLY and last not in (part.KEYWORD_ONLY, part.VAR_POSITIONAL):
            words.append("*")
        words.append(str(part))
        last = part.kind
    returned = "" if bare.return_annotation is bare.empty else f" -> {bare.return_annotation}"
    return unquoted("\n".join([f"{name}(", *(f"    {word}," for word in words), f"){returned}"]))


def unquoted(line: str) -> str:
    """A signature whose annotations are not in quotes, and without `-> None` where something is made."""
    return re.sub(r"(: |-> )'([^']*)'", r"\1\2", line)
