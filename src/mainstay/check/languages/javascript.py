"""JavaScript and TypeScript, read with the grammars of ast-grep."""

from __future__ import annotations

from collections.abc import Callable

from ast_grep_py import SgNode, SgRoot

from mainstay.check import syntax as s
from mainstay.check.languages.javascript_classes import class_, decorators, kept
from mainstay.check.languages.javascript_nodes import (
    annotated,
    children,
    enum_,
    import_,
    number_of,
    part,
    regex_of,
    string_of,
)
from mainstay.check.languages.nodes import broken_lines, end_of, line_of, refuse_lines, statements
from mainstay.check.languages.unreadable import Unreadable
from mainstay.check.words import words

OPERATORS = {"&&": "and", "||": "or", "??": "or", "===": "==", "!==": "!=", "!": "not"}


def read(text: str, language: str = "javascript") -> s.Module:
    """The tree of a text in `javascript`, `typescript` or `tsx`; raises Unreadable."""
    refuse_lines(text)
    root = SgRoot(text, language).root()
    body = children(root)
    missed = broken_lines(root, body, "TypeScript" if language != "javascript" else "JavaScript")
    try:
        return s.Module(_block(body), missed=missed)
    except RecursionError:
        raise Unreadable("nested too deeply") from None


def read_fragment(text: str, language: str) -> s.Module:
    """As `read`, of an example in a text: it may be no more than an object."""
    shown = "\n".join("" if each.lstrip().startswith("//") else each for each in text.splitlines())
    if shown.strip().startswith("{") and shown.strip().endswith("}"):
        before = len(shown) - len(shown.lstrip())
        return read(shown[:before] + "(" + shown[before:].rstrip() + ")", language)
    return read(text, language)


def _block(nodes: list[SgNode], owner: str = "") -> list[s.Node]:
    return statements(nodes, _STATEMENTS, _IGNORED, _expression)


def _body(node: SgNode | None) -> list[s.Node]:
    if node is None:
        return []
    if node.kind() in ("statement_block", "class_body"):
        return _block(children(node))
    if node.kind() == "else_clause":
        inner = children(node)
        return _body(inner[0]) if inner else []
    return _block([node])


def _expression(node: SgNode | None) -> s.Node:
    if node is None:
        return s.Literal(1, None)
    known = _EXPRESSIONS.get(node.kind())
    if known is not None:
        return known(node)
    return s.Other(line_of(node), [_expression(each) for each in children(node)])


def _template(node: SgNode) -> s.Node:
    parts: list[s.Node] = []
    for each in children(node):
        if each.kind() == "template_substitution":
            inner = children(each)
            parts.append(_expression(inner[0] if inner else None))
        else:
            parts.append(s.Literal(line_of(each), each.text()))
    return s.Template(line_of(node), parts)


def _member(node: SgNode) -> s.Node:
    name = part(node, "property")
    if any(each.kind() == "optional_chain" for each in node.children()):
        owner = _expression(part(node, "object"))
        member = s.Member(end_of(node), owner, name.text() if name else "")
        return s.Conditional(line_of(node), owner, member, s.Literal(line_of(node), None))
    return s.Member(end_of(node), _expression(part(node, "object")), name.text().lstrip("#") if name else "")


def _index(node: SgNode) -> s.Node:
    return s.Index(line_of(node), _expression(part(node, "object")), _expression(part(node, "index")))


def _arguments(node: SgNode | None) -> list[s.Argument]:
    if node is None:
        return []
    if node.kind() == "template_string":
        return [s.Argument(line_of(node), _template(node))]
    out = []
    for each in children(node):
        if each.kind() == "spread_element":
            out.append(s.Argument(line_of(each), _expression(children(each)[0]), None, True))
        else:
            out.append(s.Argument(line_of(each), _expression(each)))
    return out


def _call(node: SgNode) -> s.Node:
    function, given = _expression(part(node, "function")), _arguments(part(node, "arguments"))
    if isinstance(function, s.Conditional) and isinstance(function.then, s.Member):
        made = s.Call(function.then.line, function.then, given, end_of(node))
        return s.Conditional(line_of(node), function.test, made, function.otherwise)
    line = function.line if isinstance(function, s.Member) else line_of(node)
    return s.Call(line, function, given, end_of(node))


