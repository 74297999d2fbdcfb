"""The index of words on PostgreSQL: a generated column of each searched table, with a GIN index over it.

The column is made by an immutable function, so that no write whatever leaves it behind.
"""

from __future__ import annotations

from sqlalchemy import MetaData, Table
from sqlalchemy.engine import Dialect

from mainstay.backing.databases.database import Command, Script
from mainstay.kinds.words import (
    BETWEEN,
    DOUBLED,
    DROPPED,
    LONGEST_TEXT,
    LONGEST_WORD,
    VERSION,
    a_class,
    plain_letters,
)
from mainstay.storage import SEARCH
from mainstay.tables import SearchIndex

FUNCTION = f"mainstay_words_{VERSION}"

LONGEST = 63
"""Characters that PostgreSQL keeps of a name."""


def missing(metadata: MetaData, dialect: Dialect) -> Script[None]:
    """Makes the function, columns and indexes that are not there."""
    for table in metadata.tables.values():
        index = table.info.get(SEARCH)
        if index is not None:
            yield from made(table, index, dialect)


def rebuilt(metadata: MetaData, dialect: Dialect) -> Script[None]:
    """Makes every index anew."""
    for table in metadata.tables.values():
        index = table.info.get(SEARCH)
        if index is not None:
            yield from dropped(table, index, dialect)
            yield from made(table, index, dialect)


def dropped(table: Table, index: SearchIndex, dialect: Dialect) -> Script[None]:
    """Takes away what is there of a table's index."""
    rows = dialect.identifier_preparer.format_table(table)
    yield Command(f"ALTER TABLE {rows} DROP COLUMN IF EXISTS {index.name}")


def made(table: Table, index: SearchIndex, dialect: Dialect) -> Script[None]:
    """One index, where it is not there: asked first, since altering a table waits for whoever reads it."""
    if not (yield Command("SELECT 1 WHERE to_regprocedure($1) IS NOT NULL", (f"{FUNCTION}(text, text)",))):
        yield Command(function())
    rows = dialect.identifier_preparer.format_table(table)
    column = "SELECT 1 FROM pg_attribute WHERE attrelid = $1::text::regclass AND attname = $2 AND NOT attisdropped"
    if not (yield Command(column, (rows, index.name))):
        kept = f"tsvector GENERATED ALWAYS AS ({vector(table, index, dialect)}) STORED"
        yield Command(f"ALTER TABLE {rows} ADD COLUMN {index.name} {kept}")
    name = f"ix_{table.name}_{index.name}"
    if len(name) > LONGEST:
        name = f"ix_{table.name[: LONGEST - len(index.name) - 4]}_{index.name}"
    yield Command(
        f"CREATE INDEX IF NOT EXISTS {dialect.identifier_preparer.quote(name)} ON {rows} USING gin ({index.name})"
    )


def vector(table: Table, index: SearchIndex, dialect: Dialect) -> str:
    """The words of every column, each with its column's letter in front."""
    quote = dialect.identifier_preparer.quote
    return " || ".join(f"{FUNCTION}('{index.label(name)}', {quote(name)}::text)" for name in index.columns)


def function() -> str:
    """The statement that makes the function: what `kinds.words.folded` does, and a letter before each word."""
    cased = plain_letters()
    letters, plain = "".join(cased), "".join(cased.values())
    words = f"regexp_replace(normalize(content COLLATE \"C\", NFKD), '{a_class(DROPPED)}', '', 'g')"
    words = f"left(regexp_replace({words}, '{a_class(BETWEEN)}+', ' ', 'g'), {LONGEST_TEXT})"
    folded = f"translate(word, '{letters}', '{plain}')"
    for letter, typed in DOUBLED.items():
        folded = f"replace({folded}, '{letter}', '{typed}')"
    folded = f"CASE WHEN word ~ '[{letters}{''.join(DOUBLED)}]' THEN {folded} ELSE word END"
    return f"""CREATE FUNCTION {FUNCTION}(label text, content text) RETURNS tsvector
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $words$
SELECT coalesce(array_to_tsvector(array_agg(label || left({folded}, {LONGEST_WORD})) FILTER (WHERE word <> '')), '')
FROM unnest(string_to_array(lower({words}), ' ')) AS word
$words$"""
