"""Nothing that is a secret, or is called like one, can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.problem import Problem
from mainstay.policy.tree import ANYONE

WORDS = "password|passwd|passphrase|secret|api_?key|private_?key|credentials?|otp|pin|cvv|cvc"
SECRET = re.compile(rf"(^|_)({WORDS})(_|$)|(^|_)token$|(password|secret|token)_?(hash|digest|salt)|^salt$")
CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
"""Where a word of `accessToken` begins."""


def secrets_are_not_readable(draft: Draft) -> Iterator[Problem]:
    """A problem for each readable field that is called like a secret and was not named in `fields`."""
    for resource in draft.resources:
        excused = resource.declared.fields is not None
        for key, field in resource.fields.items():
            like = any(SECRET.search(CAPITAL.sub("_", name).lower()) for name in (key, field.name))
            if like and field.readable and not excused and field.kind not in ("boolean", "date", "moment"):
                named = f"{resource.title}.{key}"
                yield Problem(
                    resource.place(),
                    f"{resource.declared.__name__} would answer {named}, which is called like a secret",
                    f"write hidden = [{named}], make it a Secret, or name it in `fields` if it is none",
                )
        unreadable = {
            "sorts": unreadable_sorts(resource),
            "filters": unreadable_filters(draft, resource),
            "order": unreadable_order(draft, resource),
            "includes": unreadable_orders_of_includes(draft, resource),
        }
        for attribute, names in unreadable.items():
            for name in names:
                yield Problem(
                    resource.place(attribute),
                    f"{resource.declared.__name__}.{attribute} names {name}, which callers cannot read",
                    "what can be sorted or filtered by can be found out: expose it, or drop it here",
                )


def unreadable_sorts(resource: DraftResource) -> Iterator[str]:
    """Sorts by fields that are never answered."""
    return (sort.name for sort in resource.sorts if not reads(resource, sort.column))


def unreadable_order(draft: Draft, resource: DraftResource) -> Iterator[str]:
    """Columns of the default order, besides the key, that are not answered to everybody who reads the row.

    Nobody asks for the default order, so that no guard of a field can be put on it.
    """
    key = draft.tables[resource.table.name].key
    orders = [resource.order, *(listing.order for listing in resource.listings.values())]
    names = dict.fromkeys(name for order in orders for name, _ in order if name not in key)
    return (name for name in names if not read_by_all(resource, name))


def unreadable_orders_of_includes(draft: Draft, resource: DraftResource) -> Iterator[str]:
    """Columns of the order of an include, besides those of the default order, its key and the values in it."""
    targets = {other.name: other for other in draft.resources}
    for include in resource.includes:
        target = targets.get(include.resource, resource)
        plain = (*draft.tables[target.table.name].key, *[name for name, _ in target.order], include.value)
        yield from (name for name, _ in include.order if name not in plain and not read_by_all(target, name))


def unreadable_filters(draft: Draft, resource: DraftResource) -> Iterator[str]:
    """Filters by fields that are never answered, by the resource that guards them."""
    guards = {other.name: other for other in draft.resources}
    for filter_ in resource.filters:
        guard = guards.get(filter_.resource or "", resource)
        if filter_.where is None and not reads(guard, filter_.column):
            yield filter_.name


def read_by_all(resource: DraftResource, column: str) -> bool:
    """Whether a readable field without a policy of its own is kept in the column."""
    return any(field.column == column and field.readable and field.read == ANYONE for field in resource.fields.values())


def reads(resource: DraftResource, column: str) -> bool:
    """Whether a readable field of the resource is kept in the column."""
    return any(field.column == column and field.readable for field in resource.fields.values())
