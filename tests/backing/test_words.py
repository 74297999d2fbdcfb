"""What a word is, is the same in Python and in PostgreSQL, for every character there is."""

from __future__ import annotations

import unicodedata

from sqlalchemy import Column, Integer, MetaData, Table, Text

from mainstay.backing.databases.postgresql import connect
from mainstay.backing.databases.postgresql.search import FUNCTION
from mainstay.kinds.words import LONGEST_WORD, folded, words
from mainstay.storage import SEARCH
from mainstay.tables import SearchIndex

TEXTS = "SELECT t, tsvector_to_array(" + FUNCTION + "('', t)) FROM unnest($1::text[]) AS t"


async def test_every_character_means_the_same_in_python_and_in_postgresql(postgres_url: str) -> None:
    """Those apart that PostgreSQL's Unicode has and Python's has not yet."""
    metadata = MetaData()
    table = Table("texts", metadata, Column("id", Integer, primary_key=True), Column("text", Text))
    table.info[SEARCH] = SearchIndex("search_00000000", ("text",))
    database = connect(postgres_url, statement_timeout=60)
    await database.open()
    try:
        await database.create_missing(metadata)
        characters = [chr(number) for number in range(1, 0x110000) if not 0xD800 <= number <= 0xDFFF]
        known = [character for character in characters if unicodedata.category(character) not in ("Cn", "Co")]
        for start in range(0, len(known), 16_384):
            asked = [f"x{character}Y" for character in known[start : start + 16_384]]
            for text, found in await database.read(TEXTS, (asked,)):
                assert sorted(found) == sorted(words(text)), (text, unicodedata.name(text[1], "?"))
    finally:
        await database.close()


def test_a_word_is_folded_once_and_for_all() -> None:
    for text in ("Crème BRÛLÉE", "ΣΊΣΥΦΟΣ", "İstanbul", "ŒUVRE", "x" * 100, "", "a_b-c.d", "\u0345\u0301"):
        assert folded(folded(text)) == folded(text)
    assert folded("x" * 100) == "x" * LONGEST_WORD
    assert words("a A á b") == ("a", "b")
