"""What computed and derived fields must come to, for one persona: evaluated in Python on rows, without SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal as Exact
from typing import Any

import msgspec

from mainstay.kinds import Decimal, Kind
from mainstay.operation import Computed, Field, Resource
from mainstay.policy.rows import Row, World, value_of
from mainstay.policy.tree import Column
from mainstay.storage import Storage

Allows = Callable[[str, Row], bool]
"""Whether the policy called `ratings` or `ratings.stars` lets the persona read the row, or that field of it."""


def computed_value(resource: Resource, field: Field, row: Row, world: World, allows: Allows, kind: Kind) -> Any:
    """The value of a computed field in Python's form; only rows that the persona may read count."""
    computed = field.computed
    assert computed is not None
    policies = {counted.source: counted.policies for counted in computed.counted}

    def counts(source: str, there: Row) -> bool:
        return all(allows(name, there) for name in policies.get(source, ()))

    found = value_of(computed.value, {resource.table: row}, replace(world, counts=counts))
    if found is None:
        return None
    if isinstance(kind, Decimal):
        return Exact(found).quantize(kind.smallest)
    return float(found) if kind.python is float else found


def derived_value(storage: Storage, resource: Resource, field: Field, row: Row) -> Any:
    """The value of a derived field as JSON has it."""
    assert field.derived is not None
    made = storage.derived[resource.name, field.column](*[row[column] for column in field.derived.columns])
    return msgspec.json.decode(msgspec.json.encode(made))


def own_columns(resource: Resource) -> set[str]:
    """The columns of its own row that a resource's computed and derived fields tell something of."""
    found: set[str] = set()
    for field in resource.fields:
        found.update(field.derived.columns if field.derived is not None else ())
        nodes = field.computed.value.walk() if field.computed is not None else ()
        found.update(node.name for node in nodes if isinstance(node, Column) and node.source == resource.table)
    return found


def computed_fields(resource: Resource) -> list[Computed]:
    """What a resource's rows are answered with beside columns."""
    return [field.computed for field in resource.fields if field.computed is not None]
