"""An OpenAPI document, of version 2.0, 3.0 or 3.1, read into operations."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml  # type: ignore[import-untyped]

from mainstay.check.live.operations import JSON, Operation, Parameter, Schema

METHODS = ("get", "post", "put", "patch", "delete")
DEEPEST = 7
"""Levels of a schema that are read; what refers to itself ends there."""


class WrongDocument(Exception):
    """This is no OpenAPI document; says why."""


@dataclass(frozen=True, slots=True)
class Document:
    """What an API says of itself: its operations, and how one says who one is."""

    operations: tuple[Operation, ...]
    schemes: dict[str, dict[str, Any]]
    """The security schemes, by name."""
    source: str = ""
    """Where it was found."""


def parse(text: str, source: str, base: str = "") -> Document:
    """The document that a text is, in JSON or YAML; raises WrongDocument.

    `base` replaces the path that the document says all its paths are below.
    """
    try:
        told = json.loads(text) if text.lstrip().startswith("{") else yaml.safe_load(text)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise WrongDocument(f"{source} is neither JSON nor YAML: {error}") from None
    if not isinstance(told, dict) or not isinstance(told.get("paths"), dict) or not {"openapi", "swagger"} & set(told):
        raise WrongDocument(f"{source} is no OpenAPI document: it has no `openapi` and `paths`")
    return of(told, source, base)


def read(file: Path, base: str = "") -> Document:
    """The document of a file; raises WrongDocument."""
    try:
        return parse(file.read_text(encoding="utf-8"), str(file), base)
    except (OSError, UnicodeDecodeError) as error:
        raise WrongDocument(f"{file} cannot be read: {error}") from None


def of(told: dict[str, Any], source: str = "", base: str = "") -> Document:
    """The document that a mapping is."""
    reader = _Reader(told, base)
    components = told.get("components") or {}
    schemes = components.get("securitySchemes") or told.get("securityDefinitions") or {}
    operations = tuple(reader.operations())
    if any(each.secured for each in operations):
        operations = tuple(replace(each, secured=bool(each.secured)) for each in operations)
    return Document(operations, {name: each for name, each in schemes.items() if isinstance(each, dict)}, source)


class _Reader:
    """Reads one document; everything that is not as it should be is passed over."""

    def __init__(self, told: dict[str, Any], base: str) -> None:
        self.told = told
        self.base = base or _base(told)

    def operations(self) -> Iterator[Operation]:
        """Every operation, in the order of the document."""
        for path, item in self.told["paths"].items():
            item = self.found(item)
            for method in METHODS:
                if isinstance(item.get(method), dict):
                    yield self._operation(method.upper(), self.base + str(path), item[method], item)

    def _operation(self, method: str, path: str, told: dict[str, Any], item: dict[str, Any]) -> Operation:
        given: dict[tuple[str, str], dict[str, Any]] = {}
        for each in [*(item.get("parameters") or []), *(told.get("parameters") or [])]:
            each = self.found(each)
            given[str(each.get("name")), str(each.get("in"))] = each
        bodies = self._bodies(told, given)
        parameters = tuple(
            Parameter(name, place, self.schema(each.get("schema") or each), bool(each.get("required")))
            for (name, place), each in given.items()
            if place in ("path", "query", "header", "cookie")
        )
        answers = {
            str(status): self._answer(self.found(each)) for status, each in (told.get("responses") or {}).items()
        }
        words = " ".join(str(told.get(key) or "") for key in ("summary", "description"))
        tags = " ".join(str(each) for each in told.get("tags") or [])
        return Operation(
            method, path, str(told.get("operationId") or ""), f"{words} {tags}".strip(), parameters, bodies, answers,
            self._secured(told),
        )  # fmt: skip

    def _bodies(self, told: dict[str, Any], given: dict[tuple[str, str], dict[str, Any]]) -> dict[str, Schema]:
        content = self.found(told.get("requestBody")).get("content") or {}
        bodies = {str(kind): self._with_example(self.found(each)) for kind, each in content.items()}
        whole = next((each for (_, place), each in given.items() if place == "body"), None)
        if whole is not None:
            bodies[JSON] = self.schema(whole.get("schema"))
        parts = {name: each for (name, place), each in given.items() if place == "formData"}
        if parts:
            kind = "multipart/form-data" if any(each.get("type") == "file" for each in parts.values()) else ""
            bodies[kind or "application/x-www-form-urlencoded"] = {
                "type": "object",
                "properties": {name: self.schema(each) for name, each in parts.items()},
                "required": [name for name, each in parts.items() if each.get("required") is True],
            }
        return bodies

    def _with_example(self, media: dict[str, Any]) -> Schema:
        schema = self.schema(media.get("schema"))
        return {**schema, "example": media["example"]} if "example" in media else schema

    def _answer(self, told: dict[str, Any]) -> Schema:
        for kind, each in (told.get("content") or {}).items():
            if "json" in str(kind) or kind == "*/*":
                return self.schema(self.found(each).get("schema"))
        return self.schema(told.get("schema"))

    def _secured(self, told: dict[str, Any]) -> bool | None:
        asked = told.get("security", self.told.get("security"))
        if asked is None:
            return None
        return bool(asked) and all(each for each in asked)

    def found(self, told: Any) -> dict[str, Any]:
        """What a mapping says, or what it refers to."""
        for _ in range(DEEPEST):
            if not isinstance(told, dict):
                return {}
            way = told.get("$ref")
            if not isinstance(way, str) or not way.startswith("#/"):
                return told
            told = self.told
            for part in way[2:].split("/"):
                told = told.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(told, dict) else None
        return {}

    def schema(self, told: Any, depth: int = 0) -> Schema:
        """A schema with what it refers to in its place, its parts of `allOf` in one, and the first of its choices."""
        out = dict(self.found(told))
        if depth > DEEPEST:
            return {}
        for each in out.pop("allOf", []) or []:
            out = _joined(out, self.schema(each, depth + 1))
        for key in ("oneOf", "anyOf"):
            choices = [self.schema(each, depth + 1) for each in out.pop(key, []) or []]
            real = [each for each in choices if each.get("type") != "null"]
            if real:
                out = _joined(out, real[0])
                out["nullable"] = len(real) < len(choices)
        if isinstance(out.get("type"), list):
            kinds = [each for each in out["type"] if each != "null"]
            out["nullable"] = "null" in out["type"]
            out["type"] = kinds[0] if kinds else "null"
        if isinstance(out.get("properties"), dict):
            out["properties"] = {str(name): self.schema(each, depth + 1) for name, each in out["properties"].items()}
            out.setdefault("type", "object")
        if "items" in out:
            out["items"] = self.schema(out["items"], depth + 1)
        return out


def _joined(one: Schema, other: Schema) -> Schema:
    out = {**other, **one}
    if "properties" in one or "properties" in other:
        out["properties"] = {**(other.get("properties") or {}), **(one.get("properties") or {})}
    if "required" in one or "required" in other:
        out["required"] = [*(other.get("required") or []), *(one.get("required") or [])]
    return out


def _base(told: dict[str, Any]) -> str:
    """The path below which all paths of a document are."""
    servers = told.get("servers")
    if isinstance(servers, list) and servers and isinstance(servers[0], dict):
        path = urlsplit(str(servers[0].get("url", ""))).path
        return "" if "{" in path else path.rstrip("/")
    return str(told.get("basePath") or "").rstrip("/")
