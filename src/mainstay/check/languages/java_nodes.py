"""Nodes of Java's grammar that stand by themselves: names, types, texts, numbers, imports."""

from __future__ import annotations

import re

from ast_grep_py import SgNode

from mainstay.check import syntax as s
from mainstay.check.languages.nodes import line_of
from mainstay.check.words import words

COMMENTS = words("line_comment block_comment")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "'": "'", "\\": "\\", "b": "\b", "f": "\f", "s": " ", "0": "\0"}
ESCAPE = re.compile(r"\\(u+([0-9a-fA-F]{4})|.|\n)")


def children(node: SgNode) -> list[SgNode]:
    """What is directly below and has a name of its own, without comments."""
    return [each for each in node.named_children() if each.kind() not in COMMENTS]


def qualified(node: SgNode) -> s.Node:
    """`a.b.C`, as a package or a type is named."""
    line = line_of(node)
    front, *rest = re.sub(r"\s|@\w+", "", node.text()).split(".")
    out: s.Node = s.Name(line, front)
    for each in rest:
        out = s.Member(line, out, each)
    return out


def type_(node: SgNode | None) -> s.Node | None:
    """What a type names; the types that it is of stand behind it, as the key of an index."""
    if node is None:
        return None
    kind, line = node.kind(), line_of(node)
    if kind == "generic_type":
        first, *rest = children(node)
        inner = [each for given in rest for part in children(given) if (each := type_(part)) is not None]
        return s.Index(line, qualified(first), s.Other(line, inner))
    if kind == "array_type":
        return s.Index(line, s.Name(line, "Array"), type_(node.field("element")) or s.Other(line, []))
    if kind == "annotated_type":
        return type_(children(node)[-1])
    if kind == "wildcard":
        bound = children(node)
        return type_(bound[-1]) if bound else s.Other(line, [])
    return qualified(node)


def plain(node: SgNode | None) -> s.Node:
    """The name of a type, whatever it is of."""
    found = type_(node)
    if isinstance(found, s.Index):
        return found.object
    return found if found is not None else s.Name(1, "Object")


def string_of(node: SgNode) -> s.Node:
    """A text between quotes, or between three."""
    text = node.text()
    raw = text[3:-3] if text.startswith('"""') else text[1:-1]
    return s.Literal(line_of(node), ESCAPE.sub(_escaped, raw) if "\\" in raw else raw)


def _escaped(found: re.Match[str]) -> str:
    if found.group(2):
        return chr(int(found.group(2), 16))
    return ESCAPES.get(found.group(1), "" if found.group(1) == "\n" else found.group(1))


def integer_of(node: SgNode) -> s.Node:
    """A whole number."""
    text = node.text().replace("_", "").rstrip("lL")
    try:
        octal = len(text) > 1 and text[0] == "0" and text.isdigit()
        return s.Literal(line_of(node), int(text, 8) if octal else int(text, 0))
    except ValueError:
        return s.Literal(line_of(node), 0)


def fraction_of(node: SgNode) -> s.Node:
    """A number with a fraction."""
    try:
        return s.Literal(line_of(node), float(node.text().replace("_", "").rstrip("fFdD")))
    except ValueError:
        return s.Literal(line_of(node), 0.0)


def import_(node: SgNode) -> s.Node:
    """An import; `*` stands for every name."""
    parts = children(node)
    path = re.sub(r"\s", "", parts[0].text()) if parts else ""
    if len(parts) > 1:
        return s.Import(line_of(node), path, "*", "*")
    module, _, name = path.rpartition(".")
    return s.Import(line_of(node), module, name, name)
