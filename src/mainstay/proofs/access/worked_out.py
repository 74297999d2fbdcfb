"""What computed and derived fields must come to, for one persona: evaluated in Python on rows, without SQL."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal as Exact
from typing import Any

import msgspec

from mainstay.kinds import Decimal, Kind
from mainstay.operation import Computed, Field, Resource
from mainstay.policy.rows import Row, World, truth, value_of
from mainstay.policy.tree import Column, compared_with_given, tables_in
from mainstay.storage import Storage

Allows = Callable[[str, Row], bool]
"""Whether the policy called `ratings` or `ratings.stars` lets the persona read the row, or that field of it."""


def computed_value(resource: Resource, field: Field, row: Row, world: World, allows: Allows, kind: Kind) -> Any:
    """The value of a computed field in Python's form; only rows that the persona may read count."""
    computed = field.computed
    assert computed is not None
    found = value_of(computed.value, {resource.table: row}, replace(world, counts=counting(computed, allows)))
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
    """What a resource's rows are answered with, and filtered by, beside columns."""
    conditions = [filter_.where for filter_ in resource.filters if filter_.where is not None]
    return [*(field.computed for field in resource.fields if field.computed is not None), *conditions]


def given_column(resource: Resource, where: Computed) -> tuple[str, str]:
    """The table and the column that what the caller gives is compared with."""
    column = compared_with_given(where.value)[0]
    return {resource.table: resource.table, **tables_in(where.value)}[column.source], column.name


def looked_at(resource: Resource, where: Computed) -> set[str]:
    """The columns of the row itself that a condition looks at."""
    columns = (node for node in where.value.walk() if isinstance(node, Column))
    return {column.name for column in columns if column.source == resource.table}


def condition_holds(resource: Resource, where: Computed, row: Row, given: Any, world: World, allows: Allows) -> bool:
    """Whether a condition of what the caller gives is true of a row; only rows that the persona may read are seen."""
    seen = replace(world, counts=counting(where, allows), given=given)
    return truth(where.value, {resource.table: row}, seen) is True


def counting(computed: Computed, allows: Allows) -> Callable[[str, Row], bool]:
    """Whether a row is looked at under the name of a source."""
    policies = {counted.source: counted.policies for counted in computed.counted}
    return lambda source, there: all(allows(name, there) for name in policies.get(source, ()))
