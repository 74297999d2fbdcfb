"""Facts about secrets, tokens and passwords."""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.check.facts.fact import Fact


@dataclass(frozen=True, slots=True, kw_only=True)
class SecretLiteral(Fact):
    """A secret that stands in the text; `sure` where its form is that of a real key."""

    name: str
    kind: str
    sure: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenUse(Fact):
    """A token made (`encode`) or read (`decode`).

    `claims` are those put in, or None where they cannot be seen; `required` those demanded; `read` those looked at
    afterwards in the same function.
    """

    action: str
    library: str
    verified: bool = True
    why_unverified: str = ""
    claims: frozenset[str] | None = None
    required: frozenset[str] = frozenset()
    lifetime: float | None = None
    """Seconds, where they can be seen."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordUse(Fact):
    """A password hashed (`scheme` and whether that is good enough), stored, or compared."""

    action: str
    scheme: str = ""
    weak: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class RandomUse(Fact):
    """A random number that can be guessed, used for `name`, which must not be."""

    call: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison(Fact):
    """A signature or token compared with `==`, which takes longer the more is right."""

    what: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionStored(Fact):
    """A session's identifier kept in a store as it is."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestUse(Fact):
    """A broken digest kept as `name`, which nobody must be able to forge."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Cookie(Fact):
    """A cookie that is set; `secure` and `http_only` are None where nothing is said of them.

    `secret` tells that whoever has it is taken for its owner.
    """

    name: str
    secret: bool = False
    secure: bool | None = None
    http_only: bool | None = None
    same_site: bool | None = None
    of_session: bool = False
    """Whether the browser's session hangs on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrossSite(Fact):
    """A door that another site may use with the visitor's cookie: what protected it is left out, or was never there.

    `signed_in` tells that it asks who is signed in.
    """

    call: str
    signed_in: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Fact):
    """Somebody is signed in into a session; `renewed` where the session gets a new name then."""

    renewed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Uncertified(Fact):
    """A connection whose other end may be anybody: its certificate is not looked at."""

    call: str
    how: str
