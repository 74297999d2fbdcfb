"""Nothing that is a secret, or is called like one, can be read."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.problem import Problem

SECRET = re.compile(
    r"(^|_)(password|passwd|passphrase|secret|api_?key|private_?key|access_token|refresh_token|otp|pin)(_|$)"
)
HASHES = re.compile(r"(password|secret|token)_?(hash|digest|salt)")


def secrets_are_not_readable(draft: Draft) -> Iterator[Problem]:
    """A problem for each readable field that is called like a secret and was not named in `fields`."""
    for resource in draft.resources:
        named = resource.declared.fields is not None
        for field in resource.fields.values():
            like = SECRET.search(field.name) or HASHES.search(field.name)
            if like and field.readable and not named and field.kind not in ("boolean", "date", "moment"):
                yield Problem(
                    resource.place(),
                    f"{resource.declared.__name__} would answer {resource.title}.{field.name}, which is called like a secret",
                    f"write hidden = [{resource.title}.{field.name}], make it a Secret, or name it in `fields` if it is none",
                )
        for attribute, names in (
            ("sorts", unreadable_sorts(resource)),
            ("filters", unreadable_filters(draft, resource)),
        ):
            for name in names:
                yield Problem(
                    resource.place(attribute),
                    f"{resource.declared.__name__}.{attribute} names {name}, which callers cannot read",
                    "what can be sorted or filtered by can be found out: expose it, or drop it here",
                )


def unreadable_sorts(resource: DraftResource) -> Iterator[str]:
    """Sorts by fields that are never answered."""
    return (sort.name for sort in resource.sorts if not reads(resource, sort.column))


def unreadable_filters(draft: Draft, resource: DraftResource) -> Iterator[str]:
    """Filters by fields that are never answered, by the resource that guards them."""
    guards = {other.name: other for other in draft.resources}
    for filter_ in resource.filters:
        guard = guards.get(filter_.resource or "", resource)
        if not reads(guard, filter_.column):
            yield filter_.name


def reads(resource: DraftResource, column: str) -> bool:
    """Whether a readable field of the resource is kept in the column."""
    return any(field.column == column and field.readable for field in resource.fields.values())
