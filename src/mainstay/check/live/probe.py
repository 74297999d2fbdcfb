"""A probe: a page, and the function that asks a running API."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from mainstay.check.finding import Confidence, Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.operations import Operation
from mainstay.check.live.service import Service
from mainstay.check.page import Page
from mainstay.check.source import Place

Ask = Callable[[Service], Iterator[Found]]


@dataclass(frozen=True, slots=True)
class Probe:
    """A probe, as its page and its module say."""

    page: Page
    ask: Ask

    @property
    def name(self) -> str:
        """The name that reports use."""
        return self.page.name


def found(operation: Operation | str, what: str, confidence: Confidence, *shown: Answer, fix: str = "") -> Found:
    """What a probe says of an operation, with the answers that show it."""
    return Found(Place(str(operation), 0), what, confidence, fix=fix, exchanges=tuple(each.exchange for each in shown))
