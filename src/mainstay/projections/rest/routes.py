"""The compiled table of paths: whatever their number, a path is found by a few lookups."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote

import msgspec

from mainstay.projections.rest.exchange import Scope
from mainstay.projections.rest.request import decoded

PARAMETER = re.compile(r"\{[^}]*\}")
ANY = "{}"
"""Stands in the table for a segment that is a parameter; a segment that is literally this is never looked for."""
PERCENT = ord("%")
"""Looked for as a number: bytes in bytes take ten times as long."""
SLASH = "\0"
"""Stands for a slash inside a segment."""

Methods = dict[str, Any]
"""What answers each method of one path."""


class Found(msgspec.Struct):
    """What a path leads to, and the values of its parameters."""

    methods: Methods
    key: tuple[str, ...]


class Table:
    """Paths, some of them with parameters, and what answers their methods."""

    def __init__(self) -> None:
        self.exact: dict[str, Found] = {}
        self.ended: dict[str, Methods] = {}
        """By the literal part before it, paths whose one parameter is their last segment: most are."""
        self.tree: dict[str, Any] = {}
        """Segment by segment; at the end of a path, under the empty text, its methods."""

    def add(self, path: str, method: str, endpoint: Any) -> None:
        """Lets `endpoint` answer `method` of `path`, whose parameters stand in braces."""
        if "{" not in path:
            self.exact.setdefault(path, Found({}, ())).methods[method] = endpoint
            return
        node = self.tree
        for segment in path.split("/")[1:]:
            node = node.setdefault(ANY if PARAMETER.search(segment) else segment, {})
        methods = node.setdefault("", {})
        methods[method] = endpoint
        before, _, last = path.rpartition("/")
        if "{" not in before and PARAMETER.fullmatch(last):
            self.ended[before] = methods

    def paths(self) -> Iterator[Methods]:
        """The methods of every path."""
        yield from (found.methods for found in self.exact.values())
        yield from ends(self.tree)

    def find(self, path: str, method: str) -> Found | None:
        """What `path` leads to: of several, the most literal one that has the method, else the most literal one."""
        exact = self.exact.get(path)
        if exact is not None and method in exact.methods:
            return exact
        before, _, last = path.rpartition("/")
        ended = self.ended.get(before)
        if ended is not None and method in ended and last and last != ANY:
            return Found(ended, (last,))
        candidates = self.candidates(path)
        for found in candidates:
            if method in found.methods:
                return found
        return exact or (candidates[0] if candidates else None)

    def allowed(self, path: str) -> tuple[str, ...]:
        """Every method that `path` has."""
        methods = {method for found in self.candidates(path) for method in found.methods}
        exact = self.exact.get(path)
        return tuple(sorted(methods | set(exact.methods if exact is not None else ())))

    def candidates(self, path: str) -> list[Found]:
        """Everything with parameters that `path` leads to, the most literal first."""
        found: list[Found] = []
        collect(self.tree, path.split("/"), 1, (), found)
        return found


def collect(node: dict[str, Any], segments: list[str], depth: int, key: tuple[str, ...], found: list[Found]) -> None:
    """Adds what the segments from `depth` on lead to."""
    if depth == len(segments):
        methods = node.get("")
        if methods is not None:
            found.append(Found(methods, key))
        return
    segment = segments[depth]
    if not segment or segment == ANY:
        return
    literal = node.get(segment)
    if literal is not None:
        collect(literal, segments, depth + 1, key, found)
    parameter = node.get(ANY)
    if parameter is not None:
        collect(parameter, segments, depth + 1, (*key, segment), found)


def ends(node: dict[str, Any]) -> Iterator[Methods]:
    """The methods at each end below a node."""
    for segment, below in node.items():
        if segment == "":
            yield below
        else:
            yield from ends(below)


def path_of(scope: Scope) -> str:
    """The decoded path below where the application is mounted; a slash that was encoded is `SLASH`."""
    path: str = scope["path"]
    raw: bytes = scope.get("raw_path") or b""
    if PERCENT in raw and b"%2f" in raw.lower():
        segments = raw.partition(b"?")[0].decode("latin-1").split("/")
        path = "/".join(unquote(segment).replace("/", SLASH) for segment in segments)
    root: str = scope.get("root_path") or ""
    return path[len(root) :] if root and path.startswith(root) else path


def key_of(found: Found, scope: Scope) -> tuple[str, ...]:
    """The values of a path's parameters; ValidationError where the path is badly encoded."""
    raw: bytes = scope.get("raw_path") or b""
    if PERCENT not in raw:
        return found.key
    text = raw.decode("latin-1")
    decoded(text, "path", text)
    return tuple(value.replace(SLASH, "/") for value in found.key)
