"""What is told of a running API: limits, who asks, how one signs up and in."""

from __future__ import annotations

import difflib
import os
import re
from dataclasses import dataclass, field, fields
from typing import Any

from mainstay.check.live.limits import Limits

VARIABLE = re.compile(r"\$\{(\w+)\}")
REQUEST = re.compile(r"^(GET|POST|PUT|PATCH|DELETE) (/\S*)$")
USUAL = Limits()
HEADER = re.compile(r"^([\w!#$%&'*+.^`|~-]+): *(\S.*)$")


class WrongSettings(Exception):
    """What was told cannot be used; says which key and what would be right."""


@dataclass(frozen=True, slots=True)
class SignUp:
    """How an account is made: `POST /users` and a body in which {name}, {email} and {password} are put."""

    request: str
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SignIn:
    """How somebody signs in: a request, its body (or form), where the answer has the token, and the header for it.

    Without `token`, the cookies of the answer are what says who asks.
    """

    request: str
    body: dict[str, Any] = field(default_factory=dict)
    form: bool = False
    token: str = ""
    header: str = "Authorization: Bearer {token}"


@dataclass(frozen=True, slots=True)
class LiveSettings:
    """What `[tool.mainstay.check.live]` says.

    `openapi`: the document, as a file or a path of the API. `public`: operations that are meant for everybody, as
    `GET /menu`. `skip`: operations that are never asked. `identities`: the header of each person, by name; the one who
    is called admin is one. `${NAME}` in a header stands for a variable of the environment.
    """

    openapi: str = ""
    requests: int = USUAL.requests
    seconds: float = USUAL.seconds
    timeout: float = USUAL.timeout
    delay: float = USUAL.delay
    public: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()
    identities: dict[str, str] = field(default_factory=dict)
    sign_up: SignUp | None = None
    sign_in: SignIn | None = None

    @property
    def limits(self) -> Limits:
        """How much may be asked."""
        return Limits(self.requests, self.seconds, self.timeout, self.delay)


def of(told: dict[str, Any]) -> LiveSettings:
    """The settings that a table says; raises WrongSettings."""
    place = "tool.mainstay.check.live"
    known = _known(LiveSettings, told, place)
    out: dict[str, Any] = {}
    for name, value in known.items():
        if name in ("public", "skip"):
            if not isinstance(value, list) or not all(isinstance(each, str) and REQUEST.match(each) for each in value):
                raise WrongSettings(f'{place}.{name} is a list of operations, such as "GET /menu"')
            out[name] = tuple(value)
        elif name == "identities":
            if not isinstance(value, dict):
                raise WrongSettings(f'{place}.identities is a table, such as alice = "Authorization: Bearer .."')
            for each, header in value.items():
                _identity(f"{each}={header}")
            out[name] = value
        elif name in ("sign_up", "sign_in"):
            out[name] = _signing(name, value, place)
        elif name == "openapi":
            if not isinstance(value, str):
                raise WrongSettings(f"{place}.openapi is a file, or a path of the API")
            out[name] = value
        else:
            if not isinstance(value, int | float) or isinstance(value, bool) or value < 0:
                raise WrongSettings(f"{place}.{name} is a number, not {value!r}")
            out[name] = int(value) if name == "requests" else float(value)
    return LiveSettings(**out)


def _signing(name: str, value: Any, place: str) -> SignUp | SignIn:
    kind = SignUp if name == "sign_up" else SignIn
    place = f"{place}.{name.replace('_', '-')}"
    if not isinstance(value, dict):
        raise WrongSettings(f'{place} is a table with request = "POST /.."')
    told = _known(kind, value, place)
    if not isinstance(told.get("request"), str) or not REQUEST.match(told["request"]):
        raise WrongSettings(f'{place}.request is a method and a path, such as "POST /login"')
    if not isinstance(told.get("body", {}), dict):
        raise WrongSettings(f'{place}.body is a table, such as {{ email = "{{email}}", password = "{{password}}" }}')
    if "header" in told and not HEADER.match(str(told["header"])):
        raise WrongSettings(f'{place}.header is a header, such as "Authorization: Bearer {{token}}"')
    return kind(**told)


def _known(kind: type, told: dict[str, Any], place: str) -> dict[str, Any]:
    names = [each.name for each in fields(kind)]
    out = {}
    for key, value in told.items():
        name = key.replace("-", "_")
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(names)}"
            raise WrongSettings(f"{place} has no {key!r}; {hint}".replace("_", "-"))
        out[name] = value
    return out


def identity(told: str) -> tuple[str, dict[str, str]]:
    """The name and headers of `alice=Authorization: Bearer ..`, variables put in; raises WrongSettings."""
    name, header, value = _identity(told)
    return name, {header: VARIABLE.sub(_variable, value)}


def _identity(told: str) -> tuple[str, str, str]:
    name, equals, header = told.partition("=")
    found = HEADER.match(header.strip())
    if not equals or not name.strip() or found is None:
        raise WrongSettings(f"{told!r} names nobody; one looks like alice='Authorization: Bearer ..'")
    return name.strip(), found[1], found[2]


def _variable(found: re.Match[str]) -> str:
    if found[1] not in os.environ:
        raise WrongSettings(f"there is no variable {found[1]} in the environment")
    return os.environ[found[1]]
