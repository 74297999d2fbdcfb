"""The operations as JSON and as a table for people: the smallest projection."""

from __future__ import annotations

import json

from mainstay.interchange import to_json
from mainstay.operation import Application
from mainstay.policy.tree import ActorValue, Always, Column, Node, Opaque, Role, Scope, SignedIn


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
