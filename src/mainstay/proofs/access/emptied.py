"""Actions with their code taken out: who reaches it is what the proof asks, not what it does to rows and the world."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any

from msgspec.structs import replace

from mainstay.behaviour import Code
from mainstay.operation import Application, Operation
from mainstay.storage import Storage


def emptied(application: Application, storage: Storage) -> tuple[Application, Storage]:
    """The application whose actions take nothing but their rows, and answer them where they answer rows of their own.

    Rules and overridden writes are taken out too.  An action that is about no resource stands beside the first one, at
    which its policy does not look.
    """
    beside = application.resources[0].name if application.resources else None
    operations = tuple(
        without_code(operation, operation.resource or beside) if operation.action == "action" else operation
        for operation in application.operations
    )
    changed = replace(application, operations=operations)
    code = {name: replaced(changed.operation(name), found) for name, found in storage.code.items()}
    return changed, replace(storage, code=code, minded={})


def without_code(operation: Operation, resource: str | None) -> Operation:
    """The operation without arguments."""
    assert operation.behaviour is not None
    body = operation.body if operation.behaviour.rows == "many" else None
    if body is not None:
        body = replace(body, parts=tuple(part for part in body.parts if part.name == operation.behaviour.argument))
    shows = answers_its_rows(operation)
    in_path = [parameter for parameter in operation.parameters if parameter.place == "path"]
    extra = {parameter.name for parameter in in_path if parameter.name in arguments_in_path(operation)}
    return replace(
        operation,
        resource=resource,
        status=200 if shows else 204,
        path=re.sub(r"\{([^}]*)\}", lambda found: found[1] if found[1] in extra else found[0], operation.path),
        parameters=tuple(parameter for parameter in in_path if parameter.name not in extra),
        body=body,
        behaviour=replace(operation.behaviour, whole="", answers=operation.behaviour.answers if shows else None),
    )


def arguments_in_path(operation: Operation) -> list[str]:
    """The parameters in the path that are not of the row's key: those behind the last of the row's own."""
    assert operation.behaviour is not None
    names = [parameter.name for parameter in operation.parameters if parameter.place == "path"]
    return names[operation.behaviour.keys :]


def answers_its_rows(operation: Operation) -> bool:
    """Whether what it answers is of the resource whose rows it is about."""
    assert operation.behaviour is not None
    of = operation.behaviour
    return of.answers == operation.resource and of.rows != "none" and operation.many == (of.rows == "many")


def replaced(operation: Operation, code: Code) -> Code:
    """Code that does nothing."""
    assert operation.behaviour is not None
    row = code.row if operation.behaviour.answers is not None else None
    return replace(code, function=idle(row, awaits=code.awaits), values={}, call=None)


def idle(row: str | None, *, awaits: bool) -> Callable[..., Any]:
    """A function that returns its rows, or nothing."""

    def answer(arguments: Mapping[str, Any]) -> Any:
        return None if row is None else arguments[row]

    if not awaits:
        return lambda **arguments: answer(arguments)

    async def awaited(**arguments: Any) -> Any:
        return answer(arguments)

    return awaited
