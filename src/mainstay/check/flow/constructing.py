"""Functions of JavaScript by their use: those that are constructors, and those that wait for an answer or an error."""

from __future__ import annotations

from mainstay.check import syntax as s
from mainstay.check.flow.program import Seen
from mainstay.check.flow.value import Closure

ERRORS = frozenset({"err", "error", "e", "er"})


def constructs(seen: Seen, function: s.Function) -> bool:
    """Whether a call makes an object: its function has the name of a class, and gives `this` what the object has."""
    if not seen.is_javascript or function.owner:
        return False
    name = s.dotted(seen.node.function).rpartition(".")[2]
    return name[:1].isupper() and any(_gives(each) for each in function.body)


def _gives(node: s.Node) -> bool:
    target = node.targets[0] if isinstance(node, s.Assign) else None
    return isinstance(target, s.Member) and isinstance(target.object, s.Name) and target.object.id == "self"


def is_callback(closure: Closure) -> bool:
    """Whether a function waits for an error first and an answer second, as those of Node do."""
    names = [each.name for each in closure.function.parameters]
    return closure.unit.source.is_javascript and len(names) in (2, 3) and names[0] in ERRORS
