"""Macros of Rust: their arguments, formats with what is put into them, and `json!`."""

from __future__ import annotations

import re
from collections.abc import Callable

from ast_grep_py import SgNode

from mainstay.check import syntax as s
from mainstay.check.languages.nodes import named
from mainstay.check.words import words

FORMATS = words("format print println eprint eprintln panic bail anyhow todo unreachable ensure")
"""Macros of the language, and of anyhow, whose first argument is a format."""
LOGS = words("trace debug info warn error log event")
WRITES = words("write writeln")
ASSERTS = words("assert assert_eq assert_ne debug_assert debug_assert_eq debug_assert_ne unimplemented")
PLACEHOLDER = re.compile(r"\{\{|\}\}|\{([^{}]*)\}")
SIGILS = re.compile(r"(^|[,=(]\s*)[%?](?=[\w&*])")
"""Marks of tracing that say how a value is shown."""

Expression = Callable[[str, int], list[s.Node]]


def inside(tree: SgNode) -> str:
    """The text between the brackets."""
    return tree.text()[1:-1]


def formatted(given: list[s.Node], line: int) -> s.Node:
    """A format with what it is given, as a text that is put together."""
    first = given[0] if given else s.Literal(line, "")
    if not isinstance(first, s.Literal) or not isinstance(first.value, str):
        return s.Template(line, given)
    by_name = {t.id: each.value for each in given[1:] if isinstance(each, s.Assign) for t in each.targets
               if isinstance(t, s.Name) and each.value is not None}  # fmt: skip
    listed = [each for each in given[1:] if not isinstance(each, s.Assign)]
    parts: list[s.Node] = []
    at = count = 0
    for found in PLACEHOLDER.finditer(first.value):
        parts.append(s.Literal(line, first.value[at : found.start()]))
        at = found.end()
        if found.group(1) is None:
            parts.append(s.Literal(line, found.group(0)[0]))
            continue
        name = found.group(1).partition(":")[0].strip()
        if not name:
            parts.append(listed[count] if count < len(listed) else s.Other(line, []))
            count += 1
        elif name.isdigit():
            parts.append(listed[int(name)] if int(name) < len(listed) else s.Other(line, []))
        else:
            parts.append(by_name.get(name) or s.Name(line, name))
    parts.append(s.Literal(line, first.value[at:]))
    return s.Template(line, [each for each in parts if not (isinstance(each, s.Literal) and each.value == "")])


def argument(node: s.Node) -> s.Argument:
    """An argument of a macro; `name = value` is one with a name."""
    if isinstance(node, s.Assign) and isinstance(node.targets[0], s.Name) and node.value is not None:
        return s.Argument(node.line, node.value, node.targets[0].id)
    return s.Argument(node.line, node)


def json_(tree: SgNode, line: Callable[[SgNode], int], read: Expression) -> s.Node:
    """What `json!` is given: a mapping, a list, or an expression."""
    groups = _groups(tree)
    at = line(tree)
    if len(groups) == 1 and len(groups[0]) == 1 and groups[0][0].kind() == "token_tree":
        return _json_of(groups[0][0], line, read)
    return _value(groups[0], line, read) if groups else s.Literal(at, None)


def _json_of(tree: SgNode, line: Callable[[SgNode], int], read: Expression) -> s.Node:
    at, opens = line(tree), tree.children()[0].text()
    groups = _groups(tree)
    if opens == "[":
        return s.Sequence(at, [_value(each, line, read) for each in groups])
    pairs: list[s.Pair] = []
    for each in groups:
        colon = next((position for position, token in enumerate(each) if token.text() == ":"), None)
        if colon is None:
            continue
        key = _value(each[:colon], line, read)
        pairs.append(s.Pair(line(each[0]), key, _value(each[colon + 1 :], line, read)))
    return s.Mapping(at, pairs)


def _value(tokens: list[SgNode], line: Callable[[SgNode], int], read: Expression) -> s.Node:
    if not tokens:
        return s.Literal(1, None)
    at, first = line(tokens[0]), tokens[0]
    if len(tokens) == 1 and first.kind() == "token_tree" and first.text()[0] in "{[":
        return _json_of(first, line, read)
    found = read(_text(tokens), at)
    return found[0] if found else s.Other(at, [])


def _text(tokens: list[SgNode]) -> str:
    """The tokens as they stand: their text with what was between them."""
    out, end = "", tokens[0].range().start
    for token in tokens:
        where = token.range()
        if where.start.line != end.line or where.start.column != end.column:
            out += " "
        out += token.text()
        end = where.end
    return out


def _groups(tree: SgNode) -> list[list[SgNode]]:
    """Tokens between the brackets, parted at commas."""
    out: list[list[SgNode]] = [[]]
    for each in tree.children()[1:-1]:
        if each.text() == ",":
            out.append([])
        elif each.kind() not in ("line_comment", "block_comment"):
            out[-1].append(each)
    return [each for each in out if each]


def names_in(tree: SgNode, line: int) -> list[s.Argument]:
    """The names in brackets, as those of `derive`."""
    return [s.Argument(line, s.Name(line, each.text())) for each in named(tree) if each.kind() == "identifier"]
