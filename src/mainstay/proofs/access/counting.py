"""The policies that rows count under in computed fields: what tells whether each is kept, and its mutant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from msgspec.structs import replace

from mainstay.operation import Application, Computed, Counted, Field, Resource
from mainstay.policy.rows import Row, World
from mainstay.policy.tree import ANYONE, Aggregate, Exists, Node, all_of, tables_in
from mainstay.proofs.access.consequence import follows, renamed
from mainstay.proofs.access.easing import allowed_by
from mainstay.proofs.access.sites import Site, with_resource
from mainstay.proofs.access.worked_out import computed_value
from mainstay.storage import Storage


@dataclass(frozen=True, slots=True)
class Rule:
    """That rows of one source in a computed field count under one policy."""

    resource: Resource
    field: Field
    computed: Computed
    counted: Counted
    policy: str

    @property
    def without(self) -> Computed:
        """The field without the rule."""
        kept = tuple(name for name in self.counted.policies if name != self.policy)
        changed = tuple(replace(one, policies=kept) if one == self.counted else one for one in self.computed.counted)
        return replace(self.computed, counted=changed)

    @property
    def site(self) -> Site:
        """Where the rule stands."""
        return Site(self.resource.name, self.resource.table, "computed", self.computed.value, self.field.name)

    @property
    def change(self) -> str:
        """What its mutant is, in words."""
        return f"rows of {self.counted.source} without {self.policy}"

    def application(self, original: Application) -> Application:
        """The application without the rule."""
        fields = tuple(
            replace(field, computed=self.without) if field.name == self.field.name else field
            for field in self.resource.fields
        )
        return with_resource(original, self.resource.name, lambda resource: replace(resource, fields=fields))


def rules(application: Application) -> Iterator[Rule]:
    """Every rule that says anything."""
    for resource in application.resources:
        for field in resource.fields:
            for counted in field.computed.counted if field.computed is not None else ():
                for policy in counted.policies:
                    if field.computed is not None and policy_called(application, policy) != ANYONE:
                        yield Rule(resource, field, field.computed, counted, policy)


def policy_called(application: Application, name: str) -> Node:
    """Who may read the rows of `ratings`, or the field `ratings.stars`."""
    resource, _, field = name.partition(".")
    found = application.resource(resource)
    return found.field(field).read if field else found.read


def always_kept(rule: Rule, application: Application) -> bool:
    """Whether, by the form of the policies alone, whoever is answered the field may read every row that it looks at."""
    tables = tables_in(rule.computed.value)
    policy = policy_on(application, rule.policy, rule.counted.source)
    if policy is None or rule.resource.table in tables:
        return False
    return all(
        follows(known, policy, {rule.resource.table: rule.resource.table, **{name: tables[name] for name in here}})
        for known, here in known_of_rows(rule, application)
    )


def known_of_rows(rule: Rule, application: Application) -> Iterator[tuple[Node, set[str]]]:
    """Wherever rows of the source are looked at without the rule: what is true of those, and the sources there."""
    for node in rule.computed.value.walk():
        match node:
            case Exists(source=source, where=where):
                here = {source}
            case Aggregate(sources=sources, where=where):
                here = {source.name for source in sources}
            case _:
                continue
        if rule.counted.source in here:
            kept = [
                policy_on(application, name, counted.source) or ANYONE
                for counted in rule.without.counted
                for name in counted.policies
                if counted.source in here
            ]
            yield all_of(where, rule.resource.read, rule.field.read, *kept), here


def policy_on(application: Application, name: str, source: str) -> Node | None:
    """The policy called `ratings` or `ratings.stars`, of rows that are called `source`; None where that cannot be."""
    table = application.resource(name.partition(".")[0]).table
    return renamed(policy_called(application, name), table, source)


def tells(rule: Rule, application: Application, storage: Storage, world: World) -> bool:
    """Whether the world's actor would be answered something else by one of the rows if the rule were not kept."""
    resource, field = rule.resource, rule.field
    kind = storage.kind_in(resource, field.column)

    def allows(name: str, row: Row) -> bool:
        table = application.resource(name.partition(".")[0]).table
        return allowed_by(policy_called(application, name), row, table, world)

    careless = replace(field, computed=rule.without)
    for row in world.tables[resource.table]:
        if all(allowed_by(policy, row, resource.table, world) for policy in (resource.read, field.read)):
            values = [computed_value(resource, one, row, world, allows, kind) for one in (field, careless)]
            if values[0] != values[1]:
                return True
    return False


def reach(
    application: Application,
    told: Callable[[Rule], bool],
    add: Callable[[str], Any],
    drop: Callable[[str, Any], None],
    tries: int,
) -> None:
    """Adds rows until each rule is told by some, or the tries are used up."""
    for rule in rules(application):
        if always_kept(rule, application):
            continue
        among = [rule.resource.table, *tables_in(rule.computed.value).values()]
        for number in range(0 if told(rule) else tries):
            table = among[number % len(among)]
            row = add(table)
            if row is not None and told(rule):
                break
            if row is not None:
                drop(table, row)
