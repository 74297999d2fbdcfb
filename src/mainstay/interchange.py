"""An application to JSON and back, without loss."""

from __future__ import annotations

import functools
import types
import typing
from typing import Any

import msgspec

from mainstay.operation import SCHEMA_VERSION, Application
from mainstay.policy import tree
from mainstay.policy.tree import Node


def to_json(value: Any) -> Any:
    """An application, or any part of it, as JSON's own types."""
    if isinstance(value, Node):
        return tree.to_json(value)
    if isinstance(value, msgspec.Struct):
        return {name: to_json(getattr(value, name)) for name in value.__struct_fields__}
    return [to_json(item) for item in value] if isinstance(value, tuple) else value


def from_json(json: dict[str, Any]) -> Application:
    """The application that `to_json` wrote; ValueError where it is of another schema version."""
    if json.get("schema_version") != SCHEMA_VERSION:
        raise ValueError(f"schema_version is {json.get('schema_version')!r}, this reads {SCHEMA_VERSION}")
    application: Application = read(Application, json)
    return application


def read(wanted: Any, json: Any) -> Any:
    """A value of the type `wanted` from JSON's own types."""
    origin = typing.get_origin(wanted)
    if origin is tuple:
        arguments = typing.get_args(wanted)
        if arguments[-1] is Ellipsis:
            return tuple(read(arguments[0], item) for item in json)
        return tuple(read(kind, item) for kind, item in zip(arguments, json, strict=True))
    if origin in (typing.Union, types.UnionType):
        if json is None:
            return None
        return read(next(part for part in typing.get_args(wanted) if part is not type(None)), json)
    if wanted is Node:
        return tree.from_json(json)
    if isinstance(wanted, type) and issubclass(wanted, msgspec.Struct):
        hints = parts_of(wanted)
        unknown = set(json) - set(hints)
        if unknown:
            raise ValueError(f"{wanted.__name__} has no {', '.join(sorted(unknown))}")
        return wanted(**{name: read(hints[name], value) for name, value in json.items()})
    return json


@functools.cache
def parts_of(wanted: type[Any]) -> dict[str, Any]:
    """The types of a struct's parts by name."""
    return typing.get_type_hints(wanted)
