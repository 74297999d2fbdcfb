"""A request and its answer as a report shows them: shortened, and without what is secret."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

LONGEST = 1_200
"""Letters of a body that are kept."""
LINE = 300
"""Letters of a body on one line."""
KEPT = 6
"""Letters of a secret that are kept, so that two can be told apart."""
MOST_ITEMS = 3
SECRET_HEADERS = frozenset({"authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-auth-token"})
SECRET_NAMES = re.compile(
    r"pass(word|wd|code)?|pwd|secret|token|api_?key|private|session|otp|hash|salt|ssn", re.IGNORECASE
)
JWT = re.compile(r"\beyJ[\w-]{4,}\.[\w-]*\.[\w-]*")


@dataclass(frozen=True, slots=True)
class Exchange:
    """What was sent, by whom, and what came back; a status of 0 says that nothing did, and `answer` why."""

    who: str
    method: str
    path: str
    headers: tuple[tuple[str, str], ...]
    body: str
    status: int
    answer_headers: tuple[tuple[str, str], ...]
    answer: str
    milliseconds: int

    def __str__(self) -> str:
        sent = f" {_line(self.body)}" if self.body else ""
        came = f"{self.status}" if self.status else "no answer"
        return f"{self.who}: {self.method} {self.path}{sent} -> {came} {_line(self.answer)}".rstrip()

    @property
    def request_text(self) -> str:
        """The request as it goes over the wire."""
        return _message(f"{self.method} {self.path}", self.headers, self.body)

    @property
    def answer_text(self) -> str:
        """The answer as it came over the wire, with the time that it took."""
        first = f"{self.status}" if self.status else "no answer"
        return _message(f"{first} ({self.milliseconds} ms)", self.answer_headers, self.answer)


def _message(first: str, headers: tuple[tuple[str, str], ...], body: str) -> str:
    lines = [first, *(f"{name}: {value}" for name, value in headers)]
    return "\n".join([*lines, *(["", body] if body else [])])


def _line(text: str) -> str:
    """A text on one line, cut."""
    one = " ".join(text.split())
    return one if len(one) <= LINE else f"{one[:LINE]}…"


def shortened(value: str) -> str:
    """A secret of which only the beginning is left."""
    return value if len(value) <= KEPT else f"{value[:KEPT]}…"


def header(name: str, value: str) -> str:
    """The value of a header, without what is secret in it."""
    if name.lower() not in SECRET_HEADERS:
        return JWT.sub(lambda found: shortened(found[0]), value)
    scheme, space, rest = value.partition(" ")
    if space and name.lower() == "authorization":
        return f"{scheme} {shortened(rest)}"
    return (
        re.sub(r"=([^;]+)", lambda found: f"={shortened(found[1])}", value, count=1)
        if "=" in value
        else shortened(value)
    )


def body(text: str, mark: str) -> str:
    """A body without what is secret, and without the rows of a list in which `mark` does not stand: those of others."""
    try:
        told = json.loads(text)
    except ValueError:
        return _cut(JWT.sub(lambda found: shortened(found[0]), text))
    return _cut(json.dumps(_hidden(told, mark), ensure_ascii=False))


def _hidden(value: Any, mark: str) -> Any:
    if isinstance(value, dict):
        return {name: _field(str(name), each, mark) for name, each in value.items()}
    if isinstance(value, list):
        mine = [each for each in value if not isinstance(each, dict | list) or mark in json.dumps(each)]
        kept = [_hidden(each, mark) for each in mine[:MOST_ITEMS]]
        left = len(value) - len(kept)
        return [*kept, *([f"… and {left} more"] if left else [])]
    if isinstance(value, str):
        return JWT.sub(lambda found: shortened(found[0]), value)
    return value


def _field(name: str, value: Any, mark: str) -> Any:
    if isinstance(value, str) and SECRET_NAMES.search(name):
        return shortened(value)
    return _hidden(value, mark)


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
