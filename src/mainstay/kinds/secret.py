"""Secrets: written, never answered."""

from __future__ import annotations

from mainstay.kinds.text import Text
from mainstay.wire import Form


class Secret(Text, frozen=True):
    """Text that a caller may set and nobody may read, filter, sort or search by."""

    name = "secret"
    operators = ()
    readable = False

    min_length: int = 1
    max_length: int | None = 1000

    def form(self) -> Form:
        return Form("string", format="password", min_length=self.min_length, max_length=self.max_length)
