"""The page of the public names: what `mainstay/__init__.py` lists, with signatures and docstrings."""

from __future__ import annotations

import inspect
import typing
from typing import Any

import mainstay
from mainstay.declare.policy import Policy
from tests.repository.reference.writing import (
    attributes_of,
    heading,
    paragraphs,
    signature,
    table,
)

GROUPS: dict[str, tuple[str, ...]] = {
    "The application": ("Mainstay", "Settings", "Wire", "Mount", "mount", "DeclarationErrors"),
    "Models": ("Model", "field", "reference", "Timestamps", "Versioned", "SoftDelete", "Account"),
    "Resources": (
        "Resource",
        "route",
        "listing",
        "parameter",
        "given",
        "through",
        "unindexed",
        "together",
        "descending",
        "include",
        "via",
        "values",
        "computed",
        "derived",
        "owned",
        "linked",
    ),
    "Policies": ("Policy", "anyone", "no_one", "signed_in", "role", "scope", "owner", "where", "opaque", "actor"),
    "Behaviour": ("Actions", "action", "rule", "Call", "SyncCall", "Refused"),
    "Who is calling": ("Actor", "Credentials", "Identity"),
    "In custom routers": ("Session", "CurrentActor", "RequestId"),
}
"""Every public name, by what it is for."""

TEXTS: dict[str, str] = {
    "CurrentActor": "For a parameter of a custom endpoint: who is calling, whom the policy of its `mount` let in.",
    "RequestId": "For a parameter of a custom endpoint: the request's id, as the answer's X-Request-ID has it.",
    "Session": "For a parameter of a custom endpoint: a SQLAlchemy `AsyncSession` whose transaction is committed when"
    " the endpoint returns and undone when it raises. In a GET it may only read.",
    "anyone": "A policy: everybody, signed in or not.",
    "no_one": "A policy: nobody at all.",
    "signed_in": "A policy: whoever is known.",
    "given": "What the caller gives for a `parameter`, in a SQLAlchemy expression.",
    "Settings": "Everything that can be set from outside: the page of [settings](settings.md).",
}
"""Of values, which have no docstring of their own."""


def page() -> str:
    """The page: the names by what they are for, each with how it is called and what it says."""
    lines = [
        *heading("Public names", "mainstay/__init__.py"),
        "What `from mainstay import ..` gives. Everything else may change without notice, but for `mainstay.kinds`,",
        "whose [kinds](kinds.md) have a page of their own, `mainstay.errors`, which has the [errors](errors.md),",
        "`mainstay.testing`, which is [for tests](../how-to/testing.md), and `mainstay.clock.now`, the present moment.",
        "",
    ]
    for title, names in GROUPS.items():
        lines += [f"## {title}", ""]
        for name in names:
            lines += section(name, getattr(mainstay, name))
    return "\n".join(lines).rstrip() + "\n"


def section(name: str, public: Any) -> list[str]:
    """All about one name."""
    lines = [f"### {name}", ""]
    if name in TEXTS:
        return [*lines, TEXTS[name], ""]
    if not isinstance(public, type):
        if callable(public):
            lines += ["```python", signature(public, name), "```", ""]
        lines += paragraphs(inspect.getdoc(public))
        return [*lines, *members(type(public), "actor")] if name == "actor" else lines
    called = made_by(public, name)
    lines += ["```python", called, "```", ""] if called else []
    lines += paragraphs(public.__doc__)
    if name == "Mainstay":
        return [*lines, *paragraphs(public.__init__.__doc__)]  # type: ignore[misc]
    return [*lines, *attributes(public), *members(public, name)]


def made_by(public: type, name: str) -> str | None:
    """How one of a class is made; None where nobody but Mainstay, or a subclass, makes one."""
    if name in ("Mainstay", "Wire", "Actor", "Refused", "Credentials"):
        return signature(public, name)
    return None


def attributes(public: type) -> list[str]:
    """A table of what a class declares and a subclass may set."""
    if issubclass(public, (Exception, mainstay.Settings)):
        return []
    rows = [[f"`{name}`", f"`{bare(part.type)}`", part.text] for name, part in attributes_of(public).items()]
    return [*table(["attribute", "type", ""], rows), ""] if rows else []


def bare(annotation: str) -> str:
    """An annotation without what only a type checker needs."""
    return annotation.removeprefix("ClassVar[")[:-1] if annotation.startswith("ClassVar[") else annotation


def members(public: type, name: str) -> list[str]:
    """The methods and properties of a class that have something to say, which are those that are meant to be used."""
    lines = []
    for member, value in methods(public).items():
        inner = value.fget if isinstance(value, property) else value
        how = f"{name}.{member}" if isinstance(value, property) else signature(inner, f"{name}.{member}")
        lines += ["```python", ("await " if inspect.iscoroutinefunction(inner) else "") + how, "```", ""]
        lines += paragraphs(inspect.getdoc(inner))
    return lines


def methods(public: type) -> dict[str, Any]:
    """The methods and properties that a class and its bases of Mainstay's document."""
    if issubclass(public, (Policy, mainstay.Mainstay, mainstay.Model, mainstay.Settings, Exception)):
        return {}
    ours = [one for one in reversed(public.__mro__) if one.__module__.partition(".")[0] == "mainstay"]
    return {
        name: value
        for one in ours
        for name, value in vars(one).items()
        if not name.startswith("_")
        and name != "model"
        and (inspect.isfunction(value) or isinstance(value, property))
        and inspect.getdoc(value.fget if isinstance(value, property) else value)
    }


def face() -> str:
    """Every public name with its signature, a line each: what a change of the public face changes."""
    lines = []
    for name in sorted(mainstay.__all__):
        public: Any = getattr(mainstay, name)
        if isinstance(public, type):
            lines.append(f"class {name}")
            lines += [f"    {line}" for line in (made_by(public, name) or "").splitlines()]
            if not issubclass(public, (Exception, mainstay.Settings)):
                lines += [f"    {attribute}: {part.type}" for attribute, part in attributes_of(public).items()]
            for member, value in methods(public).items():
                how = member if isinstance(value, property) else signature(value, member)
                lines += [f"    {line}" for line in how.splitlines()]
        elif inspect.isfunction(public):
            lines.append(signature(public, name))
        else:
            lines.append(f"{name}: {kind_of(public)}")
    return "\n".join(lines) + "\n"


def kind_of(public: Any) -> str:
    """What a value is."""
    if typing.get_origin(public) is typing.Annotated or hasattr(public, "__metadata__"):
        return f"Annotated[{public.__origin__.__name__}]"
    return next(one.__name__ for one in type(public).__mro__ if one.__module__.startswith("mainstay"))
