"""Finds each resource's model, table and name."""

from __future__ import annotations

import re
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.orm import Mapper

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.problem import nearest, place_of
from mainstay.declare.resource import EVERY_OPERATION, Resource

NAME = re.compile(r"[a-z][a-z0-9_]*")


def resources(draft: Draft) -> None:
    """One draft resource for each declared one that has a model."""
    for declared in draft.declared:
        if not (isinstance(declared, type) and issubclass(declared, Resource)):
            place = place_of(declared if isinstance(declared, type) else type(declared))
            draft.problem(place, f"{declared!r} is not a resource", "pass the class, such as resources=[Recipes]")
            continue
        resource = with_model(draft, declared)
        if resource is not None:
            resource.operations = known_operations(draft, resource)
            draft.resources.append(resource)


def with_model(draft: Draft, declared: type[Resource[Any]]) -> DraftResource | None:
    """The resource with the model that it is about; None, with a problem, where there is none."""
    model = declared.model()
    place = place_of(declared)
    if model is None:
        draft.problem(place, f"{declared.__name__} names no model", f"write class {declared.__name__}(Resource[Model])")
        return None
    try:
        mapper: Mapper[Any] = sa.inspect(model)
    except NoInspectionAvailable:
        draft.problem(
            place,
            f"{declared.__name__} is about {model.__name__}, which SQLAlchemy does not map to a table",
            "derive it from Model, or from your own declarative base",
        )
        return None
    table = mapper.local_table
    if not isinstance(table, sa.Table):
        draft.problem(place, f"{model.__name__} is not mapped to one table", "give it a table of its own")
        return None
    name = declared.name or table.name
    if not NAME.fullmatch(name):
        draft.problem(
            place_of(declared, "name"), f"{name!r} is no name for a resource", "use lower-case letters, digits and _"
        )
    return DraftResource(declared, model, mapper, table, name)


def known_operations(draft: Draft, resource: DraftResource) -> tuple[str, ...]:
    """The operations that the resource exposes, in the order of a reader's interest."""
    for position, name in enumerate(resource.declared.operations):
        if name not in EVERY_OPERATION:
            draft.problem(
                resource.place("operations", position),
                f"{resource.declared.__name__}.operations names {name!r}, which is no operation",
                nearest(str(name), EVERY_OPERATION),
            )
    return tuple(name for name in EVERY_OPERATION if name in resource.declared.operations)
