"""Where policies stand in an application, and the parts that each is made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from msgspec.structs import replace

from mainstay.operation import Application, Links, Operation, Resource
from mainstay.policy.tree import All, Always, Any_, Exists, Node, Not, Opaque

What = Literal["read", "list", "create", "update", "delete", "read field", "write field", "action", "computed"]
Path = tuple[tuple[str, int | None], ...]
"""From the root of a tree to a node in it: names of parts, with a position where the part is a list."""

OPERATIONS: dict[str, tuple[str, ...]] = {
    "read": ("list", "get"),
    "create": ("create",),
    "update": ("replace", "update"),
    "delete": ("delete",),
}
"""The actions that each policy of a resource governs."""


@dataclass(frozen=True, slots=True)
class Site:
    """One policy of one resource, or of one field of it."""

    resource: str
    table: str
    what: What
    policy: Node
    field: str | None = None
    operation: str | None = None
    """Of an action, or of a list beside the resource's own."""

    @property
    def name(self) -> str:
        """`recipes.read`, `recipes.update`, `recipes.publish`, `recipes.feed`, `recipes.notes (write field)`."""
        if self.operation is not None:
            return self.operation
        return f"{self.resource}.{self.what}" if self.field is None else f"{self.resource}.{self.field} ({self.what})"


def sites(application: Application) -> tuple[Site, ...]:
    """Every policy of every resource; those of fields only where they say something."""
    found: list[Site] = []
    for resource in application.resources:
        found.append(Site(resource.name, resource.table, "read", resource.read))
        for what in ("create", "update", "delete"):
            for operation in application.operations:
                if operation.resource == resource.name and operation.action in OPERATIONS[what]:
                    found.append(Site(resource.name, resource.table, what, operation.policy))
                    break
            else:
                policy = next(beside(application, resource, what), None)
                if policy is not None:
                    found.append(Site(resource.name, resource.table, what, policy))
        for operation in application.operations:
            another = operation.action == "list" and operation.policy != resource.read
            if operation.resource == resource.name and (operation.action == "action" or another):
                named: What = "list" if another else "action"
                site = Site(resource.name, resource.table, named, operation.policy, operation=operation.name)
                found.append(site)
        for field in resource.fields:
            if field.read != Always(True):
                found.append(Site(resource.name, resource.table, "read field", field.read, field.name))
            if field.write != Always(True):
                found.append(Site(resource.name, resource.table, "write field", field.write, field.name))
    return tuple(found)


def with_policy(application: Application, site: Site, policy: Node) -> Application:
    """The application with another policy at one site, wherever it is written down."""
    if site.field is not None:
        part = "read" if site.what == "read field" else "write"
        return with_resource(
            application,
            site.resource,
            lambda resource: replace(
                resource,
                fields=tuple(
                    replace(field, **{part: policy}) if field.name == site.field else field for field in resource.fields
                ),
            ),
        )
    operations = tuple(
        replace(operation, policy=policy) if governs(site, operation) else operation
        for operation in application.operations
    )
    changed = replace(application, operations=operations)
    if site.what in ("create", "update", "delete"):
        resources = tuple(with_lists(resource, site, policy) for resource in changed.resources)
        changed = replace(changed, resources=resources)
    if site.what == "read":
        changed = with_resource(changed, site.resource, lambda resource: replace(resource, read=policy))
    return changed


def governs(site: Site, operation: Operation) -> bool:
    """Whether a site's policy, which is no field's, is the one of an operation."""
    if site.operation is not None:
        return operation.name == site.operation
    if operation.resource != site.resource or operation.action not in OPERATIONS[site.what]:
        return False
    return operation.action != "list" or operation.policy == site.policy


def beside(application: Application, resource: Resource, what: str) -> Iterator[Node]:
    """A policy of a resource as the lists in bodies of others have it, where no operation of its own does."""
    for other in application.resources:
        for owned in other.owned:
            if owned.resource == resource.name:
                yield {"create": owned.create, "update": owned.update, "delete": owned.delete}[what]
        for links in other.links:
            if links.resource == resource.name and what == "create" and links.create is not None:
                yield links.create
            if links.link == resource.name and what in ADDED:
                yield links.add if what == "create" else links.remove


