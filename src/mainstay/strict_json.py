"""Strict JSON: one value, every key once, numbers and texts that any database can hold (RFC 8259, RFC 7493)."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterator
from typing import Any

from mainstay.errors import MalformedBody, PayloadTooLarge

DEEPEST = 32
"""Arrays and objects inside one another."""
LONGEST_NUMBER = 100
"""Characters of one number."""
MOST_VALUES = 10_000
"""Values in one body, so that telling what is wrong with each of them stays cheap."""
STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)


class Fault(ValueError):
    """Something that JSON allows and this does not; where it stands is looked for afterwards."""


def decode(body: bytes) -> Any:
    """The value that `body` holds; MalformedBody says what is wrong with it, and where."""
    try:
        text = body.decode()
    except UnicodeDecodeError as error:
        raise MalformedBody(f"The body is not UTF-8: byte {error.start + 1} does not belong there.") from None
    if not text.strip(" \t\r\n"):
        raise MalformedBody("The body is empty; send one JSON value.")
    if body.count(b",") >= MOST_VALUES and STRINGS.sub(b"", body).count(b",") >= MOST_VALUES:
        raise PayloadTooLarge(f"The body has more than {MOST_VALUES} values, which is the most that is taken here.")
    try:
        value = DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedBody(f"The body is not valid JSON: {explain(error)}, {place(text, error.pos)}.") from None
    except (Fault, RecursionError):
        raise refusal(text) from None
    if (body.count(b"{") + body.count(b"[") > DEEPEST and deeper(text)) or ("\\u" in text and lone(value)):
        raise refusal(text)
    return value


def pairs(members: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object; Fault where a key stands in it twice."""
    made = dict(members)
    if len(made) != len(members):
        raise Fault
    return made


def whole(text: str) -> int:
    """A whole number; Fault where it is absurdly long."""
    if len(text) > LONGEST_NUMBER:
        raise Fault
    return int(text)


def real(text: str) -> float:
    """A number with a fraction or an exponent; Fault where it is too large for 64 bits."""
    value = float(text)
    if len(text) > LONGEST_NUMBER or math.isinf(value):
        raise Fault
    return value


def constant(text: str) -> Any:
    """NaN, Infinity or -Infinity, which Python reads and JSON does not have."""
    raise Fault


DECODER = json.JSONDecoder(object_pairs_hook=pairs, parse_int=whole, parse_float=real, parse_constant=constant)


def lone(value: Any) -> bool:
    """Whether a text in the value holds half of a surrogate pair."""
    if isinstance(value, str):
        return any("\ud800" <= character <= "\udfff" for character in value)
    if isinstance(value, dict):
        return any(lone(part) for member in value.items() for part in member)
    return isinstance(value, list) and any(lone(item) for item in value)


# What is wrong and where: only looked for once it is known that something is

PIECE = re.compile(r'"(?:[^"\\]|\\.)*"|-?Infinity|NaN|-?[0-9][0-9.eE+-]*|[\[\]{},:]')


def deeper(text: str) -> bool:
    """Whether something lies deeper than may be."""
    return any(reason.startswith("more than") for reason, _ in faults(text))


def refusal(text: str) -> MalformedBody:
    """What to tell the caller about the first fault."""
    reason, position = next(faults(text), ("it cannot be read", 0))
    return MalformedBody(f"The body cannot be taken: {reason}, {place(text, position)}.")


def faults(text: str) -> Iterator[tuple[str, int]]:
    """Everything that JSON allows and this does not, with its position."""
    keys: list[set[str] | None] = []
    expects_key = False
    for match in PIECE.finditer(text):
        piece, position = match[0], match.start()
        if piece in "{[":
            keys.append(set() if piece == "{" else None)
            expects_key = piece == "{"
            if len(keys) > DEEPEST:
                yield f"more than {DEEPEST} arrays and objects inside one another", position
                return
        elif piece in "}]":
            keys.pop()
            expects_key = False
        elif piece == ",":
            expects_key = bool(keys) and keys[-1] is not None
        elif piece[0] == '"':
            yield from text_faults(piece, position, keys[-1] if expects_key and keys else None)
            expects_key = False
        elif piece in ("NaN", "Infinity", "-Infinity"):
            yield f"{piece} is not a JSON number", position
        elif piece != ":":
            yield from number_faults(piece, position)


def text_faults(piece: str, position: int, keys: set[str] | None) -> Iterator[tuple[str, int]]:
    """What is wrong with a string; `keys` are those of its object where it is a key."""
    string = json.loads(piece)
    if lone(string):
        yield "half of a surrogate pair is not a character", position
    elif keys is not None:
        if string in keys:
            yield f"the key {json.dumps(string[:50])} stands twice in one object", position
        keys.add(string)


def number_faults(piece: str, position: int) -> Iterator[tuple[str, int]]:
    """What is wrong with a number."""
    if len(piece) > LONGEST_NUMBER:
        yield f"a number has more than {LONGEST_NUMBER} characters", position
    elif math.isinf(float(piece)):
        yield "a number is too large", position


def explain(error: json.JSONDecodeError) -> str:
    """What Python says is wrong, as part of a sentence."""
    words = {"Extra data": "something follows after the value"}.get(error.msg, error.msg)
    return words[0].lower() + words[1:]


def place(text: str, position: int) -> str:
    """A position in words."""
    line = text.count("\n", 0, position) + 1
    return f"at line {line}, column {position - text.rfind(chr(10), 0, position)}"
