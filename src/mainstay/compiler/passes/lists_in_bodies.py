"""Lists in a body: rows that are owned, as objects, and links, as plain values."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.operation import Field, Links, Owned, Part, Shape
from mainstay.wire import Form

TITLES = {"create": "New", "replace": "Whole", "update": "Changed"}
"""What the body of each operation that writes is called, before the title of its resource."""

MEANINGS = {
    "create": "What a new one of the {of} is made of.",
    "replace": "All that one of the {of} is to be from now on.",
    "update": "What changes in one of the {of}; what is left out stays as it is.",
}
"""What the body of each operation that writes says, of the plural of its resource."""

DELETE = "_delete"
"""The member that says of an owned row, in a change, that it shall go."""

Depths = Mapping[tuple[str, str], int]
"""By resource and list, how often it may still stand inside itself."""


def lists_of(
    draft: Draft, resource: DraftResource, operation: str, title: str, depths: Depths | None = None
) -> Iterator[Part]:
    """The lists in a body, or in an object of one of its lists."""
    outermost = depths is None
    left = dict(depths or {})
    required = operation == "replace" and outermost
    for owned in resource.owned.values():
        once = left.setdefault((resource.name, owned.name), owned.depth)
        if once and is_written(owned, operation):
            child = resource_named(draft, owned.resource)
            inside = {**left, (resource.name, owned.name): once - 1}
            name = f"{child.title}Of{title}"
            parts = [*parts_of(child, owned, operation), *lists_of(draft, child, operation, name, inside)]
            words = MEANINGS[operation].format(of=owned.name.replace("_", " "))
            shape = Shape(f"{TITLES[operation]}{name}", tuple(parts), words)
            yield Part(owned.name, list_form(owned.most), required, description=described(owned), each=shape)
    for links in resource.links.values():
        if is_written(links, operation):
            yield Part(links.name, links.form, required, description=f"The {links.field} of each.")


def is_written(rows: Owned | Links, operation: str) -> bool:
    """Whether an operation writes a list."""
    return operation == "create" or rows.writable == "always"


def resource_named(draft: Draft, name: str) -> DraftResource:
    """The resource of that name."""
    return next(resource for resource in draft.resources if resource.name == name)


def described(owned: Owned) -> str:
    """What the list is."""
    order = ", in order" if owned.order is not None else ""
    return f"What belongs to it{order}."


def list_form(most: int) -> Form:
    """The form of a list of objects, which its part describes."""
    return Form("array", shape=msgspec.json.encode({"type": "array", "maxItems": most}).decode())


def parts_of(child: DraftResource, owned: Owned, operation: str) -> Iterator[Part]:
    """The members of one object; those that a new one must have and a known one must not are required of none."""
    filled = {own for own, _ in owned.parent} | ({owned.order} if owned.order is not None else set())
    for field in child.fields.values():
        if field.column in filled:
            continue
        if field.name in owned.by:
            if field.writable != "never":
                yield part(field, required=True)
            elif operation != "create":
                yield part(field, required=False)
        elif field.writable == "always":
            yield part(field, required=field.required and operation != "update")
        elif field.writable == "once":
            yield part(field, required=field.required and operation == "create")
    if operation == "update":
        yield Part(DELETE, Form("boolean"), required=False, description="Whether it shall go.")


def part(field: Field, *, required: bool) -> Part:
    """A field as a member."""
    return Part(field.name, field.form, required, field.nullable and field.writable != "never", field.description)


def statements_of_lists(draft: Draft, resource: DraftResource, operation: str, depths: Depths | None = None) -> int:
    """The most statements that the lists in a body add, however long they are."""
    left = dict(depths or {})
    count = 0
    for owned in resource.owned.values():
        once = left.setdefault((resource.name, owned.name), owned.depth)
        if once and is_written(owned, operation):
            child = resource_named(draft, owned.resource)
            references = len(draft.tables[child.table.name].references) - 1
            own = 2 if operation == "create" else 6
            inside = {**left, (resource.name, owned.name): once - 1}
            count += own + references + statements_of_lists(draft, child, operation, inside)
    for links in resource.links.values():
        if is_written(links, operation):
            count += (3 if operation == "create" else 5) + (2 if links.create is not None else 0)
    return count + (len(resource.acyclic) * 2 if depths is None else 0)
