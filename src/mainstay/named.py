"""Finding a thing by its name."""

from __future__ import annotations

from typing import Protocol, TypeVar


class Named(Protocol):
    """Whatever has a name."""

    @property
    def name(self) -> str: ...


N = TypeVar("N", bound=Named)


def named(things: tuple[N, ...], name: str) -> N:
    """The one of `things` with that name; KeyError where there is none."""
    for thing in things:
        if thing.name == name:
            return thing
    raise KeyError(name)
