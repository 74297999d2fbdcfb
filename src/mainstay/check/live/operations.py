"""Operations: what an API is known to offer, whether a document or the source says so."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import quote

from mainstay.check.source import Place

Schema = dict[str, Any]
"""A schema of JSON Schema, with everything that it refers to put in its place."""
JSON = "application/json"
HARMFUL = re.compile(
    r"(^|[/_\W])(create_?db|drop|reset|init(ialise|ialize)?_?(db|database)?|populate|seed|purge|flush|truncate|wipe|shut_?down|restart|reboot"
    r"|kill|stop|migrate|rollback|restore|import|delete|remove|destroy|clear|log_?out|sign_?out)($|[/_\W])",
    re.IGNORECASE,
)
"""Words of a path or a name: what is called so is asked only for what was made here."""
HOOK = re.compile(r"(^|[/_-])(web_?-?hooks?|hooks?|callbacks?|ipn|notify)($|[/_-])", re.IGNORECASE)
"""Words of a path: events of others come in there."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter: its name, where it stands (path, query, header, cookie), its schema."""

    name: str
    place: str
    schema: Schema
    required: bool = False


@dataclass(frozen=True, slots=True)
class Operation:
    """A method and a path, with what is known of what it takes and answers.

    `secured`: True where a document or the source says that somebody must be signed in, False where it says that
    nobody need be, None where nothing is said; `guarded` whether it is the source that says so. `place` is where its
    handler stands, where the source is known.
    """

    method: str
    path: str
    id: str = ""
    words: str = ""
    """What its document says of it."""
    parameters: tuple[Parameter, ...] = ()
    bodies: dict[str, Schema] = field(default_factory=dict)
    """Schemas of what it takes, by media type."""
    answers: dict[str, Schema] = field(default_factory=dict)
    """Schemas of what it answers, by status."""
    secured: bool | None = None
    guarded: bool = False
    documented: bool = True
    place: Place | None = None

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the parameters in its path, in order."""
        return tuple(re.findall(r"\{([^{}]+)\}", self.path))

    @property
    def body(self) -> Schema | None:
        """The schema of the JSON that it takes; None where it takes none."""
        for kind, schema in self.bodies.items():
            if "json" in kind or kind == "*/*":
                return schema
        return None

    @property
    def form(self) -> Schema | None:
        """The schema of the form that it takes; None where it takes none."""
        return self.bodies.get("application/x-www-form-urlencoded")

    @property
    def upload(self) -> Schema | None:
        """The schema of the parts that it takes; None where it takes none."""
        return self.bodies.get("multipart/form-data")

    @property
    def answer(self) -> Schema | None:
        """The schema of what it answers when all goes well."""
        return next((schema for status, schema in self.answers.items() if status.startswith("2")), None)

    @property
    def changes(self) -> bool:
        """Whether it is meant to change something."""
        return self.method in ("POST", "PUT", "PATCH", "DELETE")

    @property
    def is_harmful(self) -> bool:
        """Whether its name says that it may change more than what was made here."""
        return bool(HARMFUL.search(self.path) or HARMFUL.search(_snake(self.id)))

    @property
    def is_hook(self) -> bool:
        """Whether it takes the events of others."""
        return self.method == "POST" and HOOK.search(self.path) is not None

    def fits(self, path: str) -> bool:
        """Whether a path, with values in it, is of this operation."""
        return _pattern(self.path).fullmatch(path) is not None

    def filled(self, values: dict[str, Any]) -> str | None:
        """The path with these values in it; None where one is missing."""
        if not set(self.names) <= set(values):
            return None
        return re.sub(r"\{([^{}]+)\}", lambda found: quote(str(values[found[1]]), safe=""), self.path)


@cache
def _pattern(path: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^{}]+\\\}", "[^/]*", re.escape(path)))


def _snake(name: str) -> str:
    return re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", name)


def properties(schema: Schema | None, depth: int = 0) -> Iterator[tuple[tuple[str, ...], Schema]]:
    """Every property of a schema of an object with its way, outer ones first; those of lists are not gone into."""
    if schema is None or depth > 3:
        return
    for name, inner in schema.get("properties", {}).items():
        yield (name,), inner
        if isinstance(inner, dict) and "properties" in inner:
            for way, each in properties(inner, depth + 1):
                yield (name, *way), each
