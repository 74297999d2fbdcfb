"""Whether a mutant can be told apart at all: proven by trying every truth of every leaf.

Leaves are taken to be independent of one another, but for what follows from nobody calling, so that
policies called equivalent here are equivalent; some that are equivalent are not found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod

from mainstay.operation import Application
from mainstay.policy.rows import Truth, conjunction, negation
from mainstay.policy.tree import (
    ANYONE,
    ActorValue,
    All,
    Always,
    Any_,
    Column,
    Compare,
    Exists,
    In,
    InClaim,
    IsNull,
    Node,
    Not,
    Role,
    Scope,
    SignedIn,
    Value,
    all_of,
)
from mainstay.proofs.access.coverage import possible
from mainstay.proofs.access.mutations import Mutant, flat
from mainstay.proofs.access.sites import Site, leaves

MOST = 300_000
"""Assignments of truths that are tried; beyond them nothing is said to be equivalent."""


def equivalent(mutant: Mutant, application: Application, *, most: int = MOST) -> bool:
    """Whether no caller could ever tell the mutant from its policy."""
    site = mutant.site
    resource = application.resource(site.resource)
    policy, changed = site.policy, mutant.policy
    if site.what == "create":
        return same(
            as_created(policy, site, application), as_created(changed, site, application), site, application, most=most
        )
    if site.what == "write field":
        return all(same(*pair, site, application, most=most) for pair in beside_operations(site, changed, application))
    if site.what == "action" and is_about_no_row(site.operation or "", application):
        return same(policy, changed, site, application, most=most)
    if site.what in ("list", "delete", "read field", "action"):
        return same(all_of(resource.read, policy), all_of(resource.read, changed), site, application, most=most)
    if site.what == "update" and not writable_columns(site, application) & columns(policy):
        return same(all_of(resource.read, policy), all_of(resource.read, changed), site, application, most=most)
    return same(policy, changed, site, application, most=most)


def is_about_no_row(operation: str, application: Application) -> bool:
    """Whether an action is about no row of its resource."""
    behaviour = application.operation(operation).behaviour
    return behaviour is not None and behaviour.rows == "none"


def beside_operations(site: Site, changed: Node, application: Application) -> Iterator[tuple[Node, Node]]:
    """The policy of a field and its mutant, each together with the policy of every operation that sets the field."""
    for operation in application.operations:
        if operation.resource == site.resource and operation.action in ("create", "replace", "update"):
            one, other = all_of(operation.policy, site.policy), all_of(operation.policy, changed)
            if operation.action == "create":
                one, other = as_created(one, site, application), as_created(other, site, application)
            yield one, other


def columns(policy: Node) -> set[str]:
    """The names of the columns that a policy looks at, of whichever table."""
    return {node.name for node in policy.walk() if isinstance(node, Column)}


def writable_columns(site: Site, application: Application) -> set[str]:
    """The columns that some write of any resource of the table can set."""
    exposing = application.resources_of(site.table)
    return {field.column for resource in exposing for field in resource.fields if field.writable != "never"}


def as_created(policy: Node, site: Site, application: Application) -> Node:
    """The policy with the columns of a new row that its writer cannot set replaced by what will stand in them."""
    given = {field.column for field in application.resource(site.resource).fields if field.writable != "never"}
    known: dict[Node, Node] = {}
    for column in application.table(site.table).columns:
        if column.name not in given and column.default is not None and column.default.startswith("actor."):
            known[Column(site.table, column.name)] = ActorValue(column.default.removeprefix("actor."))
        if column.name not in given and column.default is None and column.nullable:
            known[Column(site.table, column.name)] = Value(None)
    return substituted(policy, known)


def substituted(node: Node, known: Mapping[Node, Node]) -> Node:
    """The tree with some values in place of others; what compares the actor with itself is whether there is one."""
    match node:
        case All(parts):
            return All(tuple(substituted(part, known) for part in parts))
        case Any_(parts):
            return Any_(tuple(substituted(part, known) for part in parts))
        case Not(part):
            return Not(substituted(part, known))
        case Compare("eq", left, right) if known.get(left, left) == known.get(right, right) == ActorValue("id"):
            return Compare("eq", ActorValue("id"), ActorValue("id"))
        case _:
            return node


def same(one: Node, other: Node, site: Site, application: Application, *, most: int = MOST) -> bool:
    """Whether two policies allow the same, whatever the truths of their leaves."""
    if flat(one) == flat(other):
        return True
    inner = differing_part(one, other)
    if inner is not None and same(*inner, site, application, most=most):
        return True
    return same_by_trying(one, other, site, application, most)


def differing_part(one: Node, other: Node) -> tuple[Node, Node] | None:
    """The only part in which two ANDs or two ORs differ, if there is one; where it allows the same, so do they."""
    if not (isinstance(one, All | Any_) and isinstance(other, All | Any_)) or one.word != other.word:
        return None
    if len(one.parts) != len(other.parts):
        return None
    unlike = [(a, b) for a, b in zip(one.parts, other.parts, strict=True) if a != b]
    return unlike[0] if len(unlike) == 1 else None


def same_by_trying(one: Node, other: Node, site: Site, application: Application, most: int) -> bool:
    """Whether two policies allow the same for every truth of their leaves, as far as they can be tried."""
    one, other = flat(one), flat(other)
    named = list(dict.fromkeys(leaf for policy in (one, other) for leaf in outer_leaves(policy)))
    if 2 * prod(len(possible(leaf, site, application)) for leaf in named) > most:
        return False
    for assignment in assignments(named, site, application):
        if (value(one, assignment) is True) != (value(other, assignment) is True):
            return False
    return True


def outer_leaves(policy: Node) -> Iterator[Node]:
    """The leaves that are not inside an `Exists`."""
    return (leaf for path, leaf in leaves(policy) if ("where", None) not in path and not isinstance(leaf, Always))


def assignments(named: list[Node], site: Site, application: Application) -> Iterator[dict[Node, Truth]]:
    """Every combination of truths that the leaves can have."""
    choices = [sorted(possible(leaf, site, application), key=str) for leaf in named]
    implied = [(one, other) for one in named for other in named if one != other and implies(one, other)]
    for signed_in in (True, False):
        for truths in product(*choices):
            assignment = dict(zip(named, truths, strict=True))
            missing = {leaf.value for leaf, truth in assignment.items() if isinstance(leaf, IsNull) and truth}
            alone = all(
                consistent(leaf, truth, signed_in) and follows(leaf, truth, missing)
                for leaf, truth in assignment.items()
            )
            if alone and all(assignment[one] is not True or assignment[other] is True for one, other in implied):
                yield assignment


def implies(one: Node, other: Node) -> bool:
    """Whether, by their form alone, one truth is true only where the other is."""
    if one == other or other == ANYONE:
        return True
    if isinstance(other, All):
        return all(implies(one, part) for part in other.parts)
    if isinstance(one, Any_):
        return all(implies(part, other) for part in one.parts)
    if isinstance(one, Exists) and isinstance(other, Exists) and (one.table, one.source) == (other.table, other.source):
        return implies(one.where, other.where)
    if isinstance(other, Any_):
        return any(implies(one, part) for part in other.parts)
    return isinstance(one, All) and any(implies(part, other) for part in one.parts)


def follows(leaf: Node, truth: Truth, missing: set[Node]) -> bool:
    """Whether a leaf can have a truth where these values are null."""
    if not missing:
        return True
    match leaf:
        case Compare(_, left, right) if left in missing or right in missing:
            return truth is None
        case In(value) | InClaim(value) if value in missing:
            return truth is not True
        case Column() if leaf in missing:
            return truth is None
        case Exists(where=where):
            parts = where.parts if isinstance(where, All) else (where,)
            needs = any(isinstance(part, Compare) and {part.left, part.right} & missing for part in parts)
            return truth is False or not needs
    return True


def consistent(leaf: Node, truth: Truth, signed_in: bool) -> bool:
    """Whether a leaf can have a truth when somebody, or nobody, is calling."""
    match leaf:
        case SignedIn():
            return truth is signed_in
        case Role() | Scope():
            return signed_in or truth is False
        case Compare(_, ActorValue("id"), ActorValue("id")):
            return truth is (True if signed_in else None)
        case Compare(_, left, right) if isinstance(left, ActorValue) or isinstance(right, ActorValue):
            return signed_in or truth is None
        case InClaim():
            return signed_in or truth is None
        case Exists():
            return signed_in or truth is False or not never_for_nobody(leaf)
    return True


def never_for_nobody(part: Node) -> bool:
    """Whether a truth is never true when nobody is calling."""
    match part:
        case SignedIn() | Role() | Scope() | InClaim():
            return True
        case Compare(_, left, right):
            return isinstance(left, ActorValue) or isinstance(right, ActorValue)
        case Exists(where=where):
            return never_for_nobody(where)
        case All(parts):
            return any(never_for_nobody(item) for item in parts)
        case Any_(parts):
            return all(never_for_nobody(item) for item in parts)
    return False


def value(node: Node, assignment: Mapping[Node, Truth]) -> Truth:
    """The truth of a policy whose leaves have these truths."""
    match node:
        case All(parts):
            return conjunction([value(part, assignment) for part in parts])
        case Any_(parts):
            return negation(conjunction([negation(value(part, assignment)) for part in parts]))
        case Not(part):
            return negation(value(part, assignment))
        case Always(allowed):
            return allowed
    return assignment[node]
