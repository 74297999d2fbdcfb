"""What a body gives, taken apart: values by column, and lists of the same inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import msgspec


class Item(msgspec.Struct):
    """A body, or one object of a list in it."""

    path: str
    """Where it stands in the body: `ingredients[2]`; empty for the body itself."""
    given: dict[str, Any] = {}
    """Values by column, in Python's form."""
    lists: dict[str, Sequence[Any]] = {}
    """By name, what is owned, as items, and what is linked, as values."""
    key: tuple[Any, ...] | None = None
    """What it is known by among those of its list; None where it must be new."""
    gone: bool = False
    """Whether it shall go."""

    def at(self, name: str) -> str:
        """Where one of its members stands."""
        return f"{self.path}.{name}" if self.path else name

    def items(self, name: str) -> Iterator[Any]:
        """The objects or values of one of its lists; none where the list is not given."""
        return iter(self.lists.get(name, ()))


def listed(items: Sequence[Item], name: str) -> list[Item]:
    """The objects of a list of that name in each of the items."""
    return [inner for item in items for inner in item.items(name)]
