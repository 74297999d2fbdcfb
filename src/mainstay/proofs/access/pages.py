"""The pages of a list one after the other, whichever way it is paged."""

from __future__ import annotations

from dataclasses import replace

from mainstay.operation import Operation
from mainstay.proofs.access.cells import Request, called
from mainstay.proofs.access.doors import Reply


def following(operation: Operation, request: Request, reply: Reply, seen: int) -> Request | None:
    """The request for what follows a page, of which so many rows have been seen in all; None at the end."""
    if operation.pages == "cursor":
        cursor = (reply.meta or {}).get("next")
        return None if cursor is None else after(operation, request, cursor)
    names = called(operation)
    limit = dict(request.query).get(names.get("limit", ""))
    if limit is None or len(reply.data) < int(limit):
        return None
    if operation.pages == "offset":
        return asking(request, names["offset"], str(seen))
    return asking(request, names["page"], str(seen // int(limit) + 1))


def after(operation: Operation, request: Request, cursor: str) -> Request:
    """The same list from a cursor on."""
    names = called(operation)
    query = tuple((name, value) for name, value in request.query if name != names["count"])
    return asking(replace(request, query=query), names["cursor"], cursor)


def asking(request: Request, name: str, value: str) -> Request:
    """The request with a parameter of this value."""
    return replace(request, query=(*[pair for pair in request.query if pair[0] != name], (name, value)))
