"""Python, read with the parser of the Python that runs."""

from __future__ import annotations

import ast
import re
import textwrap
import warnings
from collections.abc import Callable
from typing import Any

from mainstay.check import syntax as s
from mainstay.check.languages.nodes import LONGEST_DATA, refuse_lines
from mainstay.check.languages.older import FORMATTED, older
from mainstay.check.languages.unreadable import Unreadable

OPERATORS: dict[type[ast.AST], str] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
    ast.Mod: "%",
    ast.Pow: "**",
    ast.FloorDiv: "//",
    ast.BitOr: "|",
    ast.BitAnd: "&",
    ast.BitXor: "^",
    ast.LShift: "<<",
    ast.RShift: ">>",
    ast.MatMult: "@",
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Is: "is",
    ast.IsNot: "is not",
    ast.In: "in",
    ast.NotIn: "not in",
    ast.And: "and",
    ast.Or: "or",
    ast.Not: "not",
    ast.USub: "-",
    ast.UAdd: "+",
    ast.Invert: "~",
}


def read(text: str) -> s.Module:
    """The tree of a text; raises Unreadable."""
    refuse_lines(text, LONGEST_DATA)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            try:
                tree = ast.parse(text)
            except SyntaxError:
                tree = ast.parse(older(text))
        except SyntaxError as error:
            raise Unreadable(f"not Python: {error.msg}", error.lineno or 1) from None
        except (ValueError, RecursionError, MemoryError) as error:
            raise Unreadable(f"not Python: {type(error).__name__}") from None
    try:
        return s.Module(_block(tree.body))
    except RecursionError:
        raise Unreadable("nested too deeply") from None


def read_fragment(text: str) -> s.Module:
    """As `read`, of an example in a text: it may be indented, and a decorator may stand alone."""
    try:
        return read(text)
    except Unreadable as first:
        shown = textwrap.dedent(text)
        for repaired in (shown, re.sub(r"(?m)^(\s*@.*)\s*\Z", r"\1\ndef _(): ...", shown)):
            try:
                return read(repaired)
            except Unreadable:
                continue
        raise first


def _block(body: list[Any], owner: str = "") -> list[s.Node]:
    out: list[s.Node] = []
    for each in body:
        kind = _STATEMENTS.get(type(each))
        if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef):
            out.append(_function(each, owner))
        elif kind is not None:
            made = kind(each)
            if isinstance(made, list):
                out.extend(made)
            else:
                out.append(made)
    return out


def _expression(node: Any) -> s.Node:
    kind = _EXPRESSIONS.get(type(node))
    if kind is not None:
        return kind(node)
    parts = [_expression(each) for each in ast.iter_child_nodes(node) if isinstance(each, ast.expr)]
    return s.Other(getattr(node, "lineno", 1), parts)


def _maybe(node: Any) -> s.Node | None:
    return None if node is None else _expression(node)


def _all(nodes: list[Any]) -> list[s.Node]:
    return [_expression(each) for each in nodes]


def _constant(node: ast.Constant) -> s.Node:
    value = node.value
    if isinstance(value, bytes):
        value = value.decode("latin-1")
    elif isinstance(value, complex):
        value = None
    elif value is Ellipsis:
        return s.Name(node.lineno, "...")
    return s.Literal(node.lineno, value)


def _call(node: ast.Call) -> s.Node:
    if isinstance(node.func, ast.Name) and node.func.id == FORMATTED:
        return s.Template(node.lineno, _all(node.args))
    arguments = [
        s.Argument(each.lineno, _expression(each.value), None, True)
        if isinstance(each, ast.Starred)
        else s.Argument(each.lineno, _expression(each))
        for each in node.args
    ]
    arguments += [
        s.Argument(each.value.lineno, _expression(each.value), each.arg, each.arg is None) for each in node.keywords
    ]
    return s.Call(node.lineno, _expression(node.func), arguments, node.end_lineno or node.lineno)


def _compare(node: ast.Compare) -> s.Node:
    left = _expression(node.left)
    out: s.Node | None = None
    for operator, each in zip(node.ops, node.comparators, strict=True):
        right = _expression(each)
        one = s.Binary(node.lineno, OPERATORS[type(operator)], left, right)
        out = one if out is None else s.Binary(node.lineno, "and", out, one)
        left = right
    return out if out is not None else left


def _chain(node: ast.BoolOp) -> s.Node:
    out = _expression(node.values[0])
    for each in node.values[1:]:
        out = s.Binary(node.lineno, OPERATORS[type(node.op)], out, _expression(each))
    return out