def with_lists(resource: Resource, site: Site, policy: Node) -> Resource:
    """The resource with another policy of the rows that are written with its own."""
    changes: dict[str, Any] = {site.what: policy}
    owned = tuple(replace(one, **changes) if one.resource == site.resource else one for one in resource.owned)
    links: list[Links] = []
    for one in resource.links:
        if one.resource == site.resource and site.what == "create" and one.create is not None:
            one = replace(one, create=policy)
        if one.link == site.resource and site.what in ADDED:
            changes = {ADDED[site.what]: policy}
            one = replace(one, **changes)
        links.append(one)
    return replace(resource, owned=owned, links=tuple(links))


ADDED = {"create": "add", "delete": "remove"}
"""What making and deleting a row of a link table is called."""


def with_resource(application: Application, name: str, change: Any) -> Application:
    """The application with one resource changed."""
    resources = tuple(change(item) if item.name == name else item for item in application.resources)
    return replace(application, resources=resources)


def is_leaf(node: Node) -> bool:
    """Whether a truth is not made of other truths; an `Exists` is a leaf that has leaves inside."""
    return not isinstance(node, All | Any_ | Not)


def truths(node: Node, path: Path = ()) -> Iterator[tuple[Path, Node]]:
    """Every truth of a policy with its path, the policy itself first; values are not truths."""
    yield path, node
    match node:
        case All(parts) | Any_(parts):
            for place, part in enumerate(parts):
                yield from truths(part, (*path, ("parts", place)))
        case Not(part):
            yield from truths(part, (*path, ("part", None)))
        case Exists():
            yield from truths(node.where, (*path, ("where", None)))


def leaves(node: Node) -> Iterator[tuple[Path, Node]]:
    """The truths of a policy that are not made of others."""
    return ((path, part) for path, part in truths(node) if is_leaf(part))


def at(node: Node, path: Path) -> Node:
    """The node at the end of a path."""
    for name, place in path:
        part = getattr(node, name)
        node = part if place is None else part[place]
    return node


def replaced(node: Node, path: Path, new: Node | None) -> Node:
    """The tree with another node at the end of a path, or, with None, without that member of a list."""
    if not path:
        assert new is not None
        return new
    (name, place), rest = path[0], path[1:]
    part = getattr(node, name)
    if place is None:
        return replace(node, **{name: replaced(part, rest, new)})
    if not rest and new is None:
        return replace(node, **{name: (*part[:place], *part[place + 1 :])})
    return replace(node, **{name: (*part[:place], replaced(part[place], rest, new), *part[place + 1 :])})


def is_opaque(node: Node) -> bool:
    """Whether only the database can evaluate some part of the policy."""
    return any(isinstance(part, Opaque) for part in node.walk())


def text(node: Node) -> str:
    """A policy in a few words, for people."""
    words = [getattr(node, name) for name in node.__struct_fields__]
    match node.word:
        case "always":
            return "anyone" if node == Always(True) else "no one"
        case "signed_in":
            return "signed_in"
        case "role" | "scope":
            return f"{node.word}({words[0]})"
        case "all" | "any":
            joint = " & " if node.word == "all" else " | "
            return "(" + joint.join(text(part) for part in words[0]) + ")"
        case "not":
            return f"~{text(words[0])}"
        case "compare":
            return f"{text(words[1])} {SIGNS[words[0]]} {text(words[2])}"
        case "is_null":
            return f"{text(words[0])} is null"
        case "in":
            return f"{text(words[0])} in ({', '.join(text(option) for option in words[1])})"
        case "in_claim":
            return f"{text(words[0])} in actor.{words[1]}"
        case "exists":
            return f"exists({words[0]}: {text(words[2])})"
        case "column":
            return f"{words[0]}.{words[1]}"
        case "actor":
            return f"actor.{words[0]}"
        case "value":
            return repr(words[0])
        case "now":
            return "now" if not words[0] else f"now{words[0]:+g}s"
        case _:
            return f"opaque({words[1]!r})"


SIGNS = {"eq": "==", "ne": "!=", "lt": "<", "lte": "<=", "gt": ">", "gte": ">="}
