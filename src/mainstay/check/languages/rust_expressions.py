"""Expressions of Rust: calls, literals, closures, and macros as the calls and texts that they are."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from ast_grep_py import SgNode, SgRoot

from mainstay.check import syntax as s
from mainstay.check.languages import rust_macros as macros
from mainstay.check.languages.nodes import named, number
from mainstay.check.languages.rust_types import path_of, pattern, type_
from mainstay.check.words import words

OPERATORS = {"&&": "and", "||": "or", "!": "not"}
SAME = words("Ok Some")
"""Around a value, they change nothing of what it is."""
NUMBERS = words("i8 i16 i32 i64 i128 isize u8 u16 u32 u64 u128 usize f32 f64 bool Uuid")
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", '"': '"', "\\": "\\", "'": "'", "0": "\0"}
COMMENTS = words("line_comment block_comment")


class Expressions(ABC):
    """Reads expressions; blocks and choices are its subclass's to read."""

    def __init__(self, offset: int = 0, owner: str = "") -> None:
        self.offset = offset
        self.owner = owner
        self.missed: list[int] = []
        """The first lines of statements and items of which a part is missing."""

    @abstractmethod
    def body(self, node: SgNode, returns: bool) -> list[s.Node]:
        """The statements of a function or closure; with `returns`, the last is its answer."""

    @abstractmethod
    def choice(self, node: SgNode, line: int) -> s.Node:
        """An `if`, a `match` or a block that stands in an expression."""

    def line(self, node: SgNode) -> int:
        """The first line of a node, counted from 1; what stands in a macro is read by itself."""
        return node.range().start.line + 1 + self.offset

    def expression(self, node: SgNode, line: int) -> s.Node:
        """An expression; `line` is told of what does not begin on a line of its own."""
        known = _KINDS.get(node.kind())
        if known is not None:
            return known(self, node, line)
        return s.Other(line, [self.expression(each, line) for each in named(node) if each.kind() not in COMMENTS])

    def fragment(self, text: str, line: int) -> list[s.Node]:
        """The expressions between commas of a text that begins on a line."""
        inner = SgRoot("fn f() { f(" + text + ") }", "rust").root().find(kind="arguments")
        if inner is None:
            return []
        reader = type(self)(line - 1, self.owner)
        return [reader.expression(each, line) for each in named(inner) if each.kind() not in COMMENTS]

    # ------------------------------------------------------------ calls

    def _call(self, node: SgNode, line: int) -> s.Node:
        function, arguments = node.field("function"), node.field("arguments")
        line = self.line(node)
        if function is None or arguments is None:
            return s.Other(line, [])
        numeric = False
        if function.kind() == "generic_function":
            inner = named(function)
            numeric = inner[-1].text().strip("<>") in NUMBERS and inner[0].text().endswith("parse")
            function = inner[0]
        given = [s.Argument(self.line(each), self.expression(each, self.line(each)))
                 for each in named(arguments) if each.kind() not in COMMENTS]  # fmt: skip
        if function.kind() == "identifier" and function.text() in SAME and len(given) == 1:
            return given[0].value
        target = self.expression(function, line)
        if function.kind() == "field_expression":
            line = self.line(function.children()[-1])
        if numeric and isinstance(target, s.Member):
            return s.Unary(line, "+", target.object)
        return s.Call(line, target, given, node.range().end.line + 1 + self.offset)

    def _field(self, node: SgNode, line: int) -> s.Node:
        parts = named(node)
        return s.Member(line, self.expression(parts[0], line), parts[-1].text())

    def _path(self, node: SgNode, line: int) -> s.Node:
        return path_of(node, line, self.owner)

    def _closure(self, node: SgNode, line: int) -> s.Node:
        listed, body = node.field("parameters"), node.field("body")
        parameters = [self.parameter(each) for each in named(listed)] if listed is not None else []
        inside = self.body(body, True) if body is not None else []
        return s.Function(self.line(node), "", parameters, inside, end=node.range().end.line + 1 + self.offset)

    def _async(self, node: SgNode, line: int) -> s.Node:
        inside = self.body(node, True)
        return s.Function(self.line(node), "", [], inside, is_async=True, end=node.range().end.line + 1 + self.offset)

    def parameter(self, node: SgNode) -> s.Parameter:
        """A parameter: a name with its type, or a pattern."""
        line = self.line(node)
        given, kind = node.field("pattern"), node.field("type")
        if node.kind() == "self_parameter":
            return s.Parameter(line, "self")
        target = pattern(given or node, line, self.owner)
        annotation = type_(kind, line, self.owner) if kind is not None else None
        if isinstance(target, s.Name) or target is None:
            return s.Parameter(line, target.id if target is not None else "_", annotation)
        return s.Parameter(line, "", annotation, None, target)

    def _macro(self, node: SgNode, line: int) -> s.Node:
        parts, line = named(node), self.line(node)
        tree = parts[-1]
        name = parts[0].text().replace("::", ".").rpartition(".")[2]
        if tree.kind() != "token_tree" or name in macros.ASSERTS:
            return s.Other(line, [])
        if name == "json":
            return macros.json_(tree, self.line, self.fragment)
        text = macros.inside(tree)
        if name == "matches":
            asked = self.fragment(text.partition(",")[0], line)
            return s.Binary(line, "in", asked[0], s.Sequence(line, [])) if asked else s.Other(line, [])
        given = self.fragment(macros.SIGILS.sub(r"\1", text) if name in macros.LOGS else text, line)
        if name == "vec":
            return s.Sequence(line, given)
        if name == "format":
            return macros.formatted(given, line)
        if name in macros.FORMATS:
            return s.Call(line, s.Name(line, name), [s.Argument(line, macros.formatted(given, line))])
        if name in macros.WRITES and len(given) > 1:
            given = [given[0], macros.formatted(given[1:], line)]
        target = path_of(parts[0], line, self.owner)
        marked = s.Member(line, target.object, target.name + "!") if isinstance(target, s.Member) else target
        if name in macros.LOGS:
            marked = target
        elif isinstance(target, s.Name):
            marked = s.Name(line, target.id + "!")
        return s.Call(line, marked, [macros.argument(each) for each in given], node.range().end.line + 1 + self.offset)

    # ------------------------------------------------------------ literals

    def _struct(self, node: SgNode, line: int) -> s.Node:
        parts, line = named(node), self.line(node)
        given: list[s.Argument] = []
        for each in named(parts[-1]):
            kind, at, inner = each.kind(), self.line(each), named(each)
            if kind == "shorthand_field_initializer":
                given.append(s.Argument(at, s.Name(at, inner[-1].text()), inner[-1].text()))
            elif kind == "field_initializer":
                given.append(s.Argument(at, self.expression(inner[-1], at), inner[0].text()))
            elif kind == "base_field_initializer" and inner:
                given.append(s.Argument(at, self.expression(inner[0], at), None, True))
        return s.Call(line, path_of(parts[0], line, self.owner), given, node.range().end.line + 1 + self.offset)

    def _items(self, node: SgNode, line: int) -> s.Node:
        return s.Sequence(line, [self.expression(each, line) for each in named(node) if each.kind() not in COMMENTS])

    # ------------------------------------------------------------ operators

    def _binary(self, node: SgNode, line: int) -> s.Node:
        left, sign, right = node.children()[:3]
        operator = sign.text()
        operator = OPERATORS.get(operator, operator)
        return s.Binary(line, operator, self.expression(left, line), self.expression(right, line))

    def _unary(self, node: SgNode, line: int) -> s.Node:
        sign, inner = node.children()[0].text(), named(node)[-1]
        value = self.expression(inner, line)
        return value if sign in ("*", "&") else s.Unary(line, OPERATORS.get(sign, sign), value)

    def _first(self, node: SgNode, line: int) -> s.Node:
        inner = [each for each in named(node) if each.kind() not in COMMENTS and each.kind() != "mutable_specifier"]
        return self.expression(inner[0], line) if inner else s.Other(line, [])

    def _await(self, node: SgNode, line: int) -> s.Node:
        return s.Await(line, self._first(node, line))

    def _cast(self, node: SgNode, line: int) -> s.Node:
        value, *_, kind = named(node)
        inner = self.expression(value, line)
        return s.Unary(line, "+", inner) if kind.text() in NUMBERS else inner

    def _index(self, node: SgNode, line: int) -> s.Node:
        parts = named(node)
        if parts[-1].kind() == "range_expression":
            return s.Other(line, [self.expression(parts[0], line)])
        return s.Index(line, self.expression(parts[0], line), self.expression(parts[-1], line))

    def _assignment(self, node: SgNode, line: int) -> s.Node:
        parts, children = named(node), node.children()
        operator = children[1].text().removesuffix("=")
        return s.Assign(line, [self.expression(parts[0], line)], self.expression(parts[-1], line), operator)

    def _choice(self, node: SgNode, line: int) -> s.Node:
        return self.choice(node, line)


