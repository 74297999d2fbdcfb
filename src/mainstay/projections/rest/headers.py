"""The headers of calls and of answers, as the OpenAPI document tells them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mainstay.operation import Operation, Resource

Json = dict[str, Any]

PRECONDITIONS = {
    "If-Match": "Entity tags of which the row must have one, or *.",
    "If-None-Match": "Entity tags of which the row must have none, or *.",
}
"""The headers that say which versions of a row a call is meant for (RFC 9110, 13.1)."""
HEADERS = {
    "Accept-Patch": "The types of body that are taken.",
    "ETag": "The row's version.",
    "Location": "Where what was made is found.",
    "RateLimit": "What is left of the limits.",
    "RateLimit-Policy": "The limits.",
    "Retry-After": "Seconds after which the same call may succeed.",
    "WWW-Authenticate": "How one signs in here.",
    "X-Request-ID": "The request's id.",
}
"""The headers of answers."""


def preconditions(operation: Operation, resource: Resource | None) -> list[Json]:
    """The headers that name versions, where there is a row and it has one."""
    if resource is None or not has_version_before(operation, resource):
        return []
    must = resource.must_match and operation.method != "GET" and operation.action != "action"
    return [
        {
            "name": name,
            "in": "header",
            "required": must and name == "If-Match",
            "description": text,
            "schema": {"type": "string"},
            "example": '"1"',
        }
        for name, text in PRECONDITIONS.items()
    ]


def has_version_before(operation: Operation, resource: Resource | None) -> bool:
    """Whether a call is about one row that is there and has a version."""
    if operation.behaviour is not None and operation.behaviour.rows != "one":
        return False
    return resource is not None and resource.version is not None and operation.action not in ("list", "create")


def names_of_answer(operation: Operation, resource: Resource | None) -> list[str]:
    """The headers of an answer."""
    names = always(operation)
    if has_version_after(operation, resource):
        names.append("ETag")
    if operation.action == "create" and operation.status != 204:
        names.append("Location")
    return names


def always(operation: Operation) -> list[str]:
    """The headers that every answer of an operation has, errors too."""
    return ["X-Request-ID", "RateLimit", "RateLimit-Policy"] if operation.limits else ["X-Request-ID"]


def components() -> Json:
    """What is said of each header, by its name."""
    return {name: {"description": text, "schema": {"type": "string"}} for name, text in HEADERS.items()}


def told(names: Iterable[str]) -> Json:
    """What is said of headers."""
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def has_version_after(operation: Operation, resource: Resource | None) -> bool:
    """Whether the answer is one row that has a version."""
    if resource is None or resource.version is None or operation.answer is None or operation.many:
        return False
    return operation.behaviour is None or operation.behaviour.answers == resource.name


def names_of_error(operation: Operation, status: int) -> list[str]:
    """The headers of an error."""
    names = always(operation)
    if status == 401:
        names.append("WWW-Authenticate")
    if status in (429, 503):
        names.append("Retry-After")
    if status == 415 and operation.action == "update":
        names.append("Accept-Patch")
    return names
