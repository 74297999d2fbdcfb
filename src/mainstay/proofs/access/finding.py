"""What a search must find, evaluated on rows in Python, apart from the engine's own words and indexes."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

Weighed = Sequence[tuple[int, str | None]]
"""Texts, each with what a word in it counts for."""


def words_of(text: str | None) -> list[str]:
    """The words of a text without case and accents."""
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text or "").casefold())
    plain = [character for character in decomposed if not unicodedata.combining(character)]
    return "".join(character if character.isalnum() else " " for character in plain).split()


def is_found(question: str, texts: Iterable[str | None]) -> bool:
    """Whether every word of a question begins a word of some text."""
    there = [word for text in texts for word in words_of(text)]
    return all(any(word.startswith(wanted) for word in there) for wanted in words_of(question))


def relevance(question: str, texts: Weighed) -> int:
    """What the words of a question count for in texts: once where one begins a word, twice where it is one."""
    total = 0
    for wanted in dict.fromkeys(words_of(question)):
        for weight, text in texts:
            there = words_of(text)
            total += weight * (any(word.startswith(wanted) for word in there) + (wanted in there))
    return total
