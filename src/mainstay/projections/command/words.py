"""The words behind an operation's name: what of a call each of them is.

recipes.get 019a0b1c-2d3e-7f40-8152-637485960718        a word alone is the next value of the key
recipes.list published=true created_at[gte]=2026-01-01T00:00:00Z     a parameter
recipes.create title=Soup servings=4 'tags:=["vegan"]'               a member of the body, `:=` as JSON
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from typing import Any

import msgspec

from mainstay import strict_json
from mainstay.engine.call import NOTHING
from mainstay.errors import MainstayError
from mainstay.operation import Application, Operation

NAMED = re.compile(r"(?P<name>[^=]+?)(?P<sign>:?=)(?P<value>.*)", re.DOTALL)


class WrongWords(Exception):
    """The words make no call; the message says which of them, and what would."""


class Parts(msgspec.Struct, frozen=True):
    """What words make of a call."""

    key: tuple[str, ...]
    parameters: tuple[tuple[str, str], ...]
    body: Any
    """One decoded JSON value, or NOTHING."""


def operation_called(application: Application, name: str) -> Operation:
    """The operation with that name; WrongWords with the nearest one where there is none, or it is only HTTP's."""
    known = {operation.name: operation for operation in application.operations}
    found = known.get(name)
    if found is None:
        close = difflib.get_close_matches(name, known, n=1)
        there = f"did you mean {close[0]}?" if close else f"there is {', '.join(sorted(known))}"
        raise WrongWords(f"there is no operation {name!r}; {there}")
    if found.action == "opaque":
        raise WrongWords(f"{name} is a custom route; ask for it by HTTP: {found.method} {found.path}")
    return found


def parts(operation: Operation, words: Sequence[str], body: bytes | None = None) -> Parts:
    """What the words mean for the operation; `body` is the whole body as JSON, instead of its members as words."""
    wanted = [parameter.name for parameter in operation.parameters if parameter.place == "path"]
    if len(words) < len(wanted):
        given = f"only {', '.join(words)} is given" if words else "nothing is given"
        raise WrongWords(f"{operation.name} takes {', '.join(wanted)} first, and {given}")
    key = tuple(word.removeprefix(f"{name}=") for name, word in zip(wanted, words, strict=False))
    parameters: list[tuple[str, str]] = []
    members: dict[str, Any] = {}
    asked = {parameter.name for parameter in operation.parameters if parameter.place == "query"}
    for word in words[len(wanted) :]:
        found = NAMED.fullmatch(word)
        if found is None:
            raise WrongWords(
                f"{word!r} is not name=value; {operation.name} takes {', '.join(wanted) or 'nothing'} alone"
            )
        name, sign, value = found.group("name", "sign", "value")
        if operation.body is None or (name in asked and sign == "="):
            if sign == ":=":
                raise WrongWords(
                    f"{name}: `:=` gives a member of a body, and {operation.name} takes none; write {name}="
                )
            parameters.append((name, value))
        elif body is not None:
            raise WrongWords(f"{name}: the body is given whole already; leave out one of the two")
        elif name in members:
            raise WrongWords(f"{name} is given twice; give it once")
        else:
            members[name] = member(operation, name, sign, value)
    return Parts(key, tuple(parameters), whole(operation, members, body))


def whole(operation: Operation, members: dict[str, Any], body: bytes | None) -> Any:
    """The body of the call."""
    if operation.body is None:
        if body is not None:
            raise WrongWords(f"{operation.name} takes no body")
        return NOTHING
    if body is None:
        return members
    try:
        return strict_json.decode(body)
    except MainstayError as error:
        raise WrongWords(error.message) from None


def member(operation: Operation, name: str, sign: str, value: str) -> Any:
    """One member of the body: JSON behind `:=` and where the member is no text, else the text as it is."""
    parts = () if operation.body is None else operation.body.parts
    form = next((part.form for part in parts if part.name == name), None)
    if sign == "=" and (form is None or form.type in ("string", "any")):
        return value
    try:
        return strict_json.decode(value.encode())
    except MainstayError:
        wanted = (form.hint if form is not None else "") or "JSON"
        raise WrongWords(f"{name}: {value!r} is not {wanted}") from None
