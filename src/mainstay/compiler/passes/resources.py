"""Finds each resource's model, table and name."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import NoInspectionAvailable
from sqlalchemy.orm import Mapper

from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.problem import nearest, place_of
from mainstay.declare.action import Actions
from mainstay.declare.computed import ComputedField, DerivedField
from mainstay.declare.resource import EVERY_OPERATION, Listing, Resource, Values

NAME = re.compile(r"[a-z][a-z0-9_]*")
PATH = re.compile(r"(/[A-Za-z0-9._~-]+)+")
LISTS = (
    *("operations", "fields", "hidden", "writable", "write_once", "acyclic"),
    *("filters", "sorts", "order", "includes", "embedded", "indexes", "list_hidden"),
)
MAPPINGS = ("read_fields", "write_fields", "limits", "routes", "names", "transitions")


def resources(draft: Draft) -> None:
    """One draft resource for each declared one that has a model."""
    given: Sequence[Any] = draft.declared
    for declared in given:
        if isinstance(declared, type) and issubclass(declared, Actions) and not issubclass(declared, Resource):
            draft.groups.append(declared)
            continue
        if not (isinstance(declared, type) and issubclass(declared, Resource)):
            place = place_of(declared if isinstance(declared, type) else type(declared))
            draft.problem(place, f"{declared!r} is not a resource", "pass the class, such as resources=[Recipes]")
            continue
        resource = with_model(draft, declared) if fields_have_names(draft, declared) else None
        if resource is not None:
            resource.operations = known_operations(draft, resource)
            if any(other.model is resource.model and other.thing == resource.thing for other in draft.resources):
                resource.told_apart = declared.__name__
            draft.resources.append(resource)
            shapes(draft, resource)


def fields_have_names(draft: Draft, declared: type[Resource[Any]]) -> bool:
    """Whether no computed or derived field stands where every resource has something else; a problem where one does."""
    parts = Resource.__mro__
    every = dict.fromkeys(name for part in parts for name in (*vars(part), *getattr(part, "__annotations__", {})))
    taken = [name for name in every if isinstance(getattr(declared, name, None), ComputedField | DerivedField)]
    for name in taken:
        what = f"{declared.__name__}.{name} is a field, and every resource has a {name} of another sort"
        draft.problem(place_of(declared, name), what, "give the field another name")
        draft.is_unreadable = True
    return not taken


def with_model(draft: Draft, declared: type[Resource[Any]]) -> DraftResource | None:
    """The resource with the model that it is about; None, with a problem, where there is none."""
    model = declared.model()
    if model is None:
        draft.problem(
            place_of(declared),
            f"{declared.__name__} names no model",
            f"write class {declared.__name__}(Resource[Model])",
        )
        return None
    try:
        mapper: Mapper[Any] = sa.inspect(model)
    except NoInspectionAvailable:
        draft.problem(
            place_of(declared),
            f"{declared.__name__} is about {model.__name__}, which SQLAlchemy does not map to a table",
            "derive it from Model, or from your own declarative base",
        )
        return None
    table = mapper.local_table
    if not isinstance(table, sa.Table) or mapper.inherits is not None:
        draft.problem(
            place_of(declared),
            f"{model.__name__} is not mapped to one table of its own",
            "derive models that are exposed from an abstract one, not from one another",
        )
        return None
    name = declared.name or str(table.name)
    if not NAME.fullmatch(name):
        draft.problem(
            place_of(declared, "name"), f"{name!r} is no name for a resource", "use lower-case letters, digits and _"
        )
    return DraftResource(declared, model, mapper, table, name)


def shapes(draft: Draft, resource: DraftResource) -> None:
    """A problem for each attribute of the resource that is none, or has not the shape it needs."""
    declared, name = resource.declared, resource.declared.__name__
    known = {attribute for part in Resource.__mro__ for attribute in getattr(part, "__annotations__", {})}
    for part in declared.__mro__[: declared.__mro__.index(Resource)]:
        for attribute, value in vars(part).items():
            if not attribute.startswith("_") and attribute not in known and not is_code(value):
                what = f"{name} says {attribute}, which a resource does not have"
                draft.problem(resource.place(attribute), what, nearest(attribute, known))
    for attribute in LISTS:
        value = getattr(declared, attribute)
        if value is not None and (isinstance(value, str) or not isinstance(value, Sequence)):
            draft.problem(resource.place(attribute), f"{name}.{attribute} is not a list", f"write {attribute} = [..]")
    for attribute in MAPPINGS:
        if not isinstance(getattr(declared, attribute), Mapping):
            draft.problem(
                resource.place(attribute), f"{name}.{attribute} is not a mapping", f"write {attribute} = {{..}}"
            )
    if isinstance(declared.path, str) and not PATH.fullmatch(declared.path):
        draft.problem(
            resource.place("path"),
            f"{name}.path is {declared.path!r}",
            "write it as /recipes, without a slash at its end",
        )
    if not 1 <= declared.default_limit <= declared.max_limit:
        limits = f"{declared.default_limit} rows unless asked and {declared.max_limit} at most"
        draft.problem(resource.place("default_limit"), f"{name} lists {limits}", "let 1 <= default_limit <= max_limit")


DECLARED = (property, classmethod, staticmethod, ComputedField, DerivedField, Listing, Values)


def is_code(value: Any) -> bool:
    """Whether an attribute's value is a method, a property, a class, a field or a list, whatever its name."""
    return callable(value) or isinstance(value, DECLARED)


def known_operations(draft: Draft, resource: DraftResource) -> tuple[str, ...]:
    """The operations that the resource exposes, in the order of a reader's interest."""
    given = resource.listed("operations")
    for position, name in enumerate(given):
        if name not in EVERY_OPERATION:
            draft.problem(
                resource.place("operations", position),
                f"{resource.declared.__name__}.operations names {name!r}, which is no operation",
                nearest(str(name), EVERY_OPERATION),
            )
    return tuple(name for name in EVERY_OPERATION if name in given)
