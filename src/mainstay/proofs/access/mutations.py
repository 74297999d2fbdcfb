"""Mutations: a policy with one of its clauses taken out or turned into a constant."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from mainstay.operation import Application
from mainstay.policy.tree import ANYONE, NOBODY, All, Any_, Exists, Node, Not
from mainstay.proofs.access.sites import Site, at, replaced, text, truths, with_policy


@dataclass(frozen=True, slots=True)
class Mutant:
    """One policy of the application with one clause changed."""

    site: Site
    policy: Node
    change: str

    def application(self, original: Application) -> Application:
        """The application with this policy in place of its own."""
        return with_policy(original, self.site, self.policy)


def mutants(site: Site) -> Iterator[Mutant]:
    """Every mutant of a policy, each once; none is the policy itself."""
    seen = {flat(site.policy)}
    for policy, change in mutations(site.policy):
        if flat(policy) not in seen:
            seen.add(flat(policy))
            yield Mutant(site, policy, change)


def mutations(policy: Node) -> Iterator[tuple[Node, str]]:
    """The policy without one part of an AND or OR, without one NOT, with one truth as `anyone` or `no one`."""
    for path, node in truths(policy):
        above = at(policy, path[:-1]) if path else None
        if isinstance(above, All | Any_) and len(above.parts) > 1:
            yield replaced(policy, path, None), f"without {text(node)}"
        if isinstance(node, Not):
            yield replaced(policy, path, node.part), f"{text(node)} without its NOT"
        for constant in (ANYONE, NOBODY):
            if node != constant:
                yield replaced(policy, path, constant), f"{text(constant)} for {text(node)}"


def flat(node: Node) -> Node:
    """The same policy in the one form that equal ones have when they differ by constants, order and nesting only."""
    match node:
        case All(parts):
            return joined(All, [flat(part) for part in parts], neutral=ANYONE, decisive=NOBODY)
        case Any_(parts):
            return joined(Any_, [flat(part) for part in parts], neutral=NOBODY, decisive=ANYONE)
        case Not(part):
            inner = flat(part)
            if inner in (ANYONE, NOBODY):
                return NOBODY if inner == ANYONE else ANYONE
            return inner.part if isinstance(inner, Not) else Not(inner)
        case Exists(table, source, where):
            inner = flat(where)
            return NOBODY if inner == NOBODY else Exists(table, source, inner)
        case _:
            return node


def joined(kind: type[All] | type[Any_], parts: list[Node], *, neutral: Node, decisive: Node) -> Node:
    """AND or OR of flat parts."""
    every: dict[Node, None] = {}
    for part in parts:
        every.update(dict.fromkeys(part.parts if isinstance(part, kind) else [part]))
    every.pop(neutral, None)
    if decisive in every:
        return decisive
    if not every:
        return neutral
    rest = sorted(every, key=repr)
    return rest[0] if len(rest) == 1 else kind(tuple(rest))
