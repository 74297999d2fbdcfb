"""Policies in a form that is quicker to evaluate on rows and allows the same.

`EXISTS x, y WHERE a(x) AND b(x, y)` becomes `EXISTS x WHERE a(x) AND EXISTS y WHERE b(x, y)`: rows of y are
looked at for few rows of x.  What the engine makes of the policy as it was written is compared with it.
"""

from __future__ import annotations

from mainstay.policy.rows import Row, World, allows, for_each_node
from mainstay.policy.tree import All, Any_, Column, Exists, Node, Not, all_of


@for_each_node
def eased(node: Node) -> Node:
    """The same policy, quicker."""
    match node:
        case All(parts):
            return All(tuple(eased(part) for part in parts))
        case Any_(parts):
            return Any_(tuple(eased(part) for part in parts))
        case Not(part):
            return Not(eased(part))
        case Exists(table, source, Exists() as inner):
            chained = eased(inner)
            assert isinstance(chained, Exists)
            parts = chained.where.parts if isinstance(chained.where, All) else (chained.where,)
            own = [part for part in parts if not names(part, chained.source)]
            rest = [part for part in parts if names(part, chained.source)]
            return Exists(table, source, all_of(*own, Exists(chained.table, chained.source, all_of(*rest))))
        case Exists(table, source, where):
            return Exists(table, source, eased(where))
        case _:
            return node


def allowed_by(policy: Node, row: Row, source: str, world: World) -> bool:
    """Whether a policy allows a row of the table `source`."""
    return allows(eased(policy), row, source, world)


def names(node: Node, source: str) -> bool:
    """Whether a part of a policy has a column of a source."""
    return any(isinstance(part, Column) and part.source == source for part in node.walk())