def _new(node: SgNode) -> s.Node:
    made = part(node, "constructor")
    return s.Call(line_of(node), _expression(made), _arguments(part(node, "arguments")), end_of(node))


def _binary(node: SgNode) -> s.Node:
    operator = part(node, "operator")
    text = operator.text() if operator else "+"
    return s.Binary(
        line_of(node), OPERATORS.get(text, text), _expression(part(node, "left")), _expression(part(node, "right"))
    )


def _unary(node: SgNode) -> s.Node:
    operator = part(node, "operator")
    text = operator.text() if operator else "-"
    return s.Unary(line_of(node), OPERATORS.get(text, text), _expression(part(node, "argument")))


def _ternary(node: SgNode) -> s.Node:
    return s.Conditional(
        line_of(node),
        _expression(part(node, "condition")),
        _expression(part(node, "consequence")),
        _expression(part(node, "alternative")),
    )


def _object(node: SgNode) -> s.Node:
    pairs: list[s.Pair] = []
    for each in children(node):
        kind, line = each.kind(), line_of(each)
        if kind == "pair":
            pairs.append(s.Pair(line, _key(part(each, "key")), _expression(part(each, "value"))))
        elif kind in ("shorthand_property_identifier", "shorthand_property_identifier_pattern"):
            pairs.append(s.Pair(line, s.Literal(line, each.text()), s.Name(line, each.text())))
        elif kind == "spread_element":
            pairs.append(s.Pair(line, None, _expression(children(each)[0])))
        elif kind == "method_definition":
            function = _function(each)
            pairs.append(s.Pair(line, s.Literal(line, function.name), function))
    return s.Mapping(line_of(node), pairs)


def _key(node: SgNode | None) -> s.Node | None:
    if node is None:
        return None
    if node.kind() in ("property_identifier", "private_property_identifier"):
        return s.Literal(line_of(node), node.text())
    return _expression(node)


def _pattern(node: SgNode | None) -> s.Node:
    """What is assigned to: a name, an attribute, or names in braces and brackets."""
    if node is None:
        return s.Name(1, "_")
    kind, line = node.kind(), line_of(node)
    if kind == "object_pattern":
        pairs: list[s.Pair] = []
        for each in children(node):
            each_kind = each.kind()
            if each_kind == "shorthand_property_identifier_pattern":
                pairs.append(s.Pair(line, s.Literal(line, each.text()), s.Name(line, each.text())))
            elif each_kind == "pair_pattern":
                pairs.append(s.Pair(line, _key(part(each, "key")), _pattern(part(each, "value"))))
            elif each_kind == "object_assignment_pattern":
                left = part(each, "left")
                name = left.text() if left else ""
                pairs.append(s.Pair(line, s.Literal(line, name), s.Name(line, name)))
            elif each_kind == "rest_pattern":
                pairs.append(s.Pair(line, None, _pattern(children(each)[0])))
        return s.Mapping(line, pairs)
    if kind == "array_pattern":
        return s.Sequence(line, [_pattern(each) for each in children(node)])
    if kind == "assignment_pattern":
        return _pattern(part(node, "left"))
    if kind == "rest_pattern":
        return _pattern(children(node)[0])
    return _expression(node)


def _parameters(node: SgNode) -> list[s.Parameter]:
    single = part(node, "parameter")
    if single is not None:
        return [s.Parameter(line_of(single), single.text())]
    listed = part(node, "parameters")
    out: list[s.Parameter] = []
    for each in children(listed) if listed is not None else []:
        kind, line = each.kind(), line_of(each)
        annotation, default, target = None, None, each
        told: list[s.Node] | tuple[()] = ()
        if kind in ("required_parameter", "optional_parameter"):
            told = _decorators(each) or ()
            annotation = annotated(part(each, "type"))
            value = part(each, "value")
            default = _expression(value) if value is not None else None
            target = part(each, "pattern") or each
        elif kind == "assignment_pattern":
            default = _expression(part(each, "right"))
            target = part(each, "left") or each
        spread = target.kind() == "rest_pattern"
        if target.kind() in ("object_pattern", "array_pattern"):
            out.append(s.Parameter(line, "", annotation, default, _pattern(target), False, told))
        else:
            name = target.text().removeprefix("...")
            out.append(s.Parameter(line, name, annotation, default, None, spread, told))
    return out