def _formatted(node: ast.FormattedValue) -> s.Node:
    value = _expression(node.value)
    if node.conversion == ord("r"):
        return s.Call(node.lineno, s.Name(node.lineno, "repr"), [s.Argument(node.lineno, value)], node.lineno)
    return value


def _comprehension(node: Any) -> s.Node:
    element = (
        s.Sequence(node.lineno, [_expression(node.key), _expression(node.value)])
        if isinstance(node, ast.DictComp)
        else _expression(node.elt)
    )
    return s.Comprehension(
        node.lineno,
        element,
        [_expression(each.target) for each in node.generators],
        [_expression(each.iter) for each in node.generators],
        [_expression(test) for each in node.generators for test in each.ifs],
    )


def _mapping(node: ast.Dict) -> s.Node:
    return s.Mapping(
        node.lineno,
        [s.Pair(v.lineno, _maybe(k), _expression(v)) for k, v in zip(node.keys, node.values, strict=True)],
    )


def _lambda(node: ast.Lambda) -> s.Node:
    body: list[s.Node] = [s.Return(node.body.lineno, _expression(node.body))]
    return s.Function(node.lineno, "", _parameters(node.args), body, end=node.end_lineno or node.lineno)


def _assign_inside(node: ast.NamedExpr) -> s.Node:
    return s.Assign(node.lineno, [_expression(node.target)], _expression(node.value))


def _parameters(args: ast.arguments) -> list[s.Parameter]:
    plain = [*args.posonlyargs, *args.args]
    defaults: list[Any] = [None] * (len(plain) - len(args.defaults)) + list(args.defaults)
    out = [s.Parameter(a.lineno, a.arg, _maybe(a.annotation), _maybe(d)) for a, d in zip(plain, defaults, strict=True)]
    if args.vararg:
        out.append(s.Parameter(args.vararg.lineno, args.vararg.arg, _maybe(args.vararg.annotation), spread=True))
    out += [
        s.Parameter(a.lineno, a.arg, _maybe(a.annotation), _maybe(d))
        for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)
    ]
    if args.kwarg:
        out.append(s.Parameter(args.kwarg.lineno, args.kwarg.arg, _maybe(args.kwarg.annotation), spread=True))
    return out


def _function(node: Any, owner: str = "") -> s.Function:
    return s.Function(
        node.lineno,
        node.name,
        _parameters(node.args),
        _block(node.body),
        _all(node.decorator_list),
        isinstance(node, ast.AsyncFunctionDef),
        node.end_lineno or node.lineno,
        _maybe(node.returns),
        owner,
    )


def _class(node: ast.ClassDef) -> s.Node:
    bases = [*node.bases, *(each.value for each in node.keywords)]
    body = _block(node.body, node.name)
    return s.Class(node.lineno, node.name, _all(bases), body, _all(node.decorator_list), node.end_lineno or node.lineno)


def _imports(node: ast.Import) -> list[s.Node]:
    return [s.Import(node.lineno, each.name, "", each.asname or each.name) for each in node.names]


def _from(node: ast.ImportFrom) -> list[s.Node]:
    return [
        s.Import(node.lineno, node.module or "", each.name, each.asname or each.name, node.level) for each in node.names
    ]


def _with(node: Any) -> s.Node:
    items = [(_expression(each.context_expr), _maybe(each.optional_vars)) for each in node.items]
    return s.With(node.lineno, items, _block(node.body), isinstance(node, ast.AsyncWith))


def _for(node: Any) -> s.Node:
    body = _block([*node.body, *node.orelse])
    return s.Loop(node.lineno, _expression(node.target), _expression(node.iter), body, isinstance(node, ast.AsyncFor))


def _try(node: Any) -> s.Node:
    catches = [
        s.Catch(
            each.lineno,
            _all(each.type.elts) if isinstance(each.type, ast.Tuple) else _all([each.type] if each.type else []),
            each.name or "",
            _block(each.body),
        )
        for each in node.handlers
    ]
    return s.Try(node.lineno, _block(node.body), catches, _block(node.orelse), _block(node.finalbody))


def _match(node: ast.Match) -> list[s.Node]:
    out: list[s.Node] = []
    for case in reversed(node.cases):
        test = _matched(node.subject, case.pattern)
        if case.guard is not None:
            guard = _expression(case.guard)
            test = guard if test is None else s.Binary(case.pattern.lineno, "and", test, guard)
        body = _block(case.body)
        out = body if test is None else [s.If(case.pattern.lineno, test, body, out)]
    return out


