"""The operations as JSON and as a table for people: the smallest projection."""

from __future__ import annotations

import json
from typing import Any

from mainstay.interchange import to_json
from mainstay.operation import Application, Limit, Operation
from mainstay.policy.sentence import sentence
from mainstay.policy.tree import ActorValue, Always, Column, Node, Opaque, Role, Scope, SignedIn

SPANS = {1: "second", 60: "minute", 3_600: "hour", 86_400: "day"}
"""What so many seconds are called."""


def listing(application: Application) -> bytes:
    """The whole application as indented JSON, which `mainstay.interchange.from_json` reads."""
    return json.dumps(to_json(application), indent=2, ensure_ascii=False).encode()


def table(application: Application) -> str:
    """One line an operation: method, path, name, and the policy's words."""
    rows = [
        (operation.method, operation.path, operation.name, ", ".join(words(operation.policy)))
        for operation in application.operations
    ]
    head = ("METHOD", "PATH", "OPERATION", "POLICY ASKS FOR")
    widths = [max(len(row[column]) for row in (head, *rows)) for column in range(3)]
    return "\n".join(
        "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]).rstrip()
        for row in (head, *rows)
    )


def routes(application: Application) -> list[dict[str, Any]]:
    """Each operation with where it is asked for, by whom and how often."""
    return [
        {
            "method": operation.method,
            "path": operation.path,
            "operation": operation.name,
            "policy": policy_of(application, operation),
            "limits": [limit_in_words(limit) for limit in operation.limits],
        }
        for operation in application.operations
    ]


def policy_of(application: Application, operation: Operation) -> str:
    """An operation's policy in words; columns of its own rows stand without their table."""
    own = application.resource(operation.resource).table if operation.resource else ""
    return sentence(operation.policy, own)


def limit_in_words(limit: Limit) -> str:
    """A limit as it is declared: `10/minute per user`."""
    length = SPANS.get(limit.seconds, f"{limit.seconds}s")
    return f"{limit.calls}/{length} per {limit.per}"


def words(policy: Node) -> list[str]:
    """What a policy looks at, each once, in the order in which it stands there."""
    found: dict[str, None] = {}
    for node in policy.walk():
        match node:
            case Always(True):
                found["anyone"] = None
            case Always(False):
                found["no one"] = None
            case SignedIn():
                found["signed in"] = None
            case Role(name):
                found[f"role {name}"] = None
            case Scope(name):
                found[f"scope {name}"] = None
            case Column(_, name):
                found[f"row's {name}"] = None
            case ActorValue(claim):
                found[f"actor's {claim}"] = None
            case Opaque():
                found["an opaque expression"] = None
            case _:
                pass
    return list(found)
