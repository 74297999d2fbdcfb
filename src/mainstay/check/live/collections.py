"""Collections: paths under which there are rows, with the operations on the whole and on one row."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field

from mainstay.check.live.operations import Operation

MAKES = re.compile(r"^(create|add|new|make|register|sign[-_]?up)$", re.IGNORECASE)


@dataclass(slots=True)
class Collection:
    """Rows under one path: `/orders`, each at `/orders/{order_id}`.

    `below` are operations on one row besides reading, changing and deleting it (`PUT /orders/{order_id}/state`);
    `others` those beside the rows (`GET /orders/export`).
    """

    path: str
    item: str = ""
    """The path of one row; empty where none can be named."""
    create: Operation | None = None
    listed: Operation | None = None
    read: Operation | None = None
    changes: list[Operation] = field(default_factory=list)
    delete: Operation | None = None
    below: list[Operation] = field(default_factory=list)

    @property
    def keys(self) -> tuple[str, ...]:
        """The parameters that name one row, in order."""
        return tuple(re.findall(r"\{([^{}]+)\}", self.item[len(self.path) :]))

    @property
    def word(self) -> str:
        """What the rows are called: the last fixed part of the path that is no version."""
        parts = [each for each in self.path.split("/") if each and "{" not in each and not re.fullmatch(r"v\d+", each)]
        return parts[-1] if parts else ""

    @property
    def on_a_row(self) -> list[Operation]:
        """Every operation on one row."""
        return [
            *([self.read] if self.read else []),
            *self.changes,
            *([self.delete] if self.delete else []),
            *self.below,
        ]


def collections(operations: Iterable[Operation]) -> list[Collection]:
    """The collections that the paths of operations show, outer ones first."""
    there = list(operations)
    out: dict[str, Collection] = {}
    for operation in there:
        head, item, _ = _split(operation.path)
        if item:
            found = out.setdefault(head, Collection(head))
            if not found.item or len(item) < len(found.item):
                found.item = item
    for operation in there:
        _place(operation, out)
    there_are_rows = [each for each in out.values() if each.item or each.listed is not None]
    return sorted(there_are_rows, key=lambda each: (each.path.count("{"), each.path))


def _place(operation: Operation, out: dict[str, Collection]) -> None:
    path = operation.path.rstrip("/") or "/"
    head, item, rest = _split(path)
    if not item:
        front, _, last = path.rpartition("/")
        if operation.method == "GET" and _answers_list(operation):
            out.setdefault(path, Collection(path)).listed = operation
        elif operation.method == "GET" and path in out:
            out[path].listed = operation
        elif operation.method == "POST" and (path in out or not MAKES.search(last)):
            out.setdefault(path, Collection(path)).create = operation
        elif operation.method == "POST" and front in out and out[front].create is None:
            out[front].create = operation
        return
    found = out[head]
    if rest or item != found.item:
        found.below.append(operation)
        inner = out.get(path)
        if inner is None and operation.method == "GET" and _answers_list(operation):
            inner = out[path] = Collection(path)
        if inner is not None and operation.method == "GET":
            inner.listed = operation
        elif inner is not None and operation.method == "POST":
            inner.create = operation
    elif operation.method == "GET":
        found.read = operation
    elif operation.method in ("PUT", "PATCH"):
        found.changes.append(operation)
    elif operation.method == "DELETE":
        found.delete = operation
    else:
        found.below.append(operation)


def _split(path: str) -> tuple[str, str, str]:
    """The path of the collection that an operation is in, that of one row, and what comes behind it."""
    parts = path.rstrip("/").split("/")
    last = max((at for at, part in enumerate(parts) if "{" in part), default=-1)
    if last < 0:
        return path, "", ""
    first = last
    while first > 0 and "{" in parts[first - 1]:
        first -= 1
    return "/".join(parts[:first]), "/".join(parts[: last + 1]), "/".join(parts[last + 1 :])


def _answers_list(operation: Operation) -> bool:
    """Whether a document says that it answers a list, alone or in an envelope."""
    schema = operation.answer or {}
    if schema.get("type") == "array":
        return True
    return any(each.get("type") == "array" for each in (schema.get("properties") or {}).values())
