"""The words of a text as search knows them: without accents and case, the same in Python and in PostgreSQL.

A text is decomposed (NFKD), its case and its accents are taken away, and what stands between letters and
digits parts it into words.  The ranges are written down here, so that no version of Unicode's tables and no
locale of a database changes what a word is.
"""

from __future__ import annotations

import re
import unicodedata
from functools import cache

VERSION = 1
"""Raised when a text's words become others, so that an index of the old ones is not used."""

LONGEST_TEXT = 100_000
"""Characters of a text in which words are found; what is behind them is not."""

LONGEST_WORD = 60
"""Characters of a word that are told apart."""

LONGEST_QUESTION = 200
"""Characters of what is searched for."""

MOST_WORDS = 10
"""Different words that are searched for at once."""

CASED = (
    *((0x00C0, 0x024F), (0x1E00, 0x1EFF), (0x2C60, 0x2C7F), (0xA720, 0xA7FF)),  # Latin
    *((0x0370, 0x03FF), (0x0400, 0x052F)),  # Greek, Cyrillic
    *((0x0531, 0x0556), (0x10A0, 0x10FF), (0x1C90, 0x1CBF)),  # Armenian, Georgian
)
"""Where letters have a case, besides ASCII."""

DROPPED = (
    *((0x00AD, 0x00AD), (0x200B, 0x200F), (0x2060, 0x2064), (0xFE00, 0xFE0F), (0xFEFF, 0xFEFF)),  # not to be seen
    *((0x0300, 0x036F), (0x1AB0, 0x1AFF), (0x1DC0, 0x1DFF), (0x20D0, 0x20FF), (0xFE20, 0xFE2F)),  # accents
    *((0x0483, 0x0487), (0x0591, 0x05BD), (0x05BF, 0x05BF), (0x05C1, 0x05C2), (0x05C4, 0x05C5), (0x05C7, 0x05C7)),
    *((0x0610, 0x061A), (0x064B, 0x065F), (0x0670, 0x0670), (0x06D6, 0x06DC), (0x06DF, 0x06E4), (0x06E7, 0x06E8)),
    (0x06EA, 0x06ED),
)
"""Characters that no word has: accents, and points of Hebrew and Arabic."""

BETWEEN = (
    *((0x0000, 0x002F), (0x003A, 0x0040), (0x005B, 0x0060), (0x007B, 0x00A9), (0x00AB, 0x00B1), (0x00B4, 0x00B4)),
    *((0x00B6, 0x00B8), (0x00BB, 0x00BB), (0x00BF, 0x00BF), (0x00D7, 0x00D7), (0x00F7, 0x00F7), (0x02C2, 0x02C5)),
    *((0x02D2, 0x02DF), (0x02E5, 0x02EB), (0x02EF, 0x02FF), (0x0375, 0x0375), (0x037E, 0x037E), (0x0387, 0x0387)),
    *((0x0482, 0x0482), (0x055A, 0x055F), (0x0589, 0x058F), (0x05BE, 0x05BE), (0x05C0, 0x05C0), (0x05C3, 0x05C3)),
    *((0x05C6, 0x05C6), (0x05F3, 0x05F4), (0x0600, 0x060F), (0x061B, 0x061F), (0x066A, 0x066D), (0x06D4, 0x06D4)),
    *((0x06DD, 0x06DE), (0x06E9, 0x06E9), (0x0700, 0x070F), (0x0964, 0x0965), (0x0970, 0x0970), (0x0DF4, 0x0DF4)),
    *((0x0E3F, 0x0E3F), (0x0E4F, 0x0E4F), (0x0E5A, 0x0E5B), (0x0F01, 0x0F17), (0x0F3A, 0x0F3D), (0x104A, 0x104F)),
    *((0x10FB, 0x10FB), (0x1360, 0x1368), (0x1400, 0x1400), (0x1680, 0x1680), (0x16EB, 0x16ED), (0x17D4, 0x17DB)),
    *((0x1800, 0x180E), (0x2000, 0x206F), (0x20A0, 0x20CF), (0x2190, 0x2BFF), (0x2E00, 0x2E7F), (0x2FF0, 0x3004)),
    *((0x3008, 0x3020), (0x3030, 0x3030), (0x303D, 0x303F), (0x30A0, 0x30A0), (0x30FB, 0x30FB), (0xD800, 0xF8FF)),
    *((0xFE10, 0xFE1F), (0xFE30, 0xFE6F), (0xFFF0, 0xFFFF), (0x1F000, 0x1FAFF), (0xE0000, 0x10FFFF)),
)
"""Characters that part words: space, punctuation, symbols, and what is no character of any script."""


PLAIN = {"đ": "d", "ħ": "h", "ı": "i", "ł": "l", "ø": "o", "ŧ": "t"}
"""Letters with a stroke, or without a dot, and what is typed instead of them."""

DOUBLED = {"ß": "ss", "ẞ": "ss", "æ": "ae", "Æ": "ae", "œ": "oe", "Œ": "oe"}
"""Letters that are typed as two."""


def plain_letters() -> dict[str, str]:
    """What becomes of each letter that stays one: its other case, plain; none of them is decomposed by NFKD."""
    found = {}
    for first, last in CASED:
        for letter in map(chr, range(first, last + 1)):
            if unicodedata.normalize("NFKD", letter) == letter and letter not in DOUBLED:
                folded = unicodedata.normalize("NFKD", letter.casefold())
                found[letter] = PLAIN.get(folded, folded)
    return {letter: plain for letter, plain in found.items() if plain != letter}


def a_class(ranges: tuple[tuple[int, int], ...]) -> str:
    """The ranges as a class of characters, in what the expressions of Python and of PostgreSQL have in common."""
    return "[" + "".join(f"\\U{first:08X}-\\U{last:08X}" for first, last in ranges) + "]"


class Folding:
    """What `folded` looks up; made at its first use, as most commands never fold a text."""

    def __init__(self) -> None:
        capitals = {chr(capital): chr(capital + 32) for capital in range(ord("A"), ord("Z") + 1)}
        self.letters = str.maketrans(plain_letters() | capitals | DOUBLED)
        self.dropped = re.compile(a_class(DROPPED))
        self.between = re.compile(a_class(BETWEEN) + "+")


folding = cache(Folding)


def folded(text: str) -> str:
    """The words of a text with one space between two."""
    tables = folding()
    plain = tables.dropped.sub("", unicodedata.normalize("NFKD", text))
    parted = tables.between.sub(" ", plain)[:LONGEST_TEXT].translate(tables.letters)
    return " ".join([word[:LONGEST_WORD] for word in parted.split(" ") if word])


def words(text: str) -> tuple[str, ...]:
    """The words of a text, each once, in the order of their first place."""
    return tuple(dict.fromkeys(folded(text).split()))
