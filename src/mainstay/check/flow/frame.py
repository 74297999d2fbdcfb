"""Where the follower stands: the function, its variables, and what is around the statement."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from mainstay.check import syntax as s
from mainstay.check.flow.program import Run
from mainstay.check.flow.value import Scope, Unit, Value
from mainstay.check.source import Place


@dataclass(slots=True)
class Frame:
    """One function while it is followed; `stack` are the functions that called it, itself last."""

    unit: Unit
    scope: Scope
    run: Run
    function: s.Function | None = None
    stack: tuple[int, ...] = ()
    loop: Place | None = None
    transaction: Place | None = None
    caught: tuple[s.Catch, ...] = ()
    within: tuple[str, ...] = ()
    awaited: bool = False
    returned: list[Value] = field(default_factory=list)
    narrowings: bool = False
    around: Place | None = None
    """The loop that the function was called in: what it returns is worked out once, whatever loop the return is in."""

    def place(self, node: s.Node) -> Place:
        """Where a node stands."""
        return self.unit.place(node)


@dataclass(frozen=True, slots=True)
class Inputs:
    """What stacks tell about where the caller's text comes in.

    `attributes`: for a type (or the path of a global), the attributes that hold it and where it came from;
    the attribute `*` is the value itself when it is indexed or called.
    """

    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    registers: frozenset[str] = frozenset()
    """Methods that are given functions to run later, as a route's: they are not run where they are given."""
    registering_types: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of the environment that the program runs with, as far as they were told."""
