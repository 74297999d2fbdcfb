"""Classes of JavaScript and TypeScript: decorators, bases, fields, and parameters that a constructor keeps."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode

from mainstay.check import syntax as s
from mainstay.check.languages.javascript_nodes import annotated, children, part, type_
from mainstay.check.languages.nodes import end_of, line_of
from mainstay.check.words import words

Expression = Callable[[SgNode], s.Node]

MARKS = words("accessibility_modifier readonly override_modifier")
CLAUSES = words("extends_clause implements_clause")
METHODS = words("method_definition abstract_method_signature method_signature")
FIELDS = words("field_definition public_field_definition property_signature")


def decorators(node: SgNode, expression: Expression) -> list[s.Node]:
    """What stands behind an @ before a class, a member or a parameter."""
    return [expression(children(each)[0]) for each in node.children() if each.kind() == "decorator" and children(each)]


def class_(node: SgNode, expression: Expression, function: Callable[[SgNode], s.Function]) -> s.Class:
    """A class or an interface."""
    name, body = part(node, "name"), part(node, "body")
    own = name.text() if name else ""
    inside: list[s.Node] = []
    waiting: list[s.Node] = []
    for each in children(body) if body is not None else []:
        kind = each.kind()
        if kind == "decorator":
            waiting.append(expression(children(each)[0]))
        elif kind in METHODS:
            made = function(each)
            made.owner = own
            made.decorators = [*waiting, *made.decorators]
            waiting = []
            inside.append(made)
        elif kind in FIELDS:
            inside.append(_field(each, own, [*waiting, *decorators(each, expression)], expression))
            waiting = []
    kind = "interface" if node.kind() == "interface_declaration" else "class"
    told = decorators(node, expression)
    return s.Class(line_of(node), own, _bases(node, expression), inside, told, end_of(node), kind)


def _bases(node: SgNode, expression: Expression) -> list[s.Node]:
    out: list[s.Node] = []
    for each in children(node):
        if each.kind() in ("class_heritage", "extends_clause", "extends_type_clause"):
            inner = [e for e in children(each) for e in (children(e) if e.kind() in CLAUSES else [e])]
            named = [e for e in inner if e.kind() != "type_arguments"]
            out += [type_(e) if e.kind().endswith(("type", "type_identifier")) else expression(e) for e in named]
    return out


def _field(node: SgNode, owner: str, told: list[s.Node], expression: Expression) -> s.Node:
    key, value = part(node, "name") or part(node, "property"), part(node, "value")
    made = expression(value) if value is not None else None
    if isinstance(made, s.Function):
        made.name, made.owner = key.text() if key else "", owner
        return made
    line = line_of(key or node)
    target = s.Name(line, key.text().strip("\"'") if key else "")
    return s.Assign(line, [target], made, "", annotated(part(node, "type")), told or ())


def kept(node: SgNode) -> list[s.Node]:
    """Parameters of a constructor that are kept as attributes: `private readonly users: Users`."""
    listed = part(node, "parameters")
    out: list[s.Node] = []
    for each in children(listed) if listed is not None else []:
        name = part(each, "pattern")
        if name is not None and any(mark.kind() in MARKS for mark in each.children()):
            line = line_of(each)
            out.append(s.Assign(line, [s.Member(line, s.Name(line, "self"), name.text())], s.Name(line, name.text())))
    return out
