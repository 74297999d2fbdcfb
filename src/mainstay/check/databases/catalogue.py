"""PostgreSQL's catalogue as DDL, a text for each table, and the troubles that its statistics show."""

from __future__ import annotations

from collections import defaultdict
from pathlib import Path
from typing import Any

from mainstay.check.facts import Trouble
from mainstay.check.source import Source

NOWHERE = Path(".")
OURS = """
    n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_%'
    AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_class'::regclass AND d.objid = t.oid
                    AND d.deptype = 'e')
"""
TABLES = f"""
    SELECT t.oid::bigint AS number, n.nspname AS schema, t.relname AS name, t.relpersistence = 't' AS temporary
    FROM pg_class t JOIN pg_namespace n ON n.oid = t.relnamespace
    WHERE t.relkind IN ('r', 'p') AND NOT t.relispartition AND {OURS}
    ORDER BY n.nspname, t.relname
"""
COLUMNS = """
    SELECT a.attrelid::bigint AS number, quote_ident(a.attname) AS name, format_type(a.atttypid, a.atttypmod) AS kind,
           a.attnotnull AS required, pg_get_expr(d.adbin, d.adrelid) AS fallback, a.attidentity::text AS identity,
           a.attgenerated::text AS generated,
           CASE WHEN c.collisdeterministic THEN NULL ELSE quote_ident(c.collname) END AS collation
    FROM pg_attribute a
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
    LEFT JOIN pg_collation c ON c.oid = a.attcollation
    WHERE a.attrelid = ANY($1::bigint[]::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attrelid, a.attnum
"""
CONSTRAINTS = """
    SELECT conrelid::bigint AS number, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS text
    FROM pg_constraint WHERE conrelid = ANY($1::bigint[]::oid[]) AND contype IN ('p', 'u', 'f', 'c', 'x')
    ORDER BY conrelid, array_position(ARRAY['p', 'u', 'f', 'c', 'x'], contype::text), conname
"""
INDEXES = """
    SELECT i.indrelid::bigint AS number, pg_get_indexdef(i.indexrelid) AS text
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
    WHERE i.indrelid = ANY($1::bigint[]::oid[])
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.contype IN ('p', 'u', 'x'))
    ORDER BY i.indrelid, c.relname
"""
TRIGGERS = """
    SELECT tgrelid::bigint AS number, pg_get_triggerdef(oid) AS text FROM pg_trigger
    WHERE tgrelid = ANY($1::bigint[]::oid[]) AND NOT tgisinternal ORDER BY tgrelid, tgname
"""
SEEN_ENOUGH = 100
"""Reads of a table before an index of it that nothing used is told."""
ROWS_ENOUGH = 1_000
UNUSED = """
    SELECT i.indrelid::bigint AS number, s.relname AS "table", s.indexrelname AS name,
           u.seq_scan + coalesce(u.idx_scan, 0) AS reads, pg_relation_size(i.indexrelid) AS bytes
    FROM pg_stat_user_indexes s
    JOIN pg_index i ON i.indexrelid = s.indexrelid
    JOIN pg_stat_user_tables u ON u.relid = s.relid
    WHERE s.idx_scan = 0 AND NOT i.indisunique AND i.indisvalid AND u.seq_scan + coalesce(u.idx_scan, 0) >= $1
      AND u.n_live_tup >= $2
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = i.indrelid AND k.contype = 'f'
                      AND i.indkey[0] = ANY (k.conkey))
    ORDER BY bytes DESC LIMIT 200
"""
INVALID = """
    SELECT i.indrelid::bigint AS number, t.relname AS "table", c.relname AS name
    FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
    WHERE NOT i.indisvalid AND t.relkind = 'r' ORDER BY c.relname
"""
FULL_PERCENT = 60
SEQUENCES = """
    SELECT a.attrelid::bigint AS number, t.relname AS "table", a.attname AS name, format_type(a.atttypid, NULL) AS kind,
           (100 * q.last_value / least(q.max_value, CASE a.atttypid WHEN 'int2'::regtype THEN 32767
            WHEN 'int4'::regtype THEN 2147483647 ELSE 9223372036854775807 END))::int AS percent
    FROM pg_sequences q
    JOIN pg_namespace n ON n.nspname = q.schemaname
    JOIN pg_class s ON s.relnamespace = n.oid AND s.relname = q.sequencename
    JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.oid AND d.deptype IN ('a', 'i')
                    AND d.refclassid = 'pg_class'::regclass
    JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
    JOIN pg_class t ON t.oid = a.attrelid
    WHERE q.last_value IS NOT NULL AND NOT q.cycle AND q.increment_by > 0
"""


