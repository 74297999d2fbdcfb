"""The application's policies, each ready to be decided, and what they leave for one actor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import msgspec

from mainstay.actor import Actor
from mainstay.engine.plan import Guards
from mainstay.operation import Application, Resource
from mainstay.policy.decide import Decider, Decision
from mainstay.policy.tree import ANYONE, Node


class Deciders(msgspec.Struct, frozen=True):
    """Policies by name.

    `recipes` reads rows, `recipes.title` reads a field, `recipes.title=` writes it, `:recipes.update` is the
    operation's, and `:recipes.ingredients.create` is that of the rows in a list that is written with a recipe.
    """

    by_name: dict[str, Decider]
    of_resource: dict[str, tuple[str, ...]]
    """For each resource the names of the policies that its rows are read under, but those that allow everybody."""
    guarded: frozenset[str]
    """All of those names."""

    def decide(self, name: str, actor: Actor) -> Decision:
        """One policy for one actor."""
        return self.by_name[name].decide(actor)

    def numbers(self, names: Iterable[str], actor: Actor) -> tuple[int, ...]:
        """Numbers that are equal for actors whom these policies leave the same conditions."""
        by_name = self.by_name
        return tuple([by_name[name].decide(actor).number for name in names])

    def settled(self, names: Iterable[str]) -> tuple[int, ...] | None:
        """Those numbers where they are the same for all actors."""
        constants = [self.by_name[name].constant for name in names]
        return None if None in constants else tuple([one.number for one in constants if one is not None])

    def guards(self, names: Iterable[str], actor: Actor) -> Guards:
        """What these policies leave to the rows."""
        decided = tuple((name, self.by_name[name].decide(actor).condition) for name in names)
        return Guards(decided, self.guarded)

    def reading(self, *resources: str) -> tuple[str, ...]:
        """The names of the policies under which rows of these resources are read."""
        return tuple(dict.fromkeys(name for resource in resources for name in self.of_resource[resource]))


def deciders(application: Application) -> Deciders:
    """Every policy of the application."""
    by_name: dict[str, Decider] = {}
    of_resource: dict[str, tuple[str, ...]] = {}
    for resource in application.resources:
        by_name[resource.name] = Decider(resource.read)
        names = [resource.name] if resource.read != ANYONE else []
        for field in resource.fields:
            if field.read != ANYONE:
                by_name[f"{resource.name}.{field.name}"] = Decider(field.read)
                names.append(f"{resource.name}.{field.name}")
            if field.write != ANYONE:
                by_name[f"{resource.name}.{field.name}="] = Decider(field.write)
        of_resource[resource.name] = tuple(names)
        for name, policy in policies_of_lists(resource):
            by_name[name] = Decider(policy)
    for resource in application.resources:
        counted = [one for field in resource.fields if field.computed is not None for one in field.computed.counted]
        if counted:
            needed = [
                name for one in counted for name in one.policies if name in by_name and by_name[name].policy != ANYONE
            ]
            of_resource[resource.name] = tuple(dict.fromkeys((*of_resource[resource.name], *needed)))
    known = {decider.policy: decider for decider in by_name.values()}
    for operation in application.operations:
        by_name[f":{operation.name}"] = known.get(operation.policy) or Decider(operation.policy)
    return Deciders(by_name, of_resource, frozenset(name for names in of_resource.values() for name in names))


def policies_of_lists(resource: Resource) -> Iterator[tuple[str, Node]]:
    """The policies of the rows that are written with a row of a resource."""
    for owned in resource.owned:
        yield f":{resource.name}.{owned.name}.create", owned.create
        yield f":{resource.name}.{owned.name}.update", owned.update
        yield f":{resource.name}.{owned.name}.delete", owned.delete
    for links in resource.links:
        yield f":{resource.name}.{links.name}.add", links.add
        yield f":{resource.name}.{links.name}.remove", links.remove
        if links.create is not None:
            yield f":{resource.name}.{links.name}.create", links.create
