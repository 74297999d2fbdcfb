"""A migration that nobody can take back."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, OneWay
from mainstay.check.finding import Confidence, Found

CONFIDENCES: dict[str, Confidence] = {"refused": "proven", "nothing": "likely", "raised": "review"}


def findings(facts: Facts) -> Iterator[Found]:
    """Steps of migrations without a way back."""
    for each in facts.of(OneWay):
        yield Found(each.place, each.what, CONFIDENCES[each.back])
