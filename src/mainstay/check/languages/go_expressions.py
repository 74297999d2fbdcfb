"""Expressions of Go: calls, literals of structs and lists, and formats with what is put into them."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from ast_grep_py import SgNode

from mainstay.check import syntax as s
from mainstay.check.languages.go_types import base_of, type_
from mainstay.check.languages.nodes import end_of, line_of, named, number
from mainstay.check.words import words

OPERATORS = {"&&": "and", "||": "or", "!": "not"}
PLACEHOLDER = re.compile(r"%[-+# 0]*(?:\*|\d+)?(?:\.(?:\*|\d+)?)?(?:\[\d+\])?([a-zA-Z%])")
NUMERIC = frozenset("dtfFgGeExXobcUp")
"""Verbs of a format that write nothing of a text that was given."""
QUOTED = "quoted"
"""The operator of what a format writes with `%q`: in quotes, and with its line breaks escaped."""
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'"}
MAPS = words("H Map M D A")
"""Names that libraries give to maps and lists: `gin.H`, `echo.Map`, `bson.M`."""
STRUCTS = words("type_identifier qualified_type generic_type")


class Expressions(ABC):
    """Reads expressions; the statements in a function literal are its subclass's to read."""

    @abstractmethod
    def function(self, node: SgNode) -> s.Function:
        """A function, method or function literal."""

    def expression(self, node: SgNode, line: int) -> s.Node:
        """An expression; `line` is told of what does not begin on a line of its own."""
        kind = node.kind()
        known = _KINDS.get(kind)
        if known is not None:
            return known(self, node, line)
        return s.Other(line, [self.expression(each, line) for each in named(node) if each.kind() != "comment"])

    def listed(self, node: SgNode, line: int) -> list[s.Node]:
        """The expressions between commas."""
        inner = named(node) if node.kind() == "expression_list" else [node]
        return [self.expression(each, line) for each in inner]

    # ------------------------------------------------------------ calls

    def _selector(self, node: SgNode, line: int) -> s.Node:
        parts = node.children()
        return s.Member(line, self.expression(parts[0], line), parts[-1].text())

    def _call(self, node: SgNode, line: int) -> s.Node:
        parts = node.children()
        selected = parts[0].kind() == "selector_expression"
        line = line_of(parts[0].children()[-1] if selected else node)
        function = self.expression(parts[0], line)
        given = self._arguments(parts[-1])
        if isinstance(function, s.Member) and isinstance(function.object, s.Name) and function.object.id == "fmt":
            told: s.Node | None = None
            if function.name == "Sprintf" and given:
                told = _formatted(given, line)
            elif function.name in ("Sprint", "Sprintln"):
                told = s.Template(line, [each.value for each in given])
            if told is not None:
                return told
            if function.name == "Fprintf" and len(given) > 1:
                told = _formatted(given[1:], line)
                given = [given[0], s.Argument(line, told)] if told is not None else given
        return s.Call(line, function, given, end_of(node))

    def _arguments(self, node: SgNode) -> list[s.Argument]:
        out: list[s.Argument] = []
        for each in named(node):
            kind, line = each.kind(), line_of(each)
            if kind == "variadic_argument":
                out.append(s.Argument(line, self.expression(named(each)[0], line), None, True))
            elif kind != "comment":
                out.append(s.Argument(line, self.expression(each, line)))
        return out

    def _asserted(self, node: SgNode, line: int) -> s.Node:
        """`x.(T)`: what x is now known to be."""
        parts = named(node)
        given = [self.expression(parts[0], line), type_(parts[-1], line)]
        return s.Call(line, s.Name(line, "as_type"), [s.Argument(line, each) for each in given])

    def _conversion(self, node: SgNode, line: int) -> s.Node:
        parts = named(node)
        if parts[0].kind() not in STRUCTS:
            return self.expression(parts[-1], line)
        given = [s.Argument(line, self.expression(each, line)) for each in parts[1:]]
        return s.Call(line_of(node), type_(parts[0], line), given, end_of(node))

    # ------------------------------------------------------------ literals

    def _composite(self, node: SgNode, line: int) -> s.Node:
        parts, line = named(node), line_of(node)
        return self._literal(parts[-1], parts[0], line, end_of(node))

    def _literal(self, body: SgNode, kind: SgNode | None, line: int, end: int) -> s.Node:
        """A struct becomes a call of its type, a map a mapping, a list a sequence."""
        pairs: list[s.Pair] = []
        items: list[s.Node] = []
        fields = True
        inner_kind = _item_type(kind)
        for each in named(body):
            at, each_kind = line_of(each), each.kind()
            if each_kind == "keyed_element":
                key, value = named(each)[:2]
                inner = named(key)[0]
                name = inner.text() if inner.kind() == "identifier" else ""
                fields = fields and bool(name)
                made = s.Literal(at, name) if name else self.expression(inner, at)
                pairs.append(s.Pair(at, made, self._element(value, at, inner_kind)))
            elif each_kind == "literal_element":
                items.append(self._element(each, at, inner_kind))
        if kind is not None and kind.kind() in STRUCTS and fields and base_of(kind) not in MAPS:
            given = [s.Argument(each.line, each) for each in items]
            given += [s.Argument(e.line, e.value, str(e.key.value)) for e in pairs if isinstance(e.key, s.Literal)]
            return s.Call(line, type_(kind, line), given, end)
        if items:
            return s.Sequence(line, [*items, *(each.value for each in pairs)])
        if not pairs and kind is not None and kind.kind() in ("slice_type", "array_type"):
            return s.Sequence(line, [])
        return s.Mapping(line, pairs)

    def _element(self, node: SgNode, line: int, kind: SgNode | None) -> s.Node:
        """An item of a list or map, which may leave out the type that all of them have."""
        inner = named(node)[0]
        if inner.kind() == "literal_value":
            return self._literal(inner, kind, line, line)
        return self.expression(inner, line)

    # ------------------------------------------------------------ operators

    def _index(self, node: SgNode, line: int) -> s.Node:
        parts = named(node)
        return s.Index(line, self.expression(parts[0], line), self.expression(parts[-1], line))

    def _slice(self, node: SgNode, line: int) -> s.Node:
        return s.Other(line, [self.expression(named(node)[0], line)])

    def _unary(self, node: SgNode, line: int) -> s.Node:
        sign, inner = node.children()[:2]
        operator, value = sign.text(), self.expression(inner, line)
        if operator in ("&", "*", "<-"):
            return value
        return s.Unary(line, OPERATORS.get(operator, operator), value)

    def _binary(self, node: SgNode, line: int) -> s.Node:
        left, sign, right = node.children()[:3]
        operator = sign.text()
        operator = OPERATORS.get(operator, operator)
        return s.Binary(line, operator, self.expression(left, line), self.expression(right, line))

    def _brackets(self, node: SgNode, line: int) -> s.Node:
        return self.expression(named(node)[0], line)

    def _function(self, node: SgNode, line: int) -> s.Node:
        return self.function(node)


