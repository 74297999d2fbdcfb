"""Bodies and values that a schema takes: texts are new each time, so that what was made is known again."""

from __future__ import annotations

import itertools
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from mainstay.check.live.operations import Schema

PASSWORD = re.compile(r"pass_?(word|wd|phrase)?|pwd", re.IGNORECASE)
EMAIL = re.compile(r"e_?-?mail", re.IGNORECASE)
URL = re.compile(
    r"(^|_)(url|uri|link|href|website|webhook|callback|image|avatar|picture|photo|thumbnail|logo)s?(_?url)?$",
    re.IGNORECASE,
)
PHONE = re.compile(r"phone|mobile|(^|_)tel(_|$)", re.IGNORECASE)
DATE = re.compile(r"(^|_)(date|day|birthday|dob)(_|$)", re.IGNORECASE)
TIME = re.compile(r"(_at|_time|timestamp)$|At$", re.IGNORECASE)
NUMBER = re.compile(
    r"^(price|amount|total|quantity|qty|count|age|year|stars|rating|weight|size|number|points)$", re.IGNORECASE
)
FORMATS: dict[str, str] = {
    "date": "2030-06-15",
    "date-time": "2030-06-15T12:00:00Z",
    "time": "12:00:00",
    "ipv4": "192.0.2.1",
    "ipv6": "2001:db8::1",
    "uuid": "3f2b6c1e-7a54-4c53-9f5e-1d2c3b4a5f60",
    "duration": "PT1H",
    "byte": "bWFpbnN0YXk=",
}
DEEPEST = 6
Known = Callable[[str, Schema], Any]
"""A value for a property of that name, where there is a better one than a sample; None where there is none."""


@dataclass(slots=True)
class Samples:
    """Makes values; `mark` stands in each text of its own, and is new for each review."""

    mark: str = field(default_factory=lambda: "probe" + secrets.token_hex(3))
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    password: str = field(default_factory=lambda: f"Probe-{secrets.token_hex(6)}-9a!")
    """Of the accounts that are made."""

    def name(self) -> str:
        """A name that nothing else has: lower case letters and digits, as the strictest API wants it."""
        return f"{self.mark}{next(self._numbers)}"

    def body(self, schema: Schema, *, known: Known | None = None, only_required: bool = False) -> Any:
        """A body that a schema takes, without what is only read; `known` gives values that must be right."""
        return self._value("", schema, known or (lambda name, inner: None), only_required, 0)

    def _value(self, name: str, schema: Schema, known: Known, only_required: bool, depth: int) -> Any:
        plain = schema.get("type") not in ("object", "array") and "properties" not in schema
        given = known(name, schema) if name and plain else None
        if given is not None:
            return given
        if "const" in schema:
            return schema["const"]
        if schema.get("enum"):
            return next((each for each in schema["enum"] if each is not None), None)
        kind = schema.get("type") or ("object" if "properties" in schema else "array" if "items" in schema else "")
        if kind == "object":
            return self._object(schema, known, only_required, depth)
        if kind == "array":
            count = max(int(schema.get("minItems", 0)), 1)
            inner = schema.get("items", {})
            return (
                [self._value(_single(name), inner, known, only_required, depth + 1) for _ in range(count)]
                if depth < DEEPEST
                else []
            )
        if kind == "boolean":
            return bool(schema.get("default", False))
        if kind in ("integer", "number"):
            return _number(schema, whole=kind == "integer")
        if not kind and NUMBER.search(name):
            return 1
        return self.text(name, schema)

    def _object(self, schema: Schema, known: Known, only_required: bool, depth: int) -> dict[str, Any]:
        wanted = schema.get("required") or []
        return {
            name: self._value(name, inner, known, only_required, depth + 1)
            for name, inner in (schema.get("properties") or {}).items()
            if not inner.get("readOnly") and (name in wanted or not only_required) and depth < DEEPEST
        }

    def text(self, name: str, schema: Schema) -> str:
        """A text that a schema takes, new each time where its form lets it be."""
        form = str(schema.get("format", ""))
        fresh = self.name()
        for matches, made in (
            (form == "password" or PASSWORD.search(name), self.password),
            (form == "email" or EMAIL.search(name), f"{fresh}@example.com"),
            (form in ("uri", "url") or URL.search(name), f"https://example.com/{fresh}"),
            (form == "uuid", f"{FORMATS['uuid'][:24]}{secrets.token_hex(6)}"),
            (form in FORMATS, FORMATS.get(form, "")),
            (PHONE.search(name), "+12025550123"),
            (not form and TIME.search(name), FORMATS["date-time"]),
            (not form and DATE.search(name), FORMATS["date"]),
        ):
            if matches:
                return made
        return _fitting(fresh, schema)


def _single(name: str) -> str:
    return name.removesuffix("s")


def _number(schema: Schema, *, whole: bool) -> int | float:
    lowest = schema.get("minimum", schema.get("exclusiveMinimum"))
    highest = schema.get("maximum", schema.get("exclusiveMaximum"))
    step = schema.get("multipleOf") or 1
    at = 1 if lowest is None or isinstance(lowest, bool) else lowest
    if isinstance(schema.get("exclusiveMinimum"), int | float) and not isinstance(schema["exclusiveMinimum"], bool):
        at = at + step
    if isinstance(highest, int | float) and not isinstance(highest, bool) and at > highest:
        at = highest
    return int(at) if whole else at


def _fitting(fresh: str, schema: Schema) -> str:
    """A text of the length and pattern that a schema asks for, as near to a fresh one as can be."""
    pattern = schema.get("pattern")
    examples = schema["examples"] if isinstance(schema.get("examples"), list) else []
    shown = [schema.get("example"), *examples, schema.get("default")] if pattern else []
    for each in (fresh, f"{fresh[0].upper()}{fresh[1:]}", "1" * 8, "ABC", "AB", *map(str, filter(None, shown))):
        fits = _of_length(each, schema)
        try:
            if pattern is None or re.search(str(pattern), fits):
                return fits
        except re.error:
            return fits
    return _of_length(fresh, schema)


def _of_length(text: str, schema: Schema) -> str:
    shortest, longest = int(schema.get("minLength", 0)), schema.get("maxLength")
    text = text + "x" * (shortest - len(text))
    return text[-int(longest) :] if isinstance(longest, int) and longest < len(text) else text
