"""The slowest statements that pg_stat_statements recorded, each with the plan that it would be run with."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

import asyncpg

from mainstay.check.facts import SlowStatement
from mainstay.check.source import Source

MOST = 20
SLOW_MS = 100.0
"""What a statement that a request waits for should not take."""
SHARE, SHARE_MS = 0.2, 10.0
"""A statement that takes this part of all time is told from so many milliseconds on."""
CALLS = 5
KINDS = re.compile(r"\s*(?:/\*.*?\*/\s*)*(select|insert|update|delete|with)\b", re.IGNORECASE | re.DOTALL)
PARAMETER = re.compile(r"\$(\d+)")
TYPED = re.compile(r"\b(interval|date|time|timestamp|timestamptz)\s+(\$\d+)", re.IGNORECASE)
"""`interval '1 day'` as it is recorded, which no parser takes."""
PATH = "pg_stat_statements"


async def slowest(connection: Any) -> tuple[Source | None, list[SlowStatement], str]:
    """The statements, in a text of their own, a line each; or why there are none."""
    try:
        async with connection.transaction():
            rows = await _recorded(connection)
    except asyncpg.PostgresError as error:
        return None, [], str(error).splitlines()[0]
    if rows is None:
        return None, [], "the extension is not there: slow statements are not looked at"
    total = sum(row["total"] for row in rows) or 1.0
    slow = [
        row
        for row in rows
        if row["calls"] >= CALLS
        and KINDS.match(row["query"])
        and (row["mean"] >= SLOW_MS or (row["total"] / total >= SHARE and row["mean"] >= SHARE_MS))
    ][:MOST]
    source = Source(PATH, "statements", "\n".join(" ".join(row["query"].split()) for row in slow))
    out = []
    for line, row in enumerate(slow, 1):
        plan = await _plan(connection, row["query"])
        nodes = list(_nodes(plan))
        out.append(
            SlowStatement(
                place=source.place(line),
                statement=" ".join(row["query"].split()),
                calls=row["calls"],
                mean_ms=row["mean"],
                share=row["total"] / total,
                plan=tuple(_shown(each, depth) for each, depth in nodes)[:12],
                scans=await _scans(connection, [each for each, _ in nodes]),
            )
        )
    return source if slow else None, out, ""


async def _recorded(connection: Any) -> list[Any] | None:
    """What was recorded of this database; None where the extension is not there."""
    where = await connection.fetchval("SELECT to_regclass('pg_stat_statements')::text")
    if where is None:
        where = await connection.fetchval(
            "SELECT quote_ident(n.nspname) || '.pg_stat_statements' FROM pg_extension e "
            "JOIN pg_namespace n ON n.oid = e.extnamespace WHERE e.extname = 'pg_stat_statements'"
        )
    if where is None:
        return None
    names = await connection.fetch(
        "SELECT attname FROM pg_attribute WHERE attrelid = $1::text::regclass AND attnum > 0", where
    )
    suffix = "exec_time" if "total_exec_time" in {each["attname"] for each in names} else "time"
    rows: list[Any] = await connection.fetch(
        f"SELECT query, calls::bigint AS calls, mean_{suffix}::float8 AS mean, total_{suffix}::float8 AS total "
        f"FROM {where} WHERE dbid = (SELECT oid FROM pg_database WHERE datname = current_database()) "
        f"AND query IS NOT NULL ORDER BY total_{suffix} DESC LIMIT 500"
    )
    return rows


async def _plan(connection: Any, query: str) -> dict[str, Any] | None:
    """The plan of a statement for any values, without running it; None where there is none to be had.

    The protocol of prepared statements takes one statement alone, and the transaction can write nothing.
    """
    query = TYPED.sub(r"\2::\1", query)
    count = max((int(each) for each in PARAMETER.findall(query)), default=0)
    given = f"({', '.join(['NULL'] * count)})" if count else ""
    savepoint = connection.transaction()
    await savepoint.start()
    try:
        await connection.fetch("SET LOCAL plan_cache_mode = force_generic_plan")
        await connection.fetch(f"PREPARE mainstay_check AS {query}")
        found = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE mainstay_check{given}")
        await connection.fetch("DEALLOCATE mainstay_check")
    except (asyncpg.PostgresError, asyncpg.InterfaceError):
        return None
    finally:
        await savepoint.rollback()
    plan: dict[str, Any] = json.loads(found)[0]["Plan"]
    return plan


def _nodes(plan: dict[str, Any] | None, depth: int = 0) -> Iterator[tuple[dict[str, Any], int]]:
    if plan is not None:
        yield plan, depth
        for each in plan.get("Plans", []):
            yield from _nodes(each, depth + 1)


def _shown(node: dict[str, Any], depth: int) -> str:
    """A line of a plan."""
    on = f" on {node['Relation Name']}" if "Relation Name" in node else ""
    by = f" by {node['Index Name']}" if "Index Name" in node else ""
    condition = node.get("Filter") or node.get("Index Cond") or node.get("Hash Cond") or ""
    told = f"  {condition}" if condition else ""
    return f"{'  ' * depth}{node['Node Type']}{on}{by}  (cost {node['Total Cost']:.0f}, rows {node['Plan Rows']}){told}"


async def _scans(connection: Any, nodes: list[dict[str, Any]]) -> tuple[tuple[str, str, int], ...]:
    """Tables that the plan reads from one end to the other for some of their rows."""
    out = []
    for node in nodes:
        if node["Node Type"] == "Seq Scan" and node.get("Filter"):
            rows = await connection.fetchval(
                "SELECT greatest(max(reltuples), 0)::bigint FROM pg_class WHERE relname = $1 AND relkind IN ('r', 'p')",
                node["Relation Name"],
            )
            out.append((node["Relation Name"], node["Filter"], int(rows or 0)))
    return tuple(out)
