"""The lists that are written with a row: what it owns, and its links."""

from __future__ import annotations

from collections.abc import Sequence

from mainstay.actor import Actor
from mainstay.backing.databases.database import Script
from mainstay.engine.guards import Deciders
from mainstay.engine.nested.children import Children
from mainstay.engine.nested.item import Item, listed
from mainstay.engine.nested.linking import Linking
from mainstay.engine.nested.run import Part, Row, Run
from mainstay.engine.shapes import Shapes
from mainstay.engine.sql.fields import Schema
from mainstay.operation import Resource


class Lists:
    """How the lists of one resource's rows are written; made once, from data."""

    def __init__(
        self,
        schema: Schema,
        resource: Resource,
        deciders: Deciders,
        shapes: Shapes,
        known: dict[str, Lists] | None = None,
    ) -> None:
        known = {} if known is None else known
        known[resource.name] = self  # rows may own rows of their own resource
        self.linking = {links.name: Linking(schema, resource, links, deciders, shapes) for links in resource.links}
        self.children: dict[str, Children] = {}
        for owned in resource.owned:
            inner = known.get(owned.resource)
            if inner is None:
                inner = Lists(schema, schema.application.resource(owned.resource), deciders, shapes, known)
            self.children[owned.name] = Children(schema, resource, owned, deciders, shapes, inner.prepare)

    def prepare(self, actor: Actor, items: Sequence[Item], action: str) -> Prepared:
        """The statements for the lists in these items, made before the transaction."""
        given = {name for item in items for name in item.lists}
        parts: list[Part] = [
            children.prepare(actor, listed(items, name), action)
            for name, children in self.children.items()
            if name in given
        ]
        parts += [linking.prepare(actor, action) for name, linking in self.linking.items() if name in given]
        return Prepared(parts)


class Prepared:
    """The lists of one level in one call, one after the other."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts

    def find(self, run: Run, owners: Sequence[Row]) -> Script[None]:
        """Finds what is there, before anything is written."""
        for part in self.parts:
            yield from part.find(run, owners)

    def write(self, run: Run, owners: Sequence[Row]) -> Script[None]:
        """Writes the rows, once their owners are."""
        for part in self.parts:
            yield from part.write(run, owners)

    def judge(self, run: Run) -> Script[None]:
        """Raises what the caller is told where a policy is not true of a row as it has become."""
        for part in self.parts:
            yield from part.judge(run)
