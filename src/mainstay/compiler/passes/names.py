"""Gives fields, filters, sorts, includes and lists in bodies the names that callers know them by."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from msgspec.structs import replace

from mainstay.compiler.draft import Draft, DraftResource, is_of
from mainstay.compiler.passes.declared_lists import WRITTEN
from mainstay.compiler.problem import nearest
from mainstay.declare.computed import ComputedField, DerivedField
from mainstay.declare.resource import attribute_name
from mainstay.operation import Filter

WORD = re.compile(r"(?<=[A-Za-z0-9])_([a-z0-9])")


def names(draft: Draft) -> None:
    """Renames what the application's case or a resource's `names` calls otherwise than the models do."""
    for resource in draft.resources:
        given = aliases(draft, resource)
        if not given and draft.case != "camel":
            continue
        for key, field in resource.fields.items():
            resource.fields[key] = replace(field, name=called(draft, given, key))
        resource.sorts = [replace(sort, name=called(draft, given, sort.name)) for sort in resource.sorts]
        resource.includes = [replace(one, name=called(draft, given, one.name)) for one in resource.includes]
        resource.filters = [
            filter_ if filter_.name in resource.specified else filter_called(draft, given, filter_)
            for filter_ in resource.filters
        ]
        for key, owned in resource.owned.items():
            resource.owned[key] = replace(owned, name=called(draft, given, key))
        for key, links in resource.links.items():
            resource.links[key] = replace(links, name=called(draft, given, key))
        twice(draft, resource)
    fields = {resource.name: resource.fields for resource in draft.resources}
    for resource in draft.resources:
        for key, owned in resource.owned.items():
            known = fields[owned.resource]
            resource.owned[key] = replace(owned, by=tuple(known[name].name for name in owned.by))
        for key, links in resource.links.items():
            resource.links[key] = replace(links, field=fields[links.resource][links.field].name)


def aliases(draft: Draft, resource: DraftResource) -> dict[str, str]:
    """What the resource's `names` says, by attribute; a problem for each item that is none of the model's."""
    given: Any = resource.declared.names
    found: dict[str, str] = {}
    for position, (item, name) in enumerate(given.items() if isinstance(given, Mapping) else ()):
        key = named_in(resource, item)
        known = {*resource.fields, *resource.owned, *resource.links, *[include.name for include in resource.includes]}
        own = isinstance(item, ComputedField | DerivedField) or is_of(resource.model, item)
        if key not in known or not own:
            what = f"{resource.declared.__name__}.names renames {key}, which is not exposed"
            draft.problem(resource.place("names", position), what, nearest(key, known))
        elif not isinstance(name, str) or WRITTEN.fullmatch(name) is None:
            what = f"{resource.declared.__name__}.names calls {key} {name!r}, which cannot stand in a query"
            draft.problem(resource.place("names", position), what, "use letters, digits, _ and -")
        else:
            found[key] = name
    return found


def named_in(resource: DraftResource, item: Any) -> str:
    """What an attribute of the model, or a computed or derived field, is called in Python."""
    beside = (name for name, value in resource.beside().items() if value is item)
    return next(beside, None) or attribute_name(item)


def called(draft: Draft, given: Mapping[str, str], key: str) -> str:
    """What callers call an attribute of the model."""
    return given.get(key) or in_case(draft.case, key)


def filter_called(draft: Draft, given: Mapping[str, str], filter_: Filter) -> Filter:
    """A filter under the name that callers know; over relations each part has its own."""
    first, *rest = filter_.name.split(".")
    name = ".".join([called(draft, given, first), *(in_case(draft.case, part) for part in rest)])
    return replace(filter_, name=name)


CAPITALS = {"api", "csv", "html", "http", "id", "ip", "json", "jwt", "pdf", "sms", "sql", "url", "uuid", "xml"}
"""Words that are written in capitals."""


def spoken(name: str) -> str:
    """A name in snake case as a person reads it: `create_api_key` as "Create API key"."""
    first, *rest = [word.upper() if word in CAPITALS else word for word in name.split("_")]
    return " ".join([first[:1].upper() + first[1:], *rest])


def in_case(case: str, name: str) -> str:
    """A name of Python's as callers write it."""
    return WORD.sub(lambda match: match[1].upper(), name) if case == "camel" else name


def twice(draft: Draft, resource: DraftResource) -> None:
    """A problem for each name that two fields, or a field and an include, have now."""
    seen: set[str] = set()
    for name in [*(field.name for field in resource.fields.values()), *(one.name for one in resource.includes)]:
        if name in seen:
            what = f"{resource.declared.__name__} has two things that callers call {name}"
            draft.problem(resource.place("names"), what, "give one of them another name: names = {..}")
        seen.add(name)
    fields = {field.name for field in resource.fields.values()}
    lists = [owned.name for owned in resource.owned.values()] + [links.name for links in resource.links.values()]
    for name in lists:
        if name in fields:
            what = f"{resource.declared.__name__} has a field and a list that callers call {name}"
            draft.problem(resource.place("names"), what, "give one of them another name: names = {..}")