def _text(node: SgNode, line: int) -> s.Node:
    text = node.text()
    raw = re.match(r'[bc]?r(#*)"', text)
    if raw:
        return s.Literal(line, text[raw.end() : len(text) - 1 - len(raw.group(1))])
    inner = text.removeprefix("b").removeprefix("c")[1:-1]
    if "\\" in inner:
        inner = re.sub(r"\\\n\s*", "", inner)
        inner = re.sub(r"\\(.)", lambda found: ESCAPES.get(found.group(1), found.group(0)), inner)
    return s.Literal(line, inner)


def _number(node: SgNode, line: int) -> s.Node:
    return s.Literal(line, number(re.sub(r"_|[iuf](8|16|32|64|128|size)$", "", node.text())))


_KINDS: dict[str, Callable[[Any, SgNode, int], s.Node]] = {
    "identifier": lambda self, n, line: s.Name(line, n.text()),
    "self": lambda self, n, line: s.Name(line, "self"),
    "crate": lambda self, n, line: s.Name(line, "crate"),
    "super": lambda self, n, line: s.Name(line, "super"),
    "type_identifier": Expressions._path,
    "scoped_identifier": Expressions._path,
    "scoped_type_identifier": Expressions._path,
    "generic_type": Expressions._path,
    "generic_function": Expressions._first,
    "field_expression": Expressions._field,
    "call_expression": Expressions._call,
    "macro_invocation": Expressions._macro,
    "closure_expression": Expressions._closure,
    "async_block": Expressions._async,
    "await_expression": Expressions._await,
    "try_expression": Expressions._first,
    "reference_expression": Expressions._first,
    "parenthesized_expression": Expressions._first,
    "unary_expression": Expressions._unary,
    "binary_expression": Expressions._binary,
    "type_cast_expression": Expressions._cast,
    "index_expression": Expressions._index,
    "struct_expression": Expressions._struct,
    "tuple_expression": Expressions._items,
    "array_expression": Expressions._items,
    "assignment_expression": Expressions._assignment,
    "compound_assignment_expr": Expressions._assignment,
    "unit_expression": lambda self, n, line: s.Literal(line, None),
    "string_literal": lambda self, n, line: _text(n, line),
    "raw_string_literal": lambda self, n, line: _text(n, line),
    "char_literal": lambda self, n, line: _text(n, line),
    "integer_literal": lambda self, n, line: _number(n, line),
    "float_literal": lambda self, n, line: _number(n, line),
    "boolean_literal": lambda self, n, line: s.Literal(line, n.text() == "true"),
    "if_expression": Expressions._choice,
    "match_expression": Expressions._choice,
    "block": Expressions._choice,
    "unsafe_block": Expressions._choice,
    "loop_expression": Expressions._choice,
    "for_expression": Expressions._choice,
    "while_expression": Expressions._choice,
    "return_expression": Expressions._choice,
    "break_expression": Expressions._choice,
    "continue_expression": Expressions._choice,
}