def _function(node: SgNode) -> s.Function:
    name, body = part(node, "name"), part(node, "body")
    if body is None:
        inside: list[s.Node] = []
    elif body.kind() == "statement_block":
        inside = _block(children(body))
    else:
        inside = [s.Return(line_of(body), _expression(body))]
    own = name.text() if name else ""
    if own == "constructor":
        inside = [*kept(node), *inside]
    is_async = any(each.kind() == "async" for each in node.children()[:3])
    returns = annotated(part(node, "return_type"))
    abstract = body is None
    return s.Function(
        line_of(node), own, _parameters(node), inside, _decorators(node), is_async, end_of(node), returns, "", abstract
    )


def _decorators(node: SgNode) -> list[s.Node]:
    return decorators(node, _expression)


def _class(node: SgNode) -> s.Node:
    return class_(node, _expression, _function)


def _declaration(node: SgNode) -> list[s.Node]:
    out: list[s.Node] = []
    for each in children(node):
        if each.kind() == "variable_declarator":
            value = part(each, "value")
            made = _expression(value) if value is not None else None
            target = _pattern(part(each, "name"))
            if isinstance(made, s.Function) and not made.name and isinstance(target, s.Name):
                made.name = target.id
            out.append(s.Assign(line_of(each), [target], made, "", annotated(part(each, "type"))))
    return out


def _assignment(node: SgNode) -> s.Node:
    value = _expression(part(node, "right"))
    target = _pattern(part(node, "left"))
    if isinstance(value, s.Function) and not value.name and isinstance(target, s.Member):
        value.name = target.name
    return s.Assign(line_of(node), [target], value)


def _augmented(node: SgNode) -> s.Node:
    operator = part(node, "operator")
    text = operator.text().removesuffix("=") if operator else "+"
    return s.Assign(
        line_of(node), [_pattern(part(node, "left"))], _expression(part(node, "right")), OPERATORS.get(text, text)
    )


def _statement(node: SgNode) -> list[s.Node]:
    inner = children(node)
    if not inner:
        return []
    first = inner[0]
    if first.kind() in ("assignment_expression", "augmented_assignment_expression"):
        return [_assignment(first) if first.kind() == "assignment_expression" else _augmented(first)]
    return [s.Expression(line_of(node), _expression(first))]


def _one(node: SgNode) -> SgNode | None:
    inner = children(node)
    return inner[0] if inner else None


def _return(node: SgNode) -> s.Node:
    inner = _one(node)
    return s.Return(line_of(node), _expression(inner) if inner is not None else None)


def _throw(node: SgNode) -> s.Node:
    return s.Raise(line_of(node), _expression(_one(node)))


def _if(node: SgNode) -> s.Node:
    test = _expression(part(node, "condition"))
    return s.If(line_of(node), test, _body(part(node, "consequence")), _body(part(node, "alternative")))


def _for(node: SgNode) -> list[s.Node]:
    start, test = part(node, "initializer"), part(node, "condition")
    before = _block([start]) if start is not None else []
    return [*before, s.Loop(line_of(node), None, _expression(test), _body(part(node, "body")))]


def _for_in(node: SgNode) -> s.Node:
    waits = any(each.kind() == "await" for each in node.children())
    return s.Loop(
        line_of(node),
        _pattern(part(node, "left")),
        _expression(part(node, "right")),
        _body(part(node, "body")),
        waits,
    )


def _while(node: SgNode) -> s.Node:
    return s.Loop(line_of(node), None, _expression(part(node, "condition")), _body(part(node, "body")))


def _try(node: SgNode) -> s.Node:
    handler, final = part(node, "handler"), part(node, "finalizer")
    catches: list[s.Catch] = []
    if handler is not None:
        name = part(handler, "parameter")
        catches.append(s.Catch(line_of(handler), [], name.text() if name else "", _body(part(handler, "body"))))
    last = part(final, "body") if final is not None else None
    inside = _body(last) if last is not None else (_body(_one(final)) if final is not None and _one(final) else [])
    return s.Try(line_of(node), _body(part(node, "body")), catches, [], inside)


