"""Java, read with the grammar of ast-grep."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode, SgRoot

from mainstay.check import syntax as s
from mainstay.check.languages.java_classes import CLASSES, Classes
from mainstay.check.languages.java_nodes import (
    children,
    fraction_of,
    import_,
    integer_of,
    plain,
    qualified,
    string_of,
    type_,
)
from mainstay.check.languages.nodes import broken_lines, end_of, line_of, refuse_lines, statements
from mainstay.check.languages.unreadable import Unreadable
from mainstay.check.words import words

OPERATORS = {"&&": "and", "||": "or", "!": "not"}


def read(text: str) -> s.Module:
    """The tree of a text in Java; raises Unreadable."""
    refuse_lines(text)
    root = SgRoot(text, "java").root()
    body = children(root)
    missed = broken_lines(root, body, "Java")
    package = next((each for each in body if each.kind() == "package_declaration"), None)
    try:
        name = s.dotted(qualified(children(package)[-1])) if package is not None else ""
        return s.Module(_block(body), name, missed)
    except RecursionError:
        raise Unreadable("nested too deeply") from None


def read_fragment(text: str) -> s.Module:
    """As `read`, of an example in a text."""
    return read(text)


def _block(nodes: list[SgNode]) -> list[s.Node]:
    return statements(nodes, _STATEMENTS, _IGNORED, _expression)


def _body(node: SgNode | None) -> list[s.Node]:
    return _block([node]) if node is not None else []


def _expression(node: SgNode | None) -> s.Node:
    if node is None:
        return s.Literal(1, None)
    known = _EXPRESSIONS.get(node.kind())
    if known is not None:
        return known(node)
    return s.Other(line_of(node), [_expression(each) for each in children(node)])


CLASSES_OF = Classes(_expression, _block)


def _first(node: SgNode) -> s.Node:
    inner = children(node)
    return _expression(inner[0] if inner else None)


def _member(node: SgNode) -> s.Node:
    name = node.field("field")
    return s.Member(end_of(node), _expression(node.field("object")), name.text() if name is not None else "")


def _arguments(node: SgNode) -> list[s.Argument]:
    given = node.field("arguments")
    listed = children(given) if given is not None else []
    return [s.Argument(line_of(each), _expression(each)) for each in listed]


def _call(node: SgNode) -> s.Node:
    owner, name = node.field("object"), node.field("name")
    given, line = _arguments(node), line_of(node)
    text = name.text() if name is not None else ""
    if text == "format" and owner is not None and owner.text() == "String" and given:
        return _format([each.value for each in given], line)
    if text == "formatted" and owner is not None:
        return _format([_expression(owner), *(each.value for each in given)], line)
    at = line_of(name) if name is not None else line
    function: s.Node = s.Member(at, _expression(owner), text) if owner is not None else s.Name(line, text)
    return s.Call(at, function, given, end_of(node))


def _format(given: list[s.Node], line: int) -> s.Node:
    """`String.format(text, values)`: a text that is put together."""
    return s.Binary(line, "%", given[0], s.Sequence(line, given[1:]))


def _new(node: SgNode) -> s.Node:
    given = _arguments(node)
    body = next((each for each in children(node) if each.kind() == "class_body"), None)
    if body is not None:
        given += [s.Argument(each.line, each, each.name) for each in CLASSES_OF.methods(body)]
    return s.Call(line_of(node), plain(node.field("type")), given, end_of(node))


def _lambda(node: SgNode) -> s.Node:
    body = node.field("body")
    inside: list[s.Node] = []
    if body is not None:
        block = body.kind() == "block"
        inside = _block(children(body)) if block else [s.Return(line_of(body), _expression(body))]
    return s.Function(line_of(node), "", CLASSES_OF.parameters(node), inside, [], False, end_of(node))


def _reference(node: SgNode) -> s.Node:
    """`Type::method`: a function that calls it with what it is given."""
    parts, line = children(node), line_of(node)
    method = node.text().rpartition("::")[2].strip()
    given = s.Name(line, "it")
    function: s.Node = plain(parts[0])
    if method != "new":
        owner = _expression(parts[0])
        static = isinstance(owner, s.Name) and owner.id[:1].isupper()
        if static and method.startswith(("get", "is")):
            return s.Function(line, "", [s.Parameter(line, "it")], [_called(s.Member(line, given, method), [], line)])
        function = s.Member(line, owner, method)
    return s.Function(line, "", [s.Parameter(line, "it")], [_called(function, [s.Argument(line, given)], line)])


def _called(function: s.Node, given: list[s.Argument], line: int) -> s.Node:
    return s.Return(line, s.Call(line, function, given, line))


def _binary(node: SgNode) -> s.Node:
    operator = node.field("operator")
    text = operator.text() if operator is not None else "+"
    left, right = _expression(node.field("left")), _expression(node.field("right"))
    return s.Binary(line_of(node), OPERATORS.get(text, text), left, right)


def _instance(node: SgNode) -> s.Node:
    """`value instanceof Type name`: it gives the value a name."""
    left, kind, name, line = _expression(node.field("left")), node.field("right"), node.field("name"), line_of(node)
    if name is not None:
        left = s.Assign(line, [s.Name(line, name.text())], left, "", type_(kind))
    return s.Binary(line, "instanceof", left, plain(kind))


def _unary(node: SgNode) -> s.Node:
    operator = node.field("operator")
    text = operator.text() if operator is not None else "-"
    return s.Unary(line_of(node), OPERATORS.get(text, text), _expression(node.field("operand")))


def _ternary(node: SgNode) -> s.Node:
    return s.Conditional(
        line_of(node),
        _expression(node.field("condition")),
        _expression(node.field("consequence")),
        _expression(node.field("alternative")),
    )


def _assignment(node: SgNode) -> s.Node:
    operator = node.field("operator")
    text = operator.text().removesuffix("=") if operator is not None else ""
    target, value = _expression(node.field("left")), _expression(node.field("right"))
    return s.Assign(line_of(node), [target], value, text)


def _index(node: SgNode) -> s.Node:
    return s.Index(line_of(node), _expression(node.field("array")), _expression(node.field("index")))


def _array(node: SgNode) -> s.Node:
    value = node.field("value")
    return _expression(value) if value is not None else s.Sequence(line_of(node), [])


def _declaration(node: SgNode) -> list[s.Node]:
    annotation = type_(node.field("type"))
    out: list[s.Node] = []
    for each in children(node):
        name, value = each.field("name"), each.field("value")
        if each.kind() == "variable_declarator" and name is not None:
            made = _expression(value) if value is not None else None
            out.append(s.Assign(line_of(each), [s.Name(line_of(each), name.text())], made, "", annotation))
    return out


def _statement(node: SgNode) -> list[s.Node]:
    inner = children(node)
    if not inner:
        return []
    made = _expression(inner[0])
    return [made if isinstance(made, s.Assign) else s.Expression(line_of(node), made)]


def _return(node: SgNode) -> s.Node:
    inner = children(node)
    return s.Return(line_of(node), _expression(inner[0]) if inner else None)


def _if(node: SgNode) -> s.Node:
    test = _expression(node.field("condition"))
    return s.If(line_of(node), test, _body(node.field("consequence")), _body(node.field("alternative")))


def _for(node: SgNode) -> list[s.Node]:
    before = _body(node.field("init"))
    return [*before, s.Loop(line_of(node), None, _expression(node.field("condition")), _body(node.field("body")))]


def _for_each(node: SgNode) -> s.Node:
    name, line = node.field("name"), line_of(node)
    target = s.Assign(
        line, [s.Name(line, name.text() if name is not None else "_")], None, "", type_(node.field("type"))
    )
    return s.Loop(line, target, _expression(node.field("value")), _body(node.field("body")))


def _while(node: SgNode) -> s.Node:
    return s.Loop(line_of(node), None, _expression(node.field("condition")), _body(node.field("body")))


def _try(node: SgNode) -> s.Node:
    catches, final = list[s.Catch](), list[s.Node]()
    inside = _body(node.field("body"))
    for each in children(node):
        if each.kind() == "catch_clause":
            catches.append(_catch(each))
        elif each.kind() == "finally_clause":
            final = _block(children(each))
    opened = node.field("resources")
    if opened is not None:
        inside = [s.With(line_of(node), [_resource(each) for each in children(opened)], inside)]
    return s.Try(line_of(node), inside, catches, [], final)


def _resource(node: SgNode) -> tuple[s.Node, s.Node | None]:
    name, value = node.field("name"), node.field("value")
    if value is None:
        return _first(node), None
    return _expression(value), s.Name(line_of(node), name.text()) if name is not None else None


def _catch(node: SgNode) -> s.Catch:
    parts = children(node)
    inner = children(parts[0])
    types = [plain(each) for part in inner if part.kind() == "catch_type" for each in children(part)]
    name = parts[0].field("name")
    return s.Catch(line_of(node), types, name.text() if name is not None else "", _body(node.field("body")))


def _switch(node: SgNode) -> list[s.Node]:
    """A choice by cases: a chain of choices, of which each ends where the next begins."""
    subject, body = _expression(node.field("condition")), node.field("body")
    out: list[s.Node] = []
    waiting: list[tuple[s.Node | None, list[s.Node], int]] = []
    fallen: s.Node | None = None
    for case in children(body) if body is not None else []:
        parts = children(case)
        labels = [each for part in parts if part.kind() == "switch_label" for each in children(part)]
        inside = _block([each for each in parts if each.kind() != "switch_label"])
        line, test = line_of(case), fallen
        for each in labels:
            one: s.Node = s.Binary(line, "==", subject, _expression(each))
            test = one if test is None else s.Binary(line, "or", test, one)
        if not inside and labels:
            fallen = test
            continue
        waiting.append((test if labels else None, inside, line))
        fallen = None
    for test, inside, line in reversed(waiting):
        out = inside if test is None else [s.If(line, test, inside, out)]
    return out


def _chosen(node: SgNode) -> s.Node:
    """A choice by cases that is a value: a function that is called at once."""
    line = line_of(node)
    body = _switch(node)
    for each in s.walk(*body):
        if isinstance(each, s.If):
            each.then, each.otherwise = _answered(each.then), _answered(each.otherwise)
    return s.Call(line, s.Function(line, "", [], _answered(body), [], False, end_of(node)), [], end_of(node))


def _answered(body: list[s.Node]) -> list[s.Node]:
    if len(body) == 1 and isinstance(body[0], s.Expression):
        return [s.Return(body[0].line, body[0].value)]
    return body


def _guarded(node: SgNode) -> s.Node:
    return s.With(line_of(node), [(_first(node), None)], _body(node.field("body")))


def _own_constructor(node: SgNode) -> s.Node:
    called = node.field("constructor")
    name = "super" if called is None or called.text() == "super" else "self"
    return s.Expression(line_of(node), s.Call(line_of(node), s.Name(line_of(node), name), _arguments(node)))


def _nothing(node: SgNode) -> list[s.Node]:
    return []


_IGNORED = words(
    """
    package_declaration line_comment block_comment annotation_type_declaration module_declaration
    """
)
_EXPRESSIONS: dict[str, Callable[[SgNode], s.Node]] = {
    "identifier": lambda n: s.Name(line_of(n), n.text()),
    "this": lambda n: s.Name(line_of(n), "self"),
    "super": lambda n: s.Name(line_of(n), "super"),
    "null_literal": lambda n: s.Literal(line_of(n), None),
    "true": lambda n: s.Literal(line_of(n), True),
    "false": lambda n: s.Literal(line_of(n), False),
    "string_literal": string_of,
    "character_literal": string_of,
    "decimal_integer_literal": integer_of,
    "hex_integer_literal": integer_of,
    "octal_integer_literal": integer_of,
    "binary_integer_literal": integer_of,
    "decimal_floating_point_literal": fraction_of,
    "class_literal": lambda n: plain(children(n)[0]),
    "scoped_identifier": qualified,
    "type_identifier": qualified,
    "scoped_type_identifier": qualified,
    "generic_type": plain,
    "field_access": _member,
    "array_access": _index,
    "method_invocation": _call,
    "object_creation_expression": _new,
    "lambda_expression": _lambda,
    "method_reference": _reference,
    "binary_expression": _binary,
    "instanceof_expression": _instance,
    "unary_expression": _unary,
    "ternary_expression": _ternary,
    "assignment_expression": _assignment,
    "cast_expression": lambda n: _expression(n.field("value")),
    "parenthesized_expression": _first,
    "array_creation_expression": _array,
    "array_initializer": lambda n: s.Sequence(line_of(n), [_expression(each) for each in children(n)]),
    "element_value_array_initializer": lambda n: s.Sequence(line_of(n), [_expression(each) for each in children(n)]),
    "marker_annotation": CLASSES_OF.annotation,
    "annotation": CLASSES_OF.annotation,
    "switch_expression": _chosen,
}
_STATEMENTS: dict[str, Callable[[SgNode], s.Node | list[s.Node]]] = {
    **dict.fromkeys(CLASSES, CLASSES_OF.class_),
    "import_declaration": import_,
    "local_variable_declaration": _declaration,
    "field_declaration": _declaration,
    "expression_statement": _statement,
    "return_statement": _return,
    "yield_statement": _return,
    "throw_statement": lambda n: s.Raise(line_of(n), _first(n)),
    "if_statement": _if,
    "for_statement": _for,
    "enhanced_for_statement": _for_each,
    "while_statement": _while,
    "do_statement": _while,
    "try_statement": _try,
    "try_with_resources_statement": _try,
    "switch_expression": _switch,
    "switch_statement": _switch,
    "synchronized_statement": _guarded,
    "explicit_constructor_invocation": _own_constructor,
    "block": lambda n: _block(children(n)),
    "labeled_statement": lambda n: _block(children(n)[1:]),
    "continue_statement": lambda n: s.Expression(line_of(n), s.Name(line_of(n), "continue")),
    "break_statement": lambda n: s.Expression(line_of(n), s.Name(line_of(n), "break")),
    "empty_statement": _nothing,
    ";": _nothing,
}
