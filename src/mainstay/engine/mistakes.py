"""What is wrong with a call, gathered so that all of it is told at once."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from typing import TypeVar

import msgspec

from mainstay.errors import Detail, ValidationError

MOST = 32
"""Mistakes told of one call: looking for the nearest name costs time, which a hostile call must not multiply."""

LONGEST = 100
"""Characters of a caller's own words in an answer."""

T = TypeVar("T")


class Mistakes(msgspec.Struct):
    """Mistakes found so far."""

    details: list[Detail] = msgspec.field(default_factory=list)

    @property
    def enough(self) -> bool:
        """Whether no more are told."""
        return len(self.details) >= MOST

    def add(self, name: str, code: str, message: str) -> None:
        """One more."""
        if not self.enough:
            self.details.append(Detail(name[:LONGEST], code, message))

    def unknown(self, name: str, code: str, message: str, known: Iterable[str], wrong: str | None = None) -> None:
        """One more, with what exists instead; `wrong` is the part of the name that is not known."""
        if not self.enough:
            self.add(name, code, f"{message}; {nearest((name if wrong is None else wrong)[:LONGEST], known)}")

    def check(self) -> None:
        """Raises `ValidationError` where there are any."""
        if self.details:
            raise ValidationError(details=tuple(self.details))

    def parsed(self, parse: Callable[[str], T], name: str, text: str) -> T | None:
        """The value that a text means; None, and one more mistake, where it means none."""
        try:
            return parse(text)
        except (ValueError, ArithmeticError) as error:
            words = str(error) if isinstance(error, ValueError) else "is out of range"
            self.add(name, "wrong_type", words)
            return None


def nearest(name: str, known: Iterable[str]) -> str:
    """What exists instead of `name`."""
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    if close:
        return f"did you mean {close[0]}?"
    return f"there is {', '.join(names[:40])}" if names else "there is none"
