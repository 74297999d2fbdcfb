"""Mainstay: its routes are made from declarations when it starts, and are not to be seen in the text."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.flow.follow import Follower
from mainstay.check.flow.frame import Inputs
from mainstay.check.flow.program import Program
from mainstay.check.stacks.stack import Entry, imports


class Mainstay:
    """Mainstay."""

    name = "mainstay"
    inputs = Inputs()

    def present(self, program: Program, manifests: str) -> bool:
        """Whether a module of the program imports it."""
        return imports(program, "mainstay")

    def entries(self, follower: Follower) -> Iterator[Entry]:
        """None: what answers its operations is the engine."""
        yield from ()
