"""A fact: something that is so, at a place."""

from __future__ import annotations

from dataclasses import dataclass

from mainstay.check.source import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Something that is so, at a place, in a function."""

    place: Place
    function: str = ""