def _item_type(kind: SgNode | None) -> SgNode | None:
    """The type of the items of a list or map."""
    if kind is None or kind.kind() not in ("slice_type", "array_type", "map_type", "implicit_length_array_type"):
        return None
    inner = named(kind)[-1]
    return named(inner)[0] if inner.kind() == "pointer_type" else inner


def verbs(text: str) -> list[str]:
    """The verbs of a format, one for each value that it writes."""
    return [each for each in PLACEHOLDER.findall(text) if each != "%"]


def _formatted(given: list[s.Argument], line: int) -> s.Node | None:
    """A format with what it is given, as a text that is put together; None where the format is not seen."""
    first = given[0].value
    if not isinstance(first, s.Literal) or not isinstance(first.value, str) or any(each.spread for each in given):
        return None
    parts: list[s.Node] = []
    values = iter(given[1:])
    at = 0
    for found in PLACEHOLDER.finditer(first.value):
        if found.start() > at:
            parts.append(s.Literal(line, first.value[at : found.start()]))
        at = found.end()
        verb = found.group(1)
        value = next(values, None) if verb != "%" else None
        if value is not None:
            written = "+" if verb in NUMERIC else QUOTED if verb == "q" else ""
            parts.append(s.Unary(line, written, value.value) if written else value.value)
        elif verb == "%":
            parts.append(s.Literal(line, "%"))
    if at < len(first.value):
        parts.append(s.Literal(line, first.value[at:]))
    return s.Template(line, parts)


def _text(node: SgNode, line: int) -> s.Node:
    raw = node.text()[1:-1]
    if "\\" in raw:
        raw = re.sub(r"\\(.)", lambda found: ESCAPES.get(found.group(1), found.group(0)), raw)
    return s.Literal(line, raw)


def _number(node: SgNode, line: int) -> s.Node:
    text = node.text().replace("_", "")
    if re.fullmatch(r"0\d+", text):
        text = "0o" + text[1:]
    return s.Literal(line, number(text))


_KINDS: dict[str, Callable[[Any, SgNode, int], s.Node]] = {
    "identifier": lambda self, n, line: s.Name(line, n.text()),
    "selector_expression": Expressions._selector,
    "call_expression": Expressions._call,
    "interpreted_string_literal": lambda self, n, line: _text(n, line),
    "raw_string_literal": lambda self, n, line: s.Literal(line, n.text()[1:-1]),
    "rune_literal": lambda self, n, line: _text(n, line),
    "int_literal": lambda self, n, line: _number(n, line),
    "float_literal": lambda self, n, line: _number(n, line),
    "nil": lambda self, n, line: s.Literal(line, None),
    "true": lambda self, n, line: s.Literal(line, True),
    "false": lambda self, n, line: s.Literal(line, False),
    "iota": lambda self, n, line: s.Other(line, []),
    "composite_literal": Expressions._composite,
    "binary_expression": Expressions._binary,
    "unary_expression": Expressions._unary,
    "index_expression": Expressions._index,
    "slice_expression": Expressions._slice,
    "parenthesized_expression": Expressions._brackets,
    "func_literal": Expressions._function,
    "type_assertion_expression": Expressions._asserted,
    "type_conversion_expression": Expressions._conversion,
    "type_identifier": lambda self, n, line: type_(n, line),
    "qualified_type": lambda self, n, line: type_(n, line),
    "generic_type": lambda self, n, line: type_(n, line),
    "pointer_type": lambda self, n, line: type_(n, line),
    "slice_type": lambda self, n, line: type_(n, line),
    "map_type": lambda self, n, line: type_(n, line),
}
