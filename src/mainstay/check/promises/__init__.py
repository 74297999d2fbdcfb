"""Promises: what a proof may find broken, each with its page; the proofs themselves are handed in."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from mainstay.check import page as pages

FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Promise:
    """Something that an application promises, as its page says."""

    page: pages.Page

    @property
    def name(self) -> str:
        """The name that reports use."""
        return self.page.name


@cache
def all_promises() -> tuple[Promise, ...]:
    """Every promise there is, by name."""
    return tuple(Promise(pages.read(path)) for path in sorted(FOLDER.glob("*.md")))
