"""Templates: a body or an answer as somebody else has specified it, written as JSON with names in braces.

    {"article": "{row}"}
    {"articles": "{rows}", "articlesCount": "{total}"}
    {"errors": {"{field}": ["{detail}"]}}

A text that is one name in braces stands for the value of that name, whatever its type; names inside a
longer text are written into it.  What is told of each of several details is repeated: a list of one
item that names a part of a detail, and an object whose one key does, which gathers those with equal keys.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

Values = Mapping[str, Any]
Path = tuple[str | int, ...]
Writer = Callable[[Values, Sequence[Values]], Any]
Json = dict[str, Any]

NAME = re.compile(r"\{([a-z_]*)\}")

OF_DETAIL = frozenset(("field", "reason", "detail"))
"""Names that have a value for each detail of an error."""


def names(template: Any) -> Iterator[str]:
    """Every name in a template, as often as it stands there."""
    if isinstance(template, str):
        yield from NAME.findall(template)
    elif isinstance(template, Mapping):
        for key, value in template.items():
            yield from names(key)
            yield from names(value)
    elif isinstance(template, list | tuple):
        for item in template:
            yield from names(item)


def settled(template: Any, values: Mapping[str, str]) -> Any:
    """The template with the values of some names written into it, the other names left as they are."""
    if isinstance(template, str):
        return NAME.sub(lambda match: values.get(match[1], match[0]), template)
    if isinstance(template, Mapping):
        return {settled(key, values): settled(value, values) for key, value in template.items()}
    if isinstance(template, list | tuple):
        return [settled(item, values) for item in template]
    return template


def path(template: Any, name: str) -> Path | None:
    """Where the value of a name stands in what is written from the template; None where it does not."""
    if template == f"{{{name}}}":
        return ()
    parts: Iterator[tuple[str | int, Any]] = iter(())
    if isinstance(template, Mapping):
        parts = iter(template.items())
    elif isinstance(template, list | tuple):
        parts = iter(enumerate(template))
    for key, value in parts:
        found = path(value, name)
        if found is not None:
            return (key, *found)
    return None


def writer(template: Any) -> Writer:
    """The function that writes the template with values, and for each detail with the detail's own."""
    match template:
        case str():
            return text(template)
        case [item] if OF_DETAIL.intersection(names(item)):
            each = writer(item)
            return lambda values, details: [each({**values, **detail}, [detail]) for detail in details]
        case list() | tuple():
            items = [writer(item) for item in template]
            return lambda values, details: [item(values, details) for item in items]
        case Mapping() if repeated_key(template) is not None:
            ((key, value),) = template.items()
            return gathering(text(key), writer(value))
        case Mapping():
            members = [(key, writer(value)) for key, value in template.items()]
            return lambda values, details: {key: member(values, details) for key, member in members}
        case _:
            return lambda values, details: template


def text(template: str) -> Writer:
    """The function that writes a text."""
    alone = NAME.fullmatch(template)
    if alone is not None:
        name = alone[1]
        return lambda values, details: values[name]
    if NAME.search(template) is None:
        return lambda values, details: template
    return lambda values, details: NAME.sub(lambda match: str(values[match[1]]), template)


def repeated_key(template: Mapping[str, Any]) -> str | None:
    """The one key of an object that stands for each detail."""
    keys = list(template)
    return keys[0] if len(keys) == 1 and OF_DETAIL.intersection(names(keys[0])) else None


def gathering(key: Writer, value: Writer) -> Writer:
    """The function that writes an object with a member for each different key of the details."""

    def write(values: Values, details: Sequence[Values]) -> Any:
        gathered: dict[str, list[Values]] = {}
        for detail in details:
            gathered.setdefault(str(key({**values, **detail}, ())), []).append(detail)
        return {name: value({**values, **some[0]}, some) for name, some in gathered.items()}

    return write


def schema(template: Any, known: Mapping[str, Json]) -> Json:
    """What is written from the template as JSON Schema, where `known` has that of each name."""
    match template:
        case str():
            alone = NAME.fullmatch(template)
            if alone is not None:
                return known[alone[1]]
            return {"type": "string"} if NAME.search(template) else {"const": template}
        case [item] if OF_DETAIL.intersection(names(item)):
            return {"type": "array", "items": schema(item, known)}
        case list() | tuple():
            items = [schema(item, known) for item in template]
            return {"type": "array", "prefixItems": items, "minItems": len(items), "maxItems": len(items)}
        case Mapping() if repeated_key(template) is not None:
            (value,) = template.values()
            return {"type": "object", "additionalProperties": schema(value, known)}
        case Mapping():
            members = {key: schema(value, known) for key, value in template.items()}
            return {"type": "object", "required": list(members), "properties": members}
        case _:
            return {"const": template}
