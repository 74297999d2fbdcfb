"""Slugs: names that stand in a path."""

from __future__ import annotations

import re
import secrets
import unicodedata
from typing import Any

from mainstay.kinds.text import Text
from mainstay.wire import Form

APART = re.compile(r"[^a-z0-9]+")
LETTERS = "abcdefghijkmnopqrstuvwxyz23456789"
"""Those of which a suffix is made: none looks like another."""
SUFFIX = 6
"""Letters of a suffix: a thousand million."""


class Slug(Text, frozen=True):
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
        words = ("spaghetti-aglio-e-olio", "7-up", "a", "a" * self.min_length)
        return tuple(word for word in dict.fromkeys(words) if self.fits(word))

    def of(self, text: str | None, *, suffix: bool = False) -> str:
        """The slug of a text, `how-to-train` of "How to train?"; with a random end where the plain one is taken."""
        folded = unicodedata.normalize("NFKD", text or "").encode("ascii", "ignore").decode().lower()
        words = APART.sub("-", folded).strip("-")
        end = "".join(secrets.choice(LETTERS) for _ in range(SUFFIX)) if suffix or not words else ""
        most = self.max_length or len(words) + SUFFIX + 1
        head = words[: most - len(end) - 1 if end else most].strip("-")
        return "-".join(part for part in (head, end) if part)
