"""Classes of Java: what stands in them, their annotations, and the parameters of their methods."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode

from mainstay.check import syntax as s
from mainstay.check.languages.java_nodes import children, qualified, type_
from mainstay.check.languages.nodes import end_of, line_of
from mainstay.check.words import words

Expression = Callable[[SgNode | None], s.Node]
Block = Callable[[list[SgNode]], list[s.Node]]

CLASSES = {
    "class_declaration": "class",
    "interface_declaration": "interface",
    "enum_declaration": "enum",
    "record_declaration": "record",
}
METHODS = words("method_declaration constructor_declaration compact_constructor_declaration")


class Classes:
    """Reads classes; how expressions and blocks are read is given."""

    def __init__(self, expression: Expression, block: Block) -> None:
        self._expression = expression
        self._block = block

    def class_(self, node: SgNode) -> s.Class:
        """A class, an interface, a record or an enumeration."""
        name, body = node.field("name"), node.field("body")
        own = name.text() if name is not None else ""
        made = s.Class(line_of(node), own, self._bases(node), [], self.annotations(node), end_of(node))
        made.kind = CLASSES[node.kind()]
        if name is not None:
            made.line = line_of(name)
        parameters = self.parameters(node) if made.kind == "record" else []
        made.body = [
            s.Assign(each.line, [s.Name(each.line, each.name)], None, "", each.annotation, each.decorators)
            for each in parameters
        ]
        made.body += self._members(body, own, made.kind) if body is not None else []
        if parameters:
            _keep(made, parameters)
        return made

    def methods(self, body: SgNode) -> list[s.Function]:
        """The methods of a class that has no name."""
        return [each for each in self._members(body, "", "class") if isinstance(each, s.Function)]

    def _bases(self, node: SgNode) -> list[s.Node]:
        out: list[s.Node] = []
        for each in children(node):
            if each.kind() == "superclass":
                out += [found for inner in children(each) if (found := type_(inner)) is not None]
            elif each.kind() in ("super_interfaces", "extends_interfaces"):
                listed = [inner for part in children(each) for inner in children(part)]
                out += [found for inner in listed if (found := type_(inner)) is not None]
        return out

    def _members(self, body: SgNode, owner: str, kind: str) -> list[s.Node]:
        out: list[s.Node] = []
        for each in children(body):
            what = each.kind()
            if what in METHODS:
                out.append(self._method(each, owner, abstract=kind == "interface"))
            elif what in ("field_declaration", "constant_declaration"):
                out += self._fields(each)
            elif what in CLASSES:
                out.append(self.class_(each))
            elif what == "static_initializer":
                out += self._block(children(each))
            elif what == "enum_body_declarations":
                out += self._members(each, owner, kind)
            elif what == "enum_constant":
                name = each.field("name")
                text = name.text() if name is not None else ""
                out.append(s.Assign(line_of(each), [s.Name(line_of(each), text)], s.Literal(line_of(each), text)))
        return out

    def _method(self, node: SgNode, owner: str, *, abstract: bool) -> s.Function:
        body, name = node.field("body"), node.field("name")
        made = s.Function(line_of(node), name.text() if name is not None else "", self.parameters(node), [])
        if node.kind() != "method_declaration":
            made.name = "constructor"
        if name is not None:
            made.line = line_of(name)
        made.body = self._block(children(body)) if body is not None else []
        made.is_abstract = body is None and (abstract or "abstract" in _modifiers(node))
        made.decorators = self.annotations(node)
        made.end, made.owner, made.returns = end_of(node), owner, type_(node.field("type"))
        return made

    def _fields(self, node: SgNode) -> list[s.Node]:
        annotation, told = type_(node.field("type")), self.annotations(node)
        out: list[s.Node] = []
        for each in children(node):
            name, value = each.field("name"), each.field("value")
            if each.kind() == "variable_declarator" and name is not None:
                made = self._expression(value) if value is not None else None
                line = line_of(each)
                out.append(s.Assign(line, [s.Name(line, name.text())], made, "", annotation, told or ()))
        return out

    def parameters(self, node: SgNode) -> list[s.Parameter]:
        """The parameters of a method, a lambda or a record."""
        listed = node.field("parameters")
        if listed is None:
            return []
        if listed.kind() == "identifier":
            return [s.Parameter(line_of(listed), listed.text())]
        out: list[s.Parameter] = []
        for each in children(listed):
            kind, line, told = each.kind(), line_of(each), self.annotations(each) or ()
            if kind == "identifier":
                out.append(s.Parameter(line, each.text()))
            elif kind == "formal_parameter":
                name = each.field("name")
                text = name.text() if name is not None else ""
                out.append(s.Parameter(line, text, type_(each.field("type")), None, None, False, told))
            elif kind == "spread_parameter":
                *front, last = children(each)
                found = last.field("name") or last
                typed = next((inner for inner in front if inner.kind() != "modifiers"), None)
                out.append(s.Parameter(line, found.text(), type_(typed), None, None, True, told))
        return out

    def annotations(self, node: SgNode) -> list[s.Node]:
        """What stands behind an @ before a class, a member or a parameter."""
        modifiers = next((each for each in node.named_children() if each.kind() == "modifiers"), None)
        listed = modifiers.named_children() if modifiers is not None else []
        return [self.annotation(each) for each in listed if each.kind() in ("marker_annotation", "annotation")]

    def annotation(self, node: SgNode) -> s.Node:
        """An annotation: a name, or a call of it."""
        name, given, line = node.field("name"), node.field("arguments"), line_of(node)
        called = qualified(name) if name is not None else s.Name(line, "")
        if given is None:
            return called
        out: list[s.Argument] = []
        for each in children(given):
            if each.kind() == "element_value_pair":
                key = each.field("key")
                value = self._expression(each.field("value"))
                out.append(s.Argument(line_of(each), value, key.text() if key is not None else None))
            else:
                out.append(s.Argument(line_of(each), self._expression(each)))
        return s.Call(line, called, out, end_of(node))


def _modifiers(node: SgNode) -> str:
    return next((each.text() for each in node.named_children() if each.kind() == "modifiers"), "")


def _keep(made: s.Class, parameters: list[s.Parameter]) -> None:
    """What a record is made with, it keeps."""
    kept: list[s.Node] = [
        s.Assign(each.line, [s.Member(each.line, s.Name(each.line, "self"), each.name)], s.Name(each.line, each.name))
        for each in parameters
    ]
    start = next((each for each in made.body if isinstance(each, s.Function) and each.name == "constructor"), None)
    if start is None:
        made.body.append(s.Function(made.line, "constructor", parameters, kept, [], False, made.end, None, made.name))
    elif not start.parameters:
        start.parameters, start.body = parameters, [*start.body, *kept]
