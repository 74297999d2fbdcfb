"""What a list is searched for, read from its parameters."""

from __future__ import annotations

from collections.abc import Mapping

from mainstay.engine.mistakes import Mistakes
from mainstay.engine.plan import RANKED, Order
from mainstay.kinds.words import LONGEST_QUESTION, MOST_WORDS, words
from mainstay.operation import RELEVANCE

FARTHEST_RANKED = 1_000
"""Rows that a page of a list by relevance may pass over: all that are found are ranked for each page."""


class Searching:
    """How the search of one list is read; `called` are the names of its parameters by what they are."""

    def __init__(self, called: Mapping[str, str]) -> None:
        self.called = called
        self.possible = "q" in called

    def words(self, text: str, mistakes: Mistakes) -> tuple[str, ...]:
        """The words of `q`; none where it is a mistake."""
        name = self.called["q"]
        if len(text) > LONGEST_QUESTION:
            mistakes.add(name, "too_long", f"has {len(text)} characters; {LONGEST_QUESTION} are the most")
            return ()
        found = words(text)
        if not found:
            mistakes.add(name, "wrong_value", "has no word in it; give some letters or digits")
        elif len(found) > MOST_WORDS:
            mistakes.add(name, "too_many", f"has {len(found)} different words; {MOST_WORDS} are the most")
        return found

    def by_relevance(self, sort: str, order: Order, searched: str, mistakes: Mistakes) -> Order:
        """The order that begins with how well a row is found; the usual one where the sort is a mistake."""
        name = self.called["sort"]
        if sort != RELEVANCE:
            mistakes.add(name, "wrong_value", f"names {RELEVANCE} beside something; write {name}={RELEVANCE} alone")
        elif not searched:
            mistakes.add(
                name, "needs_search", f"names {RELEVANCE} where nothing is searched; give {self.called['q']} too"
            )
        else:
            return (RANKED, *order)
        return order

    def turn(self, order: Order, offset: int | None, mistakes: Mistakes) -> None:
        """A mistake where a page by relevance is too far."""
        if order[0] == RANKED and offset is not None and offset >= FARTHEST_RANKED:
            name = self.called.get("page") or self.called["offset"]
            mistakes.add(name, "too_far", f"passes over {offset} rows of the first {FARTHEST_RANKED}; give more words")