async def sources(connection: Any) -> dict[int, Source]:
    """A text of DDL for each table, by the number of the table; its path is the table's name."""
    tables = await connection.fetch(TABLES)
    numbers = [each["number"] for each in tables]
    parts: dict[int, list[str]] = defaultdict(list)
    after: dict[int, list[str]] = defaultdict(list)
    for each in await connection.fetch(COLUMNS, numbers):
        parts[each["number"]].append(_column(each))
    for each in await connection.fetch(CONSTRAINTS, numbers):
        parts[each["number"]].append(f"CONSTRAINT {each['name']} {each['text']}")
    for query in (INDEXES, TRIGGERS):
        for each in await connection.fetch(query, numbers):
            after[each["number"]].append(f"{each['text']};")
    out = {}
    for table in tables:
        number = table["number"]
        name = f"{_quoted(table['schema'])}.{_quoted(table['name'])}"
        temporary = "TEMPORARY " if table["temporary"] else ""
        lines = ",\n".join(f"    {each}" for each in parts[number])
        text = "\n".join([f"CREATE {temporary}TABLE {name} (\n{lines}\n);", *after[number]])
        out[number] = Source(f"{table['schema']}.{table['name']}", "sql", text, dialect="postgresql")
    return out


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _column(row: Any) -> str:
    text = f"{row['name']} {row['kind']}"
    if row["collation"]:
        text += f" COLLATE {row['collation']}"
    if row["generated"]:
        text += f" GENERATED ALWAYS AS ({row['fallback']}) STORED"
    elif row["identity"]:
        text += " GENERATED BY DEFAULT AS IDENTITY"
    elif row["fallback"]:
        text += f" DEFAULT {row['fallback']}"
    return text + (" NOT NULL" if row["required"] else "")


def _trouble(row: Any, sources: dict[int, Source], **said: Any) -> list[Trouble]:
    """A trouble at the line of the table's text that names it."""
    source = sources.get(row["number"])
    if source is None:
        return []
    line = next((at for at, text in enumerate(source.lines, 1) if row["name"] in text and at > 1), 1)
    return [Trouble(place=source.place(line), table=row["table"], name=row["name"], **said)]


async def unused_indexes(connection: Any, sources: dict[int, Source]) -> list[Trouble]:
    """Indexes that no statement used since the statistics were reset, on tables that are read."""
    out = []
    for row in await connection.fetch(UNUSED, SEEN_ENOUGH, ROWS_ENOUGH):
        detail = f"{row['reads']:,} reads of {row['table']}, none through it; it has {row['bytes'] // 1024:,} KiB"
        out += _trouble(row, sources, kind="unused index", count=row["reads"], detail=detail)
    return out


async def invalid_indexes(connection: Any, sources: dict[int, Source]) -> list[Trouble]:
    """Indexes whose making has failed."""
    rows = await connection.fetch(INVALID)
    return [each for row in rows for each in _trouble(row, sources, kind="invalid index")]


async def sequences(connection: Any, sources: dict[int, Source]) -> list[Trouble]:
    """Columns whose numbers are nearly used up."""
    out = []
    for row in await connection.fetch(SEQUENCES):
        if row["percent"] >= FULL_PERCENT:
            detail = f"{row['percent']} % of what {row['kind']} can hold are used"
            out += _trouble(row, sources, kind="sequence near its end", count=row["percent"], detail=detail)
    return out
