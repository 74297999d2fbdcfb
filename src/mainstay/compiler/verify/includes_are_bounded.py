"""A list with everything that can be included has a bound that an answer can have."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.problem import Problem

MOST_ROWS = 100_000
"""Rows that one path of includes may bring into one answer."""


def includes_are_bounded(draft: Draft) -> Iterator[Problem]:
    """A problem for each resource with a path of includes that brings too many rows."""
    by_name = {resource.name: resource for resource in draft.resources}
    for resource in draft.resources:
        rows, path = most(resource, by_name, resource.declared.include_depth)
        rows *= resource.declared.max_limit if "list" in resource.operations else 1
        if rows > MOST_ROWS:
            yield Problem(
                resource.place("includes"),
                f"{resource.declared.__name__} can be answered with {rows} rows of {path}; {MOST_ROWS} are allowed",
                "write include(.., limit=..) with a smaller limit, a smaller max_limit, or a smaller include_depth",
            )


def most(resource: DraftResource, by_name: dict[str, DraftResource], depth: int) -> tuple[int, str]:
    """The most rows for one parent that a path of so many includes leads to, and that path."""
    found = (1, "")
    for include in resource.includes:
        if include.resource in by_name and include.value is None and (depth or include.embedded):
            rows, path = most(by_name[include.resource], by_name, max(depth - 1, 0))
            rows *= include.limit if include.many else 1
            found = max(found, (rows, f"{include.name}.{path}".rstrip(".")), key=lambda one: one[0])
    return found
