"""The compiled table of paths: whatever their number, a path is found by a few lookups."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

import msgspec

from mainstay.projections.rest.exchange import Scope
from mainstay.projections.rest.request import decoded

PARAMETER = re.compile(r"\{[^}]*\}")
PERCENT = ord("%")
"""Looked for as a number: bytes in bytes take ten times as long."""
SLASH = "\0"
"""Stands for a slash inside a segment."""
DIGITS = re.compile("-?[0-9]+")
OF_FORMAT = {"uuid": re.compile("[0-9a-fA-F-]{36}"), "int32": DIGITS, "int64": DIGITS}
"""By format, what a parameter can be; of any other format it can be any text."""

Methods = dict[str, Any]
"""What answers each method of one path."""


class Found(msgspec.Struct):
    """What a path leads to, and the values of its parameters."""

    methods: Methods
    key: tuple[str, ...]


class Node(msgspec.Struct):
    """What a part of a path leads to, and on to."""

    methods: Methods | None = None
    literals: dict[str, Node] = {}
    parameter: Node | None = None
    formats: set[str | None] = set()
    """Those of the parameter that leads here."""

    def takes(self, segment: str) -> bool:
        """Whether a segment can be a value of the parameter that leads here."""
        return any(format_ not in OF_FORMAT or OF_FORMAT[format_].fullmatch(segment) for format_ in self.formats)


class Table:
    """Paths, some of them with parameters, and what answers their methods."""

    def __init__(self) -> None:
        self.exact: dict[str, Found] = {}
        self.ended: dict[str, Methods] = {}
        """By the literal part before it, paths whose one parameter is their last segment: most are."""
        self.root = Node()

    def add(self, path: str, method: str, endpoint: Any, formats: Mapping[str, str | None] | None = None) -> None:
        """Lets `endpoint` answer `method` of `path`, whose parameters stand in braces and may have formats."""
        node = self.root
        for segment in path.split("/")[1:]:
            if PARAMETER.search(segment):
                node.parameter = node = node.parameter or Node()
                node.formats.add((formats or {}).get(segment[1:-1]))
            else:
                node = node.literals.setdefault(segment, Node())
        if node.methods is None:
            node.methods = {}
        node.methods[method] = endpoint
        before, _, last = path.rpartition("/")
        if "{" not in path:
            self.exact[path] = Found(node.methods, ())
        elif "{" not in before and PARAMETER.fullmatch(last):
            self.ended[before] = node.methods

    def paths(self) -> Iterator[Methods]:
        """The methods of every path."""
        yield from ends(self.root)

    def find(self, path: str, method: str) -> Found | None:
        """What `path` leads to: of several, the most literal one that has the method, else the most literal one."""
        exact = self.exact.get(path)
        if exact is None:
            before, _, last = path.rpartition("/")
            ended = self.ended.get(before)
            if ended is not None and method in ended and last:
                return Found(ended, (last,))
        elif method in exact.methods:
            return exact
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
        """Everything that `path` leads to, the most literal first.

        A literal of one path is a parameter of another where it can be a value of it: no UUID is `count`.
        """
        found: list[Found] = []
        collect(self.root, path.split("/"), 1, (), found)
        return found


def collect(node: Node, segments: list[str], depth: int, key: tuple[str, ...], found: list[Found]) -> None:
    """Adds what the segments from `depth` on lead to."""
    if depth == len(segments):
        if node.methods is not None:
            found.append(Found(node.methods, key))
        return
    segment = segments[depth]
    if not segment:
        return
    literal, before = node.literals.get(segment), len(found)
    if literal is not None:
        collect(literal, segments, depth + 1, key, found)
    if node.parameter is not None and (len(found) == before or node.parameter.takes(segment)):
        collect(node.parameter, segments, depth + 1, (*key, segment), found)


def ends(node: Node) -> Iterator[Methods]:
    """The methods at each end from a node on."""
    if node.methods is not None:
        yield node.methods
    for below in node.literals.values():
        yield from ends(below)
    if node.parameter is not None:
        yield from ends(node.parameter)


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
