"""Types and patterns of Rust: what a type names, and what a pattern gives names to."""

from __future__ import annotations

from ast_grep_py import SgNode

from mainstay.check import syntax as s
from mainstay.check.languages.nodes import named
from mainstay.check.words import words

THROUGH = words("Option Arc Box Rc Mutex RwLock RefCell Cow Pin Result LazyLock OnceCell Lazy")
"""Types that hold one value of another, which is used as if it were not in them."""
SINGLE = words("reference_type pointer_type bracketed_type abstract_type dynamic_type bounded_type")
NAMES = words("type_identifier primitive_type identifier self crate super metavariable")
WRAPS = words("Some Ok Json Path Query Form State Data Extension Multipart TypedHeader Valid")
"""Patterns around a single value that is the same inside."""


def path_of(node: SgNode, line: int, owner: str) -> s.Node:
    """`a::b::c` as members of one another."""
    kind = node.kind()
    if kind in ("scoped_identifier", "scoped_type_identifier"):
        parts = named(node)
        if len(parts) < 2:
            return s.Name(line, parts[0].text() if parts else "")
        return s.Member(line, path_of(parts[0], line, owner), parts[-1].text())
    if kind == "generic_type" or kind in SINGLE:
        inner = named(node)
        return path_of(inner[0], line, owner) if inner else s.Name(line, "")
    text = node.text()
    return s.Name(line, owner if text == "Self" and owner else text)


def type_(node: SgNode, line: int, owner: str) -> s.Node:
    """What a type names; what holds one value is that value."""
    kind = node.kind()
    if kind in NAMES or kind == "scoped_type_identifier":
        return path_of(node, line, owner)
    if kind in SINGLE:
        inner = [each for each in named(node) if each.kind() not in ("lifetime", "mutable_specifier")]
        return type_(inner[0], line, owner) if inner else s.Other(line, [])
    if kind == "generic_type":
        base, *rest = named(node)
        given = [each for each in (named(rest[-1]) if rest else []) if each.kind() != "lifetime"]
        if base.text().rpartition("::")[2] in THROUGH and given:
            return type_(given[0], line, owner)
        inside = [type_(each, line, owner) for each in given]
        return s.Index(line, path_of(base, line, owner), s.Sequence(line, inside))
    if kind == "tuple_type":
        return s.Sequence(line, [type_(each, line, owner) for each in named(node)])
    return s.Other(line, [])


def base_of(node: SgNode) -> str:
    """The name of a type, without its path and parameters."""
    kind = node.kind()
    if kind in ("generic_type", "reference_type", "bracketed_type"):
        inner = [each for each in named(node) if each.kind() != "lifetime"]
        return base_of(inner[0]) if inner else ""
    return node.text().rpartition("::")[2]


def pattern(node: SgNode, line: int, owner: str) -> s.Node | None:
    """What a pattern gives names to; None where it gives none."""
    kind = node.kind()
    if kind == "identifier":
        text = node.text()
        return s.Name(line, text) if not text[:1].isupper() else None
    if kind in ("mut_pattern", "ref_pattern", "reference_pattern", "captured_pattern", "match_pattern", "or_pattern"):
        inner = [each for each in named(node) if each.kind() != "mutable_specifier"]
        return pattern(inner[0], line, owner) if inner else None
    if kind in ("tuple_pattern", "slice_pattern"):
        items = [pattern(each, line, owner) for each in named(node)]
        return s.Sequence(line, [each if each is not None else s.Name(line, "_") for each in items])
    if kind == "tuple_struct_pattern":
        inner = named(node)[1:]
        found = [made for each in inner if (made := pattern(each, line, owner)) is not None]
        return found[0] if len(found) == 1 else s.Other(line, found) if found else None
    if kind == "struct_pattern":
        return _fields(node, line, owner)
    return None


def _fields(node: SgNode, line: int, owner: str) -> s.Node:
    pairs: list[s.Pair] = []
    for each in named(node)[1:]:
        parts = [inner for inner in named(each) if inner.kind() != "mutable_specifier"]
        if each.kind() != "field_pattern" or not parts:
            continue
        name = parts[0].text()
        target = s.Name(line, name) if len(parts) == 1 else pattern(parts[-1], line, owner)
        pairs.append(s.Pair(line, s.Literal(line, name), target or s.Name(line, "_")))
    return s.Mapping(line, pairs)


def variant(node: SgNode, line: int, owner: str) -> s.Node | None:
    """The alternative of an enumeration that a pattern asks for, where its name is not that of a wrapping."""
    kind = node.kind()
    if kind in ("match_pattern", "ref_pattern", "reference_pattern"):
        inner = named(node)
        return variant(inner[0], line, owner) if inner else None
    if kind in ("tuple_struct_pattern", "struct_pattern"):
        name = named(node)[0]
        if name.text() not in WRAPS and name.text() != "Err":
            return path_of(name, line, owner)
    return None
