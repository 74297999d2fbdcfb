"""Statements of Rust: `let`, choices and loops, which may be the value of what they stand in."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable

from ast_grep_py import SgNode

from mainstay.check import syntax as s
from mainstay.check.languages.nodes import named
from mainstay.check.languages.rust_expressions import COMMENTS, Expressions
from mainstay.check.languages.rust_types import path_of, pattern, type_, variant
from mainstay.check.words import words

Keep = Callable[[s.Node, int], s.Node]
"""What becomes of a value: it is answered, given to a name, or dropped."""
BRANCHING = words("if_expression match_expression block unsafe_block loop_expression for_expression while_expression")
LITERALS = words("string_literal integer_literal float_literal char_literal boolean_literal negative_literal")


def answered(value: s.Node, line: int) -> s.Node:
    """The value of a function; an `Err` is an error that is raised."""
    if isinstance(value, s.Call) and isinstance(value.function, s.Name) and value.function.id == "Err":
        return s.Raise(line, value.arguments[0].value if value.arguments else None)
    return s.Return(line, value)


def dropped(value: s.Node, line: int) -> s.Node:
    """A value that nothing is done with."""
    return value if isinstance(value, s.Assign) else s.Expression(line, value)


class Statements(Expressions):
    """Reads statements; functions and types among them are its subclass's to read."""

    @abstractmethod
    def item(self, node: SgNode, attributes: list[SgNode]) -> list[s.Node] | None:
        """A function, type or import; None where it is none of these."""

    def body(self, node: SgNode, returns: bool) -> list[s.Node]:
        """The statements of a function or closure; with `returns`, the last is its answer."""
        if node.kind() == "async_block":
            inner = [each for each in named(node) if each.kind() == "block"]
            return self.body(inner[0], returns) if inner else []
        return self.into(node, answered if returns else dropped)

    def choice(self, node: SgNode, line: int) -> s.Node:
        """An `if`, a `match` or a block that stands in an expression: all values that it may have."""
        parts: list[s.Node] = []
        for each in s.walk(*self.into(node, lambda value, at: s.Expression(at, value))):
            if isinstance(each, s.Expression | s.Return):
                parts.append(each.value if each.value is not None else s.Literal(each.line, None))
            elif isinstance(each, s.Assign):
                parts.append(each)
        return s.Other(line, parts)

    def into(self, node: SgNode, keep: Keep) -> list[s.Node]:
        """An expression as statements, with what becomes of its value."""
        kind, line = node.kind(), self.line(node)
        if kind in ("block", "unsafe_block"):
            return self._block(node, keep)
        if kind == "if_expression":
            return self._if(node, keep)
        if kind == "match_expression":
            return self._match(node, keep)
        if kind in ("loop_expression", "while_expression", "for_expression"):
            return self._loop(node)
        if kind in ("break_expression", "continue_expression"):
            return [s.Expression(line, s.Name(line, kind.removesuffix("_expression")))]
        if kind == "return_expression":
            inner = named(node)
            return self.into(inner[0], answered) if inner else [s.Return(line, None)]
        if kind == "call_expression":
            function, arguments = node.field("function"), node.field("arguments")
            given = named(arguments) if arguments is not None else []
            if function is not None and function.text() in ("Ok", "Some") and given and given[0].kind() in BRANCHING:
                return self.into(given[0], keep)
        if kind == "macro_invocation" and named(node)[0].text().rpartition("::")[2] in ("bail", "panic"):
            value = self.expression(node, line)
            return [s.Raise(line, value)]
        return [keep(self.expression(node, line), line)]

    def _block(self, node: SgNode, keep: Keep) -> list[s.Node]:
        inner = [each for each in named(node) if each.kind() not in COMMENTS and each.kind() != "label"]
        if node.kind() == "unsafe_block":
            return self._block(inner[0], keep) if inner else []
        out: list[s.Node] = []
        attributes: list[SgNode] = []
        for each in inner:
            kind = each.kind()
            if kind == "attribute_item":
                attributes.append(each)
                continue
            try:
                out += self._statement(each, kind, attributes, keep if each is inner[-1] else dropped)
            except IndexError:
                self.missed.append(self.line(each))
            attributes = []
        return out

    def _statement(self, node: SgNode, kind: str, attributes: list[SgNode], keep: Keep) -> list[s.Node]:
        if kind == "let_declaration":
            return self._let(node)
        if kind == "expression_statement":
            inner = named(node)[0]
            ended = node.children()[-1].kind() == ";"
            return self.into(inner, dropped if ended else keep)
        if kind == "empty_statement":
            return []
        made = self.item(node, attributes)
        return made if made is not None else self.into(node, keep)

    def _let(self, node: SgNode) -> list[s.Node]:
        line, given = self.line(node), node.field("pattern")
        value, kind, otherwise = node.field("value"), node.field("type"), node.field("alternative")
        target = pattern(given, line, self.owner) if given is not None else None
        target = target if target is not None else s.Name(line, "_")
        annotation = type_(kind, line, self.owner) if kind is not None else None
        if value is None:
            return [s.Assign(line, [target], None, "", annotation)]

        def kept(found: s.Node, at: int) -> s.Node:
            if isinstance(found, s.Function) and isinstance(target, s.Name):
                found.name = target.id
            return s.Assign(at, [target], found, "", annotation)

        out = self.into(value, kept)
        if otherwise is not None:
            missing = s.Unary(line, "not", _first_name(target, line))
            out.append(s.If(line, missing, self.into(otherwise, dropped), []))
        return out

    # ------------------------------------------------------------ choices

    def _if(self, node: SgNode, keep: Keep) -> list[s.Node]:
        line, condition = self.line(node), node.field("condition")
        then, last = node.field("consequence"), node.field("alternative")
        inside = self.into(then, keep) if then is not None else []
        inner = named(last) if last is not None else []
        otherwise = self.into(inner[-1], keep) if inner else []
        if condition is None:
            return [*inside, *otherwise]
        if condition.kind() == "let_condition":
            caught = self._caught(condition, inside, otherwise)
            if caught is not None:
                return [caught]
        before, test = self._condition(condition, line)
        return [*before, s.If(line, test, inside, otherwise)]

    def _caught(self, condition: SgNode, inside: list[s.Node], otherwise: list[s.Node]) -> s.Node | None:
        """`if let Err(error) = call()` is a call of which the error is caught."""
        given, value = condition.field("pattern"), condition.field("value")
        name = _error_name(given) if given is not None else None
        if name is None or value is None:
            return None
        line = self.line(condition)
        called = s.Expression(line, self.expression(value, line))
        return s.Try(
            line, [called], [s.Catch(line, _error_kinds(given, line, self.owner), name, inside)], otherwise, []
        )

    def _condition(self, node: SgNode, line: int) -> tuple[list[s.Node], s.Node]:
        """What must be given names before a test, and the test."""
        kind = node.kind()
        if kind == "let_chain":
            before: list[s.Node] = []
            tests: list[s.Node] = []
            for each in named(node):
                first, test = self._condition(each, line)
                before += first
                tests.append(test)
            out = tests[0]
            for test in tests[1:]:
                out = s.Binary(line, "and", out, test)
            return before, out
        if kind != "let_condition":
            return [], self.expression(node, line)
        given, value = node.field("pattern"), node.field("value")
        if given is None or value is None:
            return [], s.Other(line, [])
        subject = self.expression(value, line)
        if given.kind() in LITERALS:
            return [], s.Binary(line, "==", subject, self.expression(given, line))
        target = self._bound(given, subject, line)
        if target is None:
            return [], s.Call(line, s.Name(line, "type_of"), [s.Argument(line, subject)])
        return [target], _first_name(target.targets[0], line)

    def _bound(self, given: SgNode, subject: s.Node, line: int) -> s.Assign | None:
        """What the names of a pattern are given: the value, or what an alternative of an enumeration holds."""
        target = pattern(given, line, self.owner)
        if target is None:
            return None
        asked = variant(given, line, self.owner)
        if asked is None or s.dotted(asked)[:1].islower():
            return s.Assign(line, [target], subject)
        if isinstance(target, s.Mapping):
            return s.Assign(line, [target], s.Other(line, [asked, subject]))
        items = target.parts if isinstance(target, s.Other) else [target]
        held: list[s.Node] = [
            s.Other(line, [s.Index(line, asked, s.Literal(line, n)), subject]) for n in range(len(items))
        ]
        if len(items) == 1:
            return s.Assign(line, [items[0]], held[0])
        return s.Assign(line, [s.Sequence(line, items)], s.Sequence(line, held))

    def _match(self, node: SgNode, keep: Keep) -> list[s.Node]:
        line, value, block = self.line(node), node.field("value"), node.field("body")
        arms = [each for each in named(block) if each.kind() == "match_arm"] if block is not None else []
        if value is None:
            return []
        subject = self.expression(value, line)
        before: list[s.Node] = []
        if not isinstance(subject, s.Name | s.Member):
            before = [s.Assign(line, [s.Name(line, f"matched {line}")], subject)]
            subject = s.Name(line, f"matched {line}")
        errors = [each for each in arms if _error_name(each.field("pattern")) is not None]
        out: list[s.Node] = []
        for arm in reversed([each for each in arms if each not in errors]):
            out = self._arm(arm, subject, keep, out)
        if not errors:
            return [*before, *out]
        catches = []
        for arm in errors:
            at, inside = self.line(arm), arm.field("value")
            name = _error_name(arm.field("pattern")) or ""
            body = self.into(inside, keep) if inside is not None else []
            catches.append(s.Catch(at, _error_kinds(arm.field("pattern"), at, self.owner), name, body))
        return [s.Try(line, [*before, *out], catches, [], [])]

    def _arm(self, arm: SgNode, subject: s.Node, keep: Keep, rest: list[s.Node]) -> list[s.Node]:
        at, inside, given = self.line(arm), arm.field("value"), arm.field("pattern")
        body = self.into(inside, keep) if inside is not None else []
        inner = named(given) if given is not None else []
        if not inner:
            return body
        shown = inner[0]
        kind = shown.kind()
        asked = [self.expression(each, at) for each in inner[1:]]
        bound = self._bound(shown, subject, at)
        first = [bound] if bound is not None else []
        literals = [shown] if kind in LITERALS else named(shown) if kind == "or_pattern" else []
        if literals and all(each.kind() in LITERALS for each in literals):
            values = [self.expression(each, at) for each in literals]
            single = len(values) == 1
            test: s.Node = s.Binary(
                at, "==" if single else "in", subject, values[0] if single else s.Sequence(at, values)
            )
        elif kind == "identifier" and shown.text() == "None":
            test = s.Unary(at, "not", subject)
        elif kind == "tuple_struct_pattern" and named(shown)[0].text() in ("Some", "Ok"):
            test = subject
        elif bound is not None and kind in ("identifier", "mut_pattern", "ref_pattern") and not asked:
            return [*first, *body]
        elif kind in ("identifier", "_") and not asked and shown.text() == "_":
            return body
        else:
            test = s.Call(at, s.Name(at, "type_of"), [s.Argument(at, subject)])
        for each in asked:
            test = each
        return [s.If(at, test, [*first, *body], rest)]

    def _loop(self, node: SgNode) -> list[s.Node]:
        line, kind, body = self.line(node), node.kind(), node.field("body")
        inside = self.into(body, dropped) if body is not None else []
        if kind == "for_expression":
            given, items = node.field("pattern"), node.field("value")
            target = pattern(given, line, self.owner) if given is not None else None
            value = self.expression(items, line) if items is not None else s.Literal(line, None)
            return [s.Loop(line, target or s.Name(line, "_"), value, inside)]
        condition = node.field("condition")
        if condition is None:
            return [s.Loop(line, None, s.Name(line, "ever"), inside)]
        before, test = self._condition(condition, line)
        return [*before, s.Loop(line, None, test, inside)]


