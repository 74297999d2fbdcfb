"""Nodes of ast-grep's grammars that are alike in every language: where they stand, what is below them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set

from ast_grep_py import SgNode

from mainstay.check import syntax as s
from mainstay.check.languages.unreadable import Unreadable

LONGEST_LINE = 5_000
"""A line longer than this was written by a program, not by a person."""
LONGEST_DATA = 50_000
"""The same in languages in which people keep pictures and certificates in one line."""


def line_of(node: SgNode) -> int:
    """The first line of a node, counted from 1."""
    return node.range().start.line + 1


def end_of(node: SgNode) -> int:
    """The last line of a node."""
    return node.range().end.line + 1


def named(node: SgNode) -> list[SgNode]:
    """What is directly below and is more than a sign."""
    return node.named_children()


def number(text: str) -> int | float:
    """The number that a text is, whole or not, in Python's notation; 0 where it is none."""
    for read in (lambda: int(text, 0), lambda: float(text)):
        try:
            return read()
        except ValueError:
            continue
    return 0


def statements(
    nodes: list[SgNode],
    known: Mapping[str, Callable[[SgNode], s.Node | list[s.Node]]],
    ignored: Set[str],
    expression: Callable[[SgNode], s.Node],
) -> list[s.Node]:
    """The statements that nodes are, by their kinds; what is of no known kind is an expression."""
    out: list[s.Node] = []
    for node in nodes:
        kind = node.kind()
        read = known.get(kind)
        if read is not None:
            made = read(node)
            out.extend(made if isinstance(made, list) else [made])
        elif kind not in ignored:
            out.append(s.Expression(line_of(node), expression(node)))
    return out


def refuse_lines(text: str, longest: int = LONGEST_LINE) -> None:
    """Raises Unreadable for a text that a program wrote into one line."""
    if any(len(line) > longest for line in text.splitlines()):
        raise Unreadable(f"a line of more than {longest} characters: written by a program")


def broken_lines(root: SgNode, body: list[SgNode], language: str) -> list[int]:
    """The first lines of what is not of the language; raises Unreadable where it is half of the text or more."""
    broken = [each for each in body if each.kind() == "ERROR"]
    if broken and len(broken) >= max(1, len(body) // 2):
        raise Unreadable(f"not {language}", line_of(broken[0]))
    return [line_of(each) for each in root.find_all(kind="ERROR")]
