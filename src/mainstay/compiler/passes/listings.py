"""Lists of a resource beside its own, each with a path, a condition, a policy and an order."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from mainstay.compiler.draft import Draft, DraftListing, DraftResource
from mainstay.compiler.passes.declared_includes import order_of
from mainstay.compiler.passes.declared_policies import checked
from mainstay.declare.policy import Policy, Where
from mainstay.declare.resource import EVERY_OPERATION, Listing
from mainstay.policy import tree

PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")


def listings(draft: Draft) -> None:
    """Every listing that a resource has."""
    for resource in draft.resources:
        for name, declared in named_listings(resource.declared):
            if name in EVERY_OPERATION:
                what = f"{resource.declared.__name__}.{name} is a listing and an operation"
                draft.problem(resource.place(name), what, "give the listing another name")
            elif PATH.fullmatch(declared.path) is None:
                what = f"{resource.declared.__name__}.{name} has the path {declared.path!r}"
                draft.problem(resource.place(name), what, "write it as /feed, without a slash at its end")
            else:
                resource.listings[name] = listing(draft, resource, name, declared)


def named_listings(declared: type[Any]) -> Sequence[tuple[str, Listing]]:
    """The listings of a resource and of those that it derives from, by attribute."""
    found = {name: value for part in reversed(declared.__mro__) for name, value in vars(part).items()}
    return [(name, value) for name, value in found.items() if isinstance(value, Listing)]


def listing(draft: Draft, resource: DraftResource, name: str, declared: Listing) -> DraftListing:
    """One listing; its policy is who may ask for it and which rows it has, besides who may read them."""
    nodes = []
    if declared.where is not None:
        where = declared.where if isinstance(declared.where, Policy) else Where(declared.where)
        nodes.append(checked(draft, resource, where, name))
    if declared.allow is not None:
        nodes.append(checked(draft, resource, declared.allow, name))
    order = order_of(draft, resource.place(name), resource, declared.order) if declared.order else list(resource.order)
    return DraftListing(declared, tree.all_of(*reversed(nodes)), order)
