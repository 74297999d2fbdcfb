"""Statements by the shape of what asks for them: each is compiled once and kept while it is used.

Actions ask in other threads too, so that whatever is kept may be dropped at any moment.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Any, TypeVar

MOST = 512
"""Shapes kept in one process; a shape more drops the one that was used longest ago."""

REMEMBERED = 256
"""Spellings of a parameter, or other readings of one thing, that are remembered."""

T = TypeVar("T")
K = TypeVar("K")


class Shapes:
    """At most `MOST` compiled shapes."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.kept: OrderedDict[Hashable, Any] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """What was made for an equal key, or `make()` now."""
        found: T | None = self.find(key)
        return self.keep(key, make()) if found is None else found

    def find(self, key: Hashable) -> Any:
        """What was made for an equal key, or None."""
        found = self.kept.get(key)
        if found is not None:
            try:
                self.kept.move_to_end(key)
            except KeyError:
                self.kept[key] = found
        return found

    def keep(self, key: Hashable, made: T) -> T:
        """Keeps what was made for a key."""
        self.kept[key] = made
        if len(self.kept) > self.most:
            self.kept.popitem(last=False)
        return made


def remembered(kept: dict[K, T], key: K, value: T) -> T:
    """The value, kept in place of the one that has been kept longest where there are `REMEMBERED`."""
    while len(kept) >= REMEMBERED:
        kept.pop(next(iter(tuple(kept))), None)
    kept[key] = value
    return value
