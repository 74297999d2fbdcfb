"""Slugs: names that stand in a path."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mainstay.kinds.text import Text
from mainstay.wire import Form


@dataclass(frozen=True, slots=True)
class Slug(Text):
    """Lower-case letters, digits and single hyphens between them."""

    name = "slug"

    min_length: int = 1
    max_length: int | None = 120
    pattern: str | None = "^[a-z0-9]+(-[a-z0-9]+)*$"

    def form(self) -> Form:
        return Form(
            "string",
            min_length=self.min_length,
            max_length=self.max_length,
            pattern=self.pattern,
            hint="lower-case letters and digits with single hyphens between them",
        )

    def samples(self) -> tuple[Any, ...]:
        return ("spaghetti-aglio-e-olio", "a", "7-up")
