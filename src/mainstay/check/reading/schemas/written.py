"""What expressions of migrations and models say, as far as that can be read without running them."""

from __future__ import annotations

from collections.abc import Iterable

from mainstay.check import syntax as s

Names = dict[str, s.Node]
"""What names stand for: constants of the module, targets of loops, arguments of a function that is followed."""
DEEPEST = 8


def constants(body: Iterable[s.Node]) -> Names:
    """The names that a module gives values to, once each."""
    out: Names = {}
    for each in body:
        if isinstance(each, s.Assign) and each.value is not None and not each.operator:
            for target in each.targets:
                if isinstance(target, s.Name):
                    out[target.id] = each.value
    return out


def resolved(node: s.Node | None, names: Names, depth: int = 0) -> s.Node | None:
    """The expression that a name stands for."""
    while isinstance(node, s.Name) and node.id in names and depth < DEEPEST:
        node, depth = names[node.id], depth + 1
    return node


def text(node: s.Node | None, names: Names, depth: int = 0) -> str | None:
    """A text that an expression surely is; None where that cannot be said."""
    node = resolved(node, names)
    if depth > DEEPEST:
        return None
    if isinstance(node, s.Literal):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, s.Template):
        parts = [text(each, names, depth + 1) for each in node.parts]
        return None if None in parts else "".join(each for each in parts if each is not None)
    if isinstance(node, s.Binary) and node.operator == "+":
        left, right = text(node.left, names, depth + 1), text(node.right, names, depth + 1)
        return None if left is None or right is None else left + right
    if isinstance(node, s.Call) and last(node) in ("f", "text", "quoted_name", "dedent", "_", "gettext_lazy"):
        return text(node.arguments[0].value, names, depth + 1) if node.arguments else None
    return None


def beginning(node: s.Node | None, names: Names, depth: int = 0) -> str:
    """How a text begins, where that much can be said."""
    node = resolved(node, names)
    if depth > DEEPEST:
        return ""
    whole = text(node, names)
    if whole is not None:
        return whole
    if isinstance(node, s.Template) and node.parts:
        return beginning(node.parts[0], names, depth + 1)
    if isinstance(node, s.Binary):
        return beginning(node.left, names, depth + 1)
    if isinstance(node, s.Call) and node.arguments:
        return beginning(node.arguments[0].value, names, depth + 1)
    if isinstance(node, s.Call) and isinstance(node.function, s.Member):
        return beginning(node.function.object, names, depth + 1)
    return ""


def truth(node: s.Node | None, names: Names) -> bool | None:
    """A truth value that an expression surely is."""
    node = resolved(node, names)
    return node.value if isinstance(node, s.Literal) and isinstance(node.value, bool) else None


def items(node: s.Node | None, names: Names) -> list[s.Node] | None:
    """The items of a list that is written out."""
    node = resolved(node, names)
    return node.items if isinstance(node, s.Sequence) else None


def texts(node: s.Node | None, names: Names) -> tuple[str, ...] | None:
    """A list of texts that is written out; one text is a list of one."""
    one = text(node, names)
    if one is not None:
        return (one,)
    found = items(node, names)
    if found is None:
        return None
    out = [text(each, names) for each in found]
    return None if None in out else tuple(each for each in out if each is not None)


def last(call: s.Call) -> str:
    """The last name of what is called."""
    return name_of(call.function)


def name_of(node: s.Node | None) -> str:
    """The last name of a dotted one."""
    if isinstance(node, s.Member):
        return node.name
    return node.id if isinstance(node, s.Name) else ""


def keyword(call: s.Call, *names: str) -> s.Node | None:
    """The argument of one of these names."""
    return next((each.value for each in call.arguments if each.name in names), None)


def positional(call: s.Call) -> list[s.Node]:
    """The arguments without a name."""
    return [each.value for each in call.arguments if each.name is None and not each.spread]


def spread(call: s.Call) -> bool:
    """Whether it is given what is not written out."""
    return any(each.spread for each in call.arguments)