def _matched(subject: ast.expr, pattern: ast.pattern) -> s.Node | None:
    """The comparison that a pattern makes; None where it fits everything."""
    line = pattern.lineno
    if isinstance(pattern, ast.MatchValue):
        return s.Binary(line, "==", _expression(subject), _expression(pattern.value))
    if isinstance(pattern, ast.MatchSingleton):
        return s.Binary(line, "is", _expression(subject), s.Literal(line, pattern.value))
    if isinstance(pattern, ast.MatchOr):
        tests = [_matched(subject, each) for each in pattern.patterns]
        out = tests[0]
        for each in tests[1:]:
            out = None if out is None or each is None else s.Binary(line, "or", out, each)
        return out
    if isinstance(pattern, ast.MatchAs) and pattern.pattern is None and pattern.name is None:
        return None
    return s.Other(line, [_expression(subject)])


def _assert(node: ast.Assert) -> s.Node:
    return s.If(node.lineno, s.Unary(node.lineno, "not", _expression(node.test)), [s.Raise(node.lineno, None)], [])


_EXPRESSIONS: dict[type[ast.AST], Callable[[Any], s.Node]] = {
    ast.Name: lambda n: s.Name(n.lineno, n.id),
    ast.Attribute: lambda n: s.Member(n.end_lineno, _expression(n.value), n.attr),
    ast.Subscript: lambda n: s.Index(n.lineno, _expression(n.value), _expression(n.slice)),
    ast.Constant: _constant,
    ast.Call: _call,
    ast.Compare: _compare,
    ast.BoolOp: _chain,
    ast.BinOp: lambda n: s.Binary(n.lineno, OPERATORS[type(n.op)], _expression(n.left), _expression(n.right)),
    ast.UnaryOp: lambda n: s.Unary(n.lineno, OPERATORS[type(n.op)], _expression(n.operand)),
    ast.JoinedStr: lambda n: s.Template(n.lineno, _all(n.values)),
    ast.FormattedValue: _formatted,
    ast.Dict: _mapping,
    ast.List: lambda n: s.Sequence(n.lineno, _all(n.elts)),
    ast.Tuple: lambda n: s.Sequence(n.lineno, _all(n.elts)),
    ast.Set: lambda n: s.Sequence(n.lineno, _all(n.elts)),
    ast.Await: lambda n: s.Await(n.lineno, _expression(n.value)),
    ast.IfExp: lambda n: s.Conditional(n.lineno, _expression(n.test), _expression(n.body), _expression(n.orelse)),
    ast.ListComp: _comprehension,
    ast.SetComp: _comprehension,
    ast.GeneratorExp: _comprehension,
    ast.DictComp: _comprehension,
    ast.Lambda: _lambda,
    ast.NamedExpr: _assign_inside,
    ast.Starred: lambda n: s.Other(n.lineno, [_expression(n.value)]),
}

_STATEMENTS: dict[type[ast.AST], Callable[[Any], Any]] = {
    ast.FunctionDef: _function,
    ast.AsyncFunctionDef: _function,
    ast.ClassDef: _class,
    ast.Assign: lambda n: s.Assign(n.lineno, _all(n.targets), _expression(n.value)),
    ast.AugAssign: lambda n: s.Assign(n.lineno, [_expression(n.target)], _expression(n.value), OPERATORS[type(n.op)]),
    ast.AnnAssign: lambda n: s.Assign(n.lineno, [_expression(n.target)], _maybe(n.value), "", _maybe(n.annotation)),
    ast.Expr: lambda n: s.Expression(n.lineno, _expression(n.value)),
    ast.Return: lambda n: s.Return(n.lineno, _maybe(n.value)),
    ast.Raise: lambda n: s.Raise(n.lineno, _maybe(n.exc)),
    ast.If: lambda n: s.If(n.lineno, _expression(n.test), _block(n.body), _block(n.orelse)),
    ast.While: lambda n: s.Loop(n.lineno, None, _expression(n.test), _block([*n.body, *n.orelse])),
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.Import: _imports,
    ast.ImportFrom: _from,
    ast.Delete: lambda n: s.Delete(n.lineno, _all(n.targets)),
    ast.Match: _match,
    ast.Assert: _assert,
    ast.Continue: lambda n: s.Expression(n.lineno, s.Name(n.lineno, "continue")),
    ast.Break: lambda n: s.Expression(n.lineno, s.Name(n.lineno, "break")),
}
