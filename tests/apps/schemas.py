"""Whether a JSON value is what a JSON Schema of an OpenAPI document says, as far as those in the tests go."""

from __future__ import annotations

from typing import Any

TYPES: dict[str, Any] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


def mistakes(value: Any, schema: dict[str, Any], document: dict[str, Any], at: str = "") -> list[str]:
    """What of a value is not what the schema says; an object may have no member that the schema does not name."""
    if "$ref" in schema:
        found: Any = document
        for part in schema["$ref"].removeprefix("#/").split("/"):
            found = found[part]
        return mistakes(value, found, document, at)
    if "anyOf" in schema:
        tried = [mistakes(value, one, document, at) for one in schema["anyOf"]]
        return [] if [] in tried else tried[0]
    if "const" in schema and value != schema["const"]:
        return [f"{at}: {value!r} is not {schema['const']!r}"]
    kinds = schema.get("type", list(TYPES))
    kinds = [kinds] if isinstance(kinds, str) else kinds
    if not any(isinstance(value, TYPES[kind]) and (kind == "boolean" or value is not True) for kind in kinds):
        return [f"{at}: {value!r} is no {' or '.join(kinds)}"]
    if isinstance(value, list):
        return [
            one
            for place, item in enumerate(value)
            for one in mistakes(item, schema.get("items", {}), document, f"{at}[{place}]")
        ]
    if not isinstance(value, dict):
        return []
    known, rest = schema.get("properties", {}), schema.get("additionalProperties")
    told = [f"{at}.{name}: is missing" for name in schema.get("required", ()) if name not in value]
    for name, member in value.items():
        if name in known or isinstance(rest, dict):
            told += mistakes(member, known.get(name, rest), document, f"{at}.{name}")
        elif known:
            told.append(f"{at}.{name}: does not belong there")
    return told
