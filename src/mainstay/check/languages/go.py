"""Go, read with the grammar of ast-grep."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ast_grep_py import SgNode, SgRoot

from mainstay.check import syntax as s
from mainstay.check.languages.go_expressions import Expressions
from mainstay.check.languages.go_types import base_of, members, type_
from mainstay.check.languages.nodes import broken_lines, end_of, line_of, named, refuse_lines
from mainstay.check.languages.unreadable import Unreadable
from mainstay.check.words import words

IGNORED = words("comment package_clause empty_statement fallthrough_statement goto_statement label_name")


def read(text: str) -> s.Module:
    """The tree of a text; raises Unreadable."""
    refuse_lines(text)
    root = SgRoot(text, "go").root()
    body = named(root)
    reading = Statements()
    reading.missed += broken_lines(root, body, "Go")
    try:
        return s.Module(reading.block(body), missed=reading.missed)
    except RecursionError:
        raise Unreadable("nested too deeply") from None


def read_fragment(text: str) -> s.Module:
    """As `read`, of an example in a text: it may be statements alone."""
    if re.search(r"^\s*(package|func|import|type)\b", text, re.MULTILINE):
        return read(text)
    function = read("func example() {" + text + "\n}").body[0]
    return s.Module(function.body if isinstance(function, s.Function) else [])


class Statements(Expressions):
    """Reads statements and declarations."""

    def __init__(self) -> None:
        self.missed: list[int] = []
        """The first lines of those of which a part is missing."""

    def block(self, nodes: list[SgNode]) -> list[s.Node]:
        """Statements in order; one of which a part is missing is passed over, and noted."""
        out: list[s.Node] = []
        for node in nodes:
            kind = node.kind()
            if kind in IGNORED:
                continue
            try:
                out.extend(_KINDS.get(kind, Statements._plain)(self, node))
            except IndexError:
                self.missed.append(line_of(node))
        return out

    def body(self, node: SgNode | None) -> list[s.Node]:
        """The statements between braces."""
        listed = [each for each in named(node) if each.kind() == "statement_list"] if node is not None else []
        return self.block([each for inner in listed for each in named(inner)])

    # ------------------------------------------------------------ declarations

    def function(self, node: SgNode) -> s.Function:
        """A function, method or function literal."""
        line, name, owner, receiver = line_of(node), node.field("name"), "", "self"
        own, result = node.field("receiver"), node.field("result")
        for each in named(own) if own is not None else []:
            parts = named(each)
            owner = base_of(parts[-1])
            receiver = parts[0].text() if len(parts) > 1 else "_"
        inside = self.body(node.field("body"))
        names = _named_results(result)
        for found in s.walk(*inside) if names else ():
            if isinstance(found, s.Return) and found.value is None:
                given: list[s.Node] = [s.Name(found.line, one) for one in names]
                found.value = given[0] if len(given) == 1 else s.Sequence(found.line, given)
        return s.Function(
            line,
            name.text() if name is not None else "",
            _parameters(node.field("parameters")),
            inside,
            end=end_of(node),
            returns=type_(result, line) if result is not None else None,
            owner=owner,
            receiver=receiver,
        )

    def _defined(self, node: SgNode) -> list[s.Node]:
        return [self.function(node)]

    def _types(self, node: SgNode) -> list[s.Node]:
        out: list[s.Node] = []
        for spec in named(node):
            name, meant = spec.field("name"), spec.field("type")
            if name is None or meant is None:
                continue
            line = line_of(spec)
            if spec.kind() == "type_alias":
                out.append(s.Assign(line, [s.Name(line, name.text())], type_(meant, line)))
                continue
            bases, body = members(meant)
            what = "interface" if meant.kind() == "interface_type" else "class"
            out.append(s.Class(line, name.text(), bases, body, end=end_of(spec), kind=what))
        return out

    def _variables(self, node: SgNode) -> list[s.Node]:
        out: list[s.Node] = []
        for spec in _specs(node):
            line, parts = line_of(spec), named(spec)
            names = [each for each in parts if each.kind() == "identifier"]
            rest = [each for each in parts if each.kind() not in ("identifier", "comment")]
            listed = rest.pop() if rest and rest[-1].kind() == "expression_list" else None
            annotation = type_(rest[0], line) if rest else None
            targets = [self.expression(each, line) for each in names]
            if listed is None:
                out += [s.Assign(line, [each], None, "", annotation) for each in targets]
            else:
                out += _given(targets, self.listed(listed, line), line, "", annotation)
        return out

    def _imports(self, node: SgNode) -> list[s.Node]:
        """An import without a name of its own has none yet: what it is called stands in the other package."""
        out: list[s.Node] = []
        for spec in _specs(node):
            path, name = spec.field("path"), spec.field("name")
            alias = name.text() if name is not None else ""
            if path is not None:
                star = "*" if alias == "." else ""
                out.append(s.Import(line_of(spec), path.text().strip('"`'), star, alias))
        return out

    # ------------------------------------------------------------ assignments

    def _short(self, node: SgNode) -> list[s.Node]:
        line, parts = line_of(node), named(node)
        return _given(self.listed(parts[0], line), self.listed(parts[-1], line), line, "", None)

    def _assignment(self, node: SgNode) -> list[s.Node]:
        line, parts = line_of(node), named(node)
        operator = node.children()[1].text().removesuffix("=")
        return _given(self.listed(parts[0], line), self.listed(parts[-1], line), line, operator, None)

    def _step(self, node: SgNode) -> list[s.Node]:
        line, sign = line_of(node), "+" if node.kind() == "inc_statement" else "-"
        return [s.Assign(line, [self.expression(named(node)[0], line)], s.Literal(line, 1), sign)]

    def _return(self, node: SgNode) -> list[s.Node]:
        line, inner = line_of(node), named(node)
        values = self.listed(inner[0], line) if inner else []
        if len(values) > 1:
            return [s.Return(line, s.Sequence(line, values))]
        return [s.Return(line, values[0] if values else None)]

    # ------------------------------------------------------------ choices and loops

    def _maybe(self, node: SgNode | None) -> list[s.Node]:
        if node is not None and node.kind() == "block":
            return self.body(node)
        return self.block([node]) if node is not None else []

    def _if(self, node: SgNode) -> list[s.Node]:
        line, condition = line_of(node), node.field("condition")
        before = self._maybe(node.field("initializer"))
        test = self.expression(condition, line) if condition is not None else s.Literal(line, True)
        for each in before:
            test = _asked(each, test)
        then, otherwise = self.body(node.field("consequence")), self._maybe(node.field("alternative"))
        return [*before, s.If(line, test, then, otherwise)]

    def _for(self, node: SgNode) -> list[s.Node]:
        line, body = line_of(node), self.body(node.field("body"))
        head = named(node)[0]
        kind = head.kind()
        if kind == "range_clause":
            left, right = head.field("left"), head.field("right")
            names = self.listed(left, line) if left is not None else []
            target = names[1] if len(names) > 1 else s.Name(line, "_")
            items = self.expression(right, line) if right is not None else s.Literal(line, None)
            return [s.Loop(line, target, items, body)]
        if kind == "for_clause":
            test = head.field("condition")
            asked = self.expression(test, line) if test is not None else s.Name(line, "ever")
            return [*self._maybe(head.field("initializer")), s.Loop(line, None, asked, body)]
        asked = s.Name(line, "ever") if kind == "block" else self.expression(head, line)
        return [s.Loop(line, None, asked, body)]

    def _switch(self, node: SgNode) -> list[s.Node]:
        line, value = line_of(node), node.field("value")
        before = self._maybe(node.field("initializer"))
        subject = self.expression(value, line) if value is not None else None
        out: list[s.Node] = []
        for case in reversed(named(node)):
            at, kind = line_of(case), case.kind()
            if kind == "default_case":
                out = self._case(case)
            elif kind == "expression_case":
                out = [s.If(at, _any(subject, self.listed(named(case)[0], at), at), self._case(case), out)]
        return [*before, *out]

    def _type_switch(self, node: SgNode) -> list[s.Node]:
        line, value, alias = line_of(node), node.field("value"), node.field("alias")
        subject = self.expression(value, line) if value is not None else s.Literal(line, None)
        names = self.listed(alias, line) if alias is not None else []
        out: list[s.Node] = []
        for case in reversed(named(node)):
            at, kind = line_of(case), case.kind()
            if kind == "default_case":
                out = self._case(case)
            elif kind == "type_case":
                test = s.Call(at, s.Name(at, "type_of"), [s.Argument(at, subject)])
                out = [s.If(at, test, self._case(case), out)]
        return [*(s.Assign(line, [each], subject) for each in names), *out]

    def _case(self, node: SgNode) -> list[s.Node]:
        """The statements of a case; `break` at their end only leaves the switch."""
        inner = [each for each in named(node) if each.kind() == "statement_list"]
        out = self.block(named(inner[0])) if inner else []
        last = out[-1] if out else None
        if isinstance(last, s.Expression) and isinstance(last.value, s.Name) and last.value.id == "break":
            out.pop()
        return out

    def _select(self, node: SgNode) -> list[s.Node]:
        out: list[s.Node] = []
        for case in reversed(named(node)):
            line = line_of(case)
            before = self._maybe(case.field("communication"))
            out = [*before, s.If(line, s.Name(line, "ready"), self._case(case), out)]
        return out

    def _receive(self, node: SgNode) -> list[s.Node]:
        line, parts = line_of(node), named(node)
        if len(parts) == 1:
            return [s.Expression(line, self.expression(parts[0], line))]
        return _given(self.listed(parts[0], line), self.listed(parts[-1], line), line, "", None)

    # ------------------------------------------------------------ others

    def _plain(self, node: SgNode) -> list[s.Node]:
        line = line_of(node)
        return [s.Expression(line, self.expression(node, line))]

    def _inner(self, node: SgNode) -> list[s.Node]:
        line = line_of(node)
        return [s.Expression(line, self.expression(each, line)) for each in named(node)]

    def _evaluated(self, node: SgNode) -> list[s.Node]:
        line = line_of(node)
        value = self.expression(named(node)[0], line)
        if isinstance(value, s.Call) and isinstance(value.function, s.Name) and value.function.id == "panic":
            return [s.Raise(line, value.arguments[0].value if value.arguments else None)]
        return [s.Expression(line, value)]

    def _labelled(self, node: SgNode) -> list[s.Node]:
        return self.block(named(node)[1:])

    def _word(self, node: SgNode) -> list[s.Node]:
        line = line_of(node)
        return [s.Expression(line, s.Name(line, node.kind().removesuffix("_statement")))]


def _named_results(result: SgNode | None) -> list[str]:
    if result is None or result.kind() != "parameter_list":
        return []
    return [part.text() for each in named(result) for part in named(each)[:-1] if part.kind() == "identifier"]


def _parameters(listed: SgNode | None) -> list[s.Parameter]:
    """Parameters with their types; one without a name is `_`."""
    out: list[s.Parameter] = []
    for each in named(listed) if listed is not None else []:
        kind = each.kind()
        if kind not in ("parameter_declaration", "variadic_parameter_declaration"):
            continue
        line, parts = line_of(each), named(each)
        annotation = type_(parts[-1], line)
        names = [part.text() for part in parts[:-1] if part.kind() == "identifier"] or ["_"]
        spread = kind == "variadic_parameter_declaration"
        out += [s.Parameter(line, name, annotation, None, None, spread) for name in names]
    return out


def _specs(node: SgNode) -> list[SgNode]:
    """The single declarations of one, or of several in brackets."""
    out: list[SgNode] = []
    for each in named(node):
        kind = each.kind()
        if kind.endswith("_list"):
            out += [inner for inner in named(each) if inner.kind().endswith("_spec")]
        elif kind.endswith("_spec"):
            out.append(each)
    return out


def _given(
    targets: list[s.Node], values: list[s.Node], line: int, operator: str, annotation: s.Node | None
) -> list[s.Node]:
    """What is given to one name, to several from one call, or to several at once."""
    if len(targets) == len(values) == 1:
        target, value = targets[0], values[0]
        if isinstance(value, s.Function) and isinstance(target, s.Name):
            value.name = target.id
        return [s.Assign(line, [target], value, operator, annotation)]
    if len(values) == 1:
        return [s.Assign(line, [s.Results(line, targets)], values[0], "", annotation)]
    return [s.Assign(line, [s.Sequence(line, targets)], s.Sequence(line, values), "", annotation)]


def _asked(before: s.Node, test: s.Node) -> s.Node:
    """After `_, ok := allowed[x]`, `ok` asks whether x is in it."""
    if isinstance(before, s.Assign) and isinstance(before.value, s.Index) and isinstance(before.targets[0], s.Results):
        asked = before.targets[0].targets[-1]
        found = s.Binary(test.line, "in", before.value.key, before.value.object)
        if test == asked:
            return found
        if isinstance(test, s.Unary) and test.value == asked:
            return s.Unary(test.line, "not", found)
    return test


def _any(subject: s.Node | None, values: list[s.Node], line: int) -> s.Node:
    """The test of a case: one of several values, or of several tests."""
    if subject is not None:
        single = len(values) == 1
        return s.Binary(line, "==" if single else "in", subject, values[0] if single else s.Sequence(line, values))
    test = values[0]
    for each in values[1:]:
        test = s.Binary(line, "or", test, each)
    return test


_KINDS: dict[str, Callable[[Any, SgNode], list[s.Node]]] = {
    "expression_statement": Statements._evaluated,
    "short_var_declaration": Statements._short,
    "assignment_statement": Statements._assignment,
    "inc_statement": Statements._step,
    "dec_statement": Statements._step,
    "if_statement": Statements._if,
    "return_statement": Statements._return,
    "for_statement": Statements._for,
    "expression_switch_statement": Statements._switch,
    "type_switch_statement": Statements._type_switch,
    "select_statement": Statements._select,
    "receive_statement": Statements._receive,
    "send_statement": Statements._inner,
    "defer_statement": Statements._inner,
    "go_statement": Statements._inner,
    "block": Statements.body,
    "labeled_statement": Statements._labelled,
    "var_declaration": Statements._variables,
    "const_declaration": Statements._variables,
    "type_declaration": Statements._types,
    "function_declaration": Statements._defined,
    "method_declaration": Statements._defined,
    "import_declaration": Statements._imports,
    "break_statement": Statements._word,
    "continue_statement": Statements._word,
}