def _error_name(given: SgNode | None) -> str | None:
    """The name of the error in `Err(error)`; None for any other pattern."""
    if given is None:
        return None
    if given.kind() == "match_pattern":
        inner = named(given)
        return _error_name(inner[0]) if len(inner) == 1 else None
    if given.kind() != "tuple_struct_pattern":
        return None
    parts = named(given)
    if parts[0].text() != "Err":
        return None
    if len(parts) < 2:
        return ""
    inner = [each for each in named(parts[1]) if each.kind() == "identifier"] if parts[1].kind() != "identifier" else []
    return parts[1].text() if parts[1].kind() == "identifier" else inner[0].text() if inner else ""


def _error_kinds(given: SgNode | None, line: int, owner: str) -> list[s.Node]:
    """What kind of error is caught: of `Err(error)` any, of `Err(Error::Missing)` that one."""
    if given is not None and given.kind() == "match_pattern":
        inner = named(given)
        return _error_kinds(inner[0], line, owner) if inner else []
    parts = named(given) if given is not None else []
    if len(parts) < 2 or parts[1].kind() == "identifier":
        return []
    name = named(parts[1])[0] if parts[1].kind() in ("tuple_struct_pattern", "struct_pattern") else parts[1]
    return (
        [path_of(name, line, owner)]
        if name.kind() in ("identifier", "scoped_identifier", "scoped_type_identifier")
        else []
    )


def _first_name(target: s.Node, line: int) -> s.Node:
    """The first name that a pattern gives: where it is there, the pattern has matched."""
    found = next((each for each in s.walk(target) if isinstance(each, s.Name)), None)
    return s.Name(line, found.id) if found is not None else s.Literal(line, True)
