"""How one signs up and in: as was told, or as the document lets one guess."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mainstay.check.live.answer import Answer
from mainstay.check.live.document import Document
from mainstay.check.live.operations import Operation, Schema, properties
from mainstay.check.live.samples import PASSWORD

UP = re.compile(r"regist(er|ration)|sign[-_ ]?up|create[-_ ]?(account|user)|join", re.IGNORECASE)
IN = re.compile(r"log[-_ ]?in|sign[-_ ]?in|authenticat|/token$|/sessions?$|/auth$|access[-_]token", re.IGNORECASE)
OTHER = re.compile(
    r"reset|forgot|change|refresh|verify|confirm|logout|sign[-_ ]?out|2fa|otp|mfa|test|oauth2?/(callback|authorize)",
    re.IGNORECASE,
)
PEOPLE = re.compile(r"/(users?|accounts?|people|members?|customers?|auth)(/v\d+)?/?$", re.IGNORECASE)
LOGIN = re.compile(r"^(user_?name|login|email|e_?mail|identifier|user|account|phone|handle|nick_?name)$", re.IGNORECASE)
TOKEN = re.compile(
    r"^(access|auth|id|bearer|api|session)?_?-?(token|jwt|key|access)$|^(accessToken|authToken|idToken|token|jwt|bearer)$",
    re.IGNORECASE,
)
REFRESH = re.compile(r"refresh", re.IGNORECASE)
JWT = re.compile(r"^eyJ[\w-]+\.[\w-]+\.[\w-]*$")


@dataclass(frozen=True, slots=True)
class Signing:
    """The operations that make an account and that sign somebody in, where they are known."""

    up: Operation | None
    into: Operation | None


def guessed(document: Document) -> Signing:
    """What a document lets one guess: by path and name, and by a password in what they take."""
    posts = [each for each in document.operations if each.method == "POST" and not each.names]
    asking = [each for each in posts if _takes_password(each) and not OTHER.search(f"{each.path} {each.id}")]
    return Signing(
        _first(asking, UP) or next((each for each in asking if PEOPLE.search(each.path) and not _is(each, IN)), None),
        _first([each for each in asking if not _is(each, UP)], IN),
    )


def _first(operations: Iterable[Operation], words: re.Pattern[str]) -> Operation | None:
    """The first whose path says it, or else whose name does; what answers a token before what sets a cookie."""
    found = [each for each in operations if words.search(each.path)] or [
        each for each in operations if _is(each, words)
    ]
    return next((each for each in found if _answers_token(each)), found[0] if found else None)


def _is(operation: Operation, words: re.Pattern[str]) -> bool:
    return bool(words.search(operation.path) or words.search(operation.id))


def _takes_password(operation: Operation) -> bool:
    schema = operation.body or operation.form or operation.upload
    return any(PASSWORD.search(way[-1]) for way, _ in properties(schema))


def _answers_token(operation: Operation) -> bool:
    return any(TOKEN.search(way[-1]) for way, _ in properties(operation.answer))


def credentials(schema: Schema | None) -> tuple[list[tuple[str, ...]], list[tuple[str, ...]]]:
    """Where in a body the name is put, and where the password."""
    ways = [way for way, _ in properties(schema)]
    return [way for way in ways if LOGIN.search(way[-1])], [way for way in ways if PASSWORD.search(way[-1])]


def token(answer: Answer, way: str = "") -> str:
    """The token that a sign-in answers, where one was told (`user.token`) or where it is likely; empty for none."""
    if way:
        found = answer.json
        for part in way.split("."):
            found = found.get(part) if isinstance(found, dict) else None
        return found if isinstance(found, str) else ""
    texts = list(_texts(answer.json))
    named = [value for name, value in texts if TOKEN.search(name) and not REFRESH.search(name) and len(value) >= 8]
    signed = [value for name, value in texts if JWT.match(value) and not REFRESH.search(name)]
    if isinstance(answer.json, str) and len(answer.json) >= 16:
        named.append(answer.json)
    return next(iter([*(each for each in named if JWT.match(each)), *named, *signed]), "")


def _texts(value: Any, name: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict) and depth < 4:
        for key, each in value.items():
            yield from _texts(each, str(key), depth + 1)


def cookies(answer: Answer) -> str:
    """The cookies that an answer sets, as a request sends them."""
    pairs = [value.partition(";")[0].strip() for value in answer.headers.get_list("set-cookie")]
    return "; ".join(pair for pair in pairs if "=" in pair and not pair.endswith("="))
