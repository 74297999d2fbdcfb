"""Types of Go: what they name, and what stands in a struct or an interface."""

from __future__ import annotations

from ast_grep_py import SgNode

from mainstay.check import syntax as s
from mainstay.check.languages.nodes import line_of, named


def type_(node: SgNode, line: int) -> s.Node:
    """What a type names; a pointer is what it points to."""
    kind = node.kind()
    if kind in ("type_identifier", "identifier", "package_identifier"):
        return s.Name(line, node.text())
    if kind == "qualified_type":
        front, _, last = node.text().partition(".")
        return s.Member(line, s.Name(line, front), last)
    if kind in ("pointer_type", "parenthesized_type"):
        inner = named(node)
        return type_(inner[0], line) if inner else s.Other(line, [])
    if kind == "generic_type":
        return type_(named(node)[0], line)
    if kind in ("slice_type", "array_type", "map_type"):
        return s.Index(line, s.Name(line, "[]"), type_(named(node)[-1], line))
    return s.Other(line, [])


def base_of(node: SgNode) -> str:
    """The name of a type, without its package, pointer and parameters."""
    kind = node.kind()
    if kind in ("pointer_type", "parenthesized_type", "generic_type"):
        inner = named(node)
        return base_of(inner[0]) if inner else ""
    return node.text().rpartition(".")[2]


def members(node: SgNode) -> tuple[list[s.Node], list[s.Node]]:
    """What is embedded in a struct or interface, and its fields or methods."""
    kind = node.kind()
    bases: list[s.Node] = []
    body: list[s.Node] = []
    if kind == "interface_type":
        for each in named(node):
            line = line_of(each)
            if each.kind() == "method_elem":
                name = named(each)[0].text()
                body.append(s.Function(line, name, [], [], end=line, is_abstract=True))
            elif each.kind() == "type_elem":
                bases += [type_(inner, line) for inner in named(each)]
    elif kind == "struct_type":
        for listed in named(node):
            for each in named(listed):
                if each.kind() == "field_declaration":
                    _field(each, bases, body)
    return bases, body


def _field(node: SgNode, bases: list[s.Node], body: list[s.Node]) -> None:
    line, parts = line_of(node), named(node)
    tags: list[s.Node] = []
    if parts[-1].kind() in ("raw_string_literal", "interpreted_string_literal"):
        tags = [s.Literal(line, parts.pop().text()[1:-1])]
    names = [each.text() for each in parts if each.kind() == "field_identifier"]
    meant = type_(parts[-1], line)
    if not names:
        bases.append(meant)
        names = [base_of(parts[-1])]
    body.extend(s.Assign(line, [s.Name(line, name)], None, "", meant, tags) for name in names)
