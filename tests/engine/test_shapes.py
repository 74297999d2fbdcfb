"""What is kept of statements and spellings, while another thread drops some of it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from typing import Any

from mainstay.engine.shapes import REMEMBERED, Shapes, remembered


class Dropped(OrderedDict[Any, Any]):
    """Loses what was looked at, as when another thread drops it just then."""

    def get(self, key: Any, default: Any = None) -> Any:
        return self.pop(key, default)


class Overtaken(dict[Any, Any]):
    """Loses what has been kept longest as soon as it is known."""

    def __iter__(self) -> Iterator[Any]:
        keys = list(super().__iter__())
        self.pop(keys[0], None)
        return iter(keys)


def test_a_shape_that_is_dropped_while_it_is_used_is_kept_again() -> None:
    shapes = Shapes()
    shapes.kept = Dropped(a="made")
    assert shapes.get("a", lambda: "made again") == "made"
    assert list(shapes.kept) == ["a"]


def test_what_another_thread_has_dropped_already_is_no_fault() -> None:
    kept: dict[Any, Any] = Overtaken({number: number for number in range(REMEMBERED)})
    assert remembered(kept, "new", 1) == 1
    assert dict.__len__(kept) == REMEMBERED


def test_what_has_been_kept_longest_is_dropped_first() -> None:
    kept = {number: number for number in range(REMEMBERED)}
    remembered(kept, "new", 1)
    assert (len(kept), 0 in kept, 1 in kept, "new" in kept) == (REMEMBERED, False, True, True)
