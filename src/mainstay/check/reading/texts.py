"""What is no program: headers as they are shown, and GraphQL."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import GraphField, Header
from mainstay.check.flow.program import Changed, Run, Seen
from mainstay.check.reading.reader import Located, known_text, label
from mainstay.check.source import Source

HEADER = re.compile(
    r"^(Sunset|Deprecation|Accept|Content-Type|Link|Retry-After|Date|Expires|Cache-Control|Set-Cookie):\s*(.+?)\s*$"
)
KNOWN = re.compile(r"^(sunset|deprecation|content-type|accept)$", re.IGNORECASE)
TYPE = re.compile(r"^\s*(?:extend\s+)?(type|interface)\s+(\w+)")
FIELD = re.compile(r"^\s*(\w+)\s*(?:\(([^)]*)\))?\s*:\s*(\[)?\s*(\w+)")


def headers(source: Source) -> Iterator[Header]:
    """Headers in a block that shows some."""
    for number, line in enumerate(source.lines, 1):
        found = HEADER.match(line.strip())
        if found:
            yield Header(place=source.place(number), name=found.group(1).lower(), value=found.group(2))


def set_headers(run: Run) -> Iterator[Located]:
    """Headers that a function sets."""
    for event in run.events:
        if isinstance(event, Changed) and ".headers[" in event.target.lower():
            name = event.target.partition("[")[2].rstrip("]")
            if KNOWN.match(name) and event.value.text is not None:
                yield (
                    event.position,
                    Header(
                        place=event.place,
                        function=event.function.label if event.function else "",
                        name=name.lower(),
                        value=event.value.text,
                    ),
                )
        elif (
            isinstance(event, Seen)
            and event.method in ("set", "setHeader", "header", "append")
            and len(event.arguments) > 1
        ):
            name, value = known_text(event.arguments[0]), known_text(event.arguments[1])
            if KNOWN.match(name) and value:
                yield event.position, Header(place=event.place, function=label(event), name=name.lower(), value=value)


def graph_fields(source: Source) -> Iterator[GraphField]:
    """Fields of the types that a schema declares."""
    owner, comment = "", False
    for number, line in enumerate(source.lines, 1):
        found = TYPE.match(line)
        if found:
            owner = found.group(2)
        elif line.strip().startswith("}"):
            owner = ""
        elif line.strip() == '"""':
            comment = not comment
        elif owner and not comment:
            field = FIELD.match(line)
            if field:
                arguments = tuple(each.strip() for each in (field.group(2) or "").split(",") if each.strip())
                bounded = "@constraint" in line or "@length" in line or "@cost" in line
                yield GraphField(
                    place=source.place(number),
                    owner=owner,
                    name=field.group(1),
                    many=field.group(3) is not None,
                    arguments=(*arguments, "@constraint") if bounded else arguments,
                )
