"""Facts about settings, limits, libraries, and what stands in the text of a program."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mainstay.check.facts.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Fact):
    """A setting of a framework or of the application."""

    name: str
    value: Any = None
    stack: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cors(Fact):
    """Who may call from a browser: `origins` is `*`, `any` (the caller's own origin is sent back) or what is listed."""

    origins: str
    credentials: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit(Fact):
    """A limit of calls: its text and why that does not parse; by what is counted, and where."""

    text: str = ""
    wrong: str = ""
    by_address: bool = False
    in_memory: bool = False
    declared: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Loader(Fact):
    """A loader that remembers what it loaded, made once for the whole process."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RemovedApi(Fact):
    """A use of what a library no longer has, or of a library that has ended."""

    name: str
    since: str
    instead: str
    fails: bool = True
    """Whether it fails today; else it is at its end."""
    ended: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NaiveTime(Fact):
    """A moment without a time zone."""

    call: str
    instead: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MoneyAsFloat(Fact):
    """An amount of money kept as a binary fraction."""

    name: str
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MovedMoney(Fact):
    """A function that moves an amount of money: whether it looks at the amount, and at who is on both sides."""

    amount: str
    checked: bool
    parties: tuple[str, ...]
    apart: bool
    key: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class BadExpression(Fact):
    """A regular expression that takes exponentially long on `attack`, or that refuses names as people have them."""

    text: str
    kind: str
    attack: str = ""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Incorrect(Fact):
    """A mistake that makes the program fail when it gets there."""

    kind: str
    name: str
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Header(Fact):
    """A header, in an answer or in a text that shows one."""

    name: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload(Fact):
    """A file taken from a caller: whether its size and its type are looked at, and what names it."""

    size_checked: bool
    type_checked: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Test(Fact):
    """A test: whether it can fail."""

    name: str
    asserts: bool
    why: str = ""
    may_raise: bool = False
    """Whether what it calls may raise, and so let it fail without an assertion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HealthCheck(Fact):
    """An endpoint, or a part of one, that says whether the service is well."""

    tells_trouble: bool
    constant: str = ""
    timed: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class DroppedDetails(Fact):
    """An error class has a field that the handler of errors never answers."""

    field: str
    error: str