def _switch(node: SgNode) -> list[s.Node]:
    subject, body = _expression(part(node, "value")), part(node, "body")
    out: list[s.Node] = []
    for case in reversed(children(body) if body is not None else []):
        value = part(case, "value")
        inside = _block(
            [each for each in children(case) if value is None or each.range().start.index != value.range().start.index]
        )
        if value is None:
            out = inside
        else:
            out = [s.If(line_of(case), s.Binary(line_of(case), "==", subject, _expression(value)), inside, out)]
    return out


def _export(node: SgNode) -> list[s.Node]:
    declared = part(node, "declaration")
    if part(node, "source") is not None:
        return import_(node)
    if declared is not None:
        made = _block([declared])
        if made and isinstance(made[0], s.Class):
            made[0].decorators = [*_decorators(node), *made[0].decorators]
        if (
            made
            and any(each.kind() == "default" for each in node.children())
            and isinstance(made[0], s.Function | s.Class)
        ):
            made.append(s.Export(line_of(node), s.Name(line_of(node), made[0].name)))
        return made
    value = part(node, "value")
    return [s.Export(line_of(node), _expression(value))] if value is not None else []


def _first(node: SgNode) -> s.Node:
    return _expression(_one(node))


def _asserted(node: SgNode) -> s.Node:
    return _expression(children(node)[-1])


_IGNORED = words("empty_statement type_alias_declaration comment hash_bang_line decorator function_signature")
_EXPRESSIONS: dict[str, Callable[[SgNode], s.Node]] = {
    "identifier": lambda n: s.Name(line_of(n), n.text()),
    "undefined": lambda n: s.Literal(line_of(n), None),
    "null": lambda n: s.Literal(line_of(n), None),
    "this": lambda n: s.Name(line_of(n), "self"),
    "super": lambda n: s.Name(line_of(n), "super"),
    "true": lambda n: s.Literal(line_of(n), True),
    "false": lambda n: s.Literal(line_of(n), False),
    "string": string_of,
    "number": number_of,
    "template_string": _template,
    "regex": regex_of,
    "member_expression": _member,
    "subscript_expression": _index,
    "call_expression": _call,
    "new_expression": _new,
    "binary_expression": _binary,
    "unary_expression": _unary,
    "ternary_expression": _ternary,
    "object": _object,
    "object_pattern": _pattern,
    "array_pattern": _pattern,
    "array": lambda n: s.Sequence(line_of(n), [_expression(each) for each in children(n)]),
    "await_expression": lambda n: s.Await(line_of(n), _first(n)),
    "arrow_function": _function,
    "function_expression": _function,
    "function": _function,
    "generator_function": _function,
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _augmented,
    "parenthesized_expression": _first,
    "type_assertion": _asserted,
    "as_expression": _first,
    "satisfies_expression": _first,
    "non_null_expression": _first,
    "class": _class,
}
_STATEMENTS: dict[str, Callable[[SgNode], s.Node | list[s.Node]]] = {
    "expression_statement": _statement,
    "lexical_declaration": _declaration,
    "variable_declaration": _declaration,
    "function_declaration": _function,
    "generator_function_declaration": _function,
    "class_declaration": _class,
    "abstract_class_declaration": _class,
    "interface_declaration": _class,
    "enum_declaration": enum_,
    "return_statement": _return,
    "throw_statement": _throw,
    "if_statement": _if,
    "for_statement": _for,
    "for_in_statement": _for_in,
    "while_statement": _while,
    "do_statement": _while,
    "try_statement": _try,
    "switch_statement": _switch,
    "import_statement": import_,
    "export_statement": _export,
    "statement_block": lambda n: _block(children(n)),
    "labeled_statement": lambda n: _block(children(n)[1:]),
    "continue_statement": lambda n: s.Expression(line_of(n), s.Name(line_of(n), "continue")),
    "break_statement": lambda n: s.Expression(line_of(n), s.Name(line_of(n), "break")),
}
