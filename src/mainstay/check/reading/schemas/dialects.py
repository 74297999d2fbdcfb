"""Which database a text of SQL is written for, by what only one of them has."""

from __future__ import annotations

import re
from collections import Counter

POSTGRESQL, MYSQL, SQLITE, TSQL, ORACLE = "postgresql", "mysql", "sqlite", "tsql", "oracle"
COCKROACH, H2, HSQLDB = "cockroachdb", "h2", "hsqldb"
SIGNS: dict[str, re.Pattern[str]] = {
    POSTGRESQL: re.compile(
        r"\b(?:big|small)?serial\b|\bjsonb\b|\btimestamptz\b|\bbytea\b|\bconcurrently\b|\bplpgsql\b|::\s*\w|\bowner\s+to\b"
        r"|\btime\s+zone\b|\bcitext\b|\bcreate\s+extension\b|\bvalidate\s+constraint\b|\bnot\s+valid\b|\bpg_catalog\b"
        r"|\bgen_random_uuid\b|\bgenerated\s+(?:always|by\s+default)\s+as\s+identity\b|\bcreate\s+type\b|\\connect\b"
        r"|\balter\s+column\b|\bfrom\s+stdin\b|\bwithout\s+time\s+zone\b|\bnextval\b|\bcharacter\s+varying\b",
        re.IGNORECASE,
    ),
    MYSQL: re.compile(
        r"\bengine\s*=|\bauto_increment\b|`\w+`|\bunsigned\b|\bcharset\s*=|/\*!\d|\btinyint\(|\bmediumint\b|\blongtext\b"
        r"|\bmodify\s+(?:column\b)?|\bchange\s+column\b|^\s*delimiter\s|\bon\s+update\s+current_timestamp\b"
        r"|\bdatetime\(\d\)|^\s*use\s+\w+\s*;",
        re.IGNORECASE | re.MULTILINE,
    ),
    SQLITE: re.compile(
        r"\bautoincrement\b|\bpragma\b|\bwithout\s+rowid\b|\bsqlite_\w+|^\s*\.\w+|\bstrict\s*;|\bcollate\s+nocase\b"
        r"|\bfts5\b|\bstrftime\b|\bdatetime\(\s*'now'|\braise\s*\(\s*abort\b|\binteger\s+primary\s+key\b",
        re.IGNORECASE | re.MULTILINE,
    ),
    TSQL: re.compile(
        r"^\s*go\s*;?\s*$|\bidentity\s*\(\s*1|\[dbo\]|\bdbo\.|\buniqueidentifier\b|\bdatetime2\b|\bnonclustered\b"
        r"|\bsp_executesql\b|\bN'|\bwith\s+\(nolock\)|\bprint\s+N?'|\bsys\.databases\b",
        re.IGNORECASE | re.MULTILINE,
    ),
    ORACLE: re.compile(
        r"\bvarchar2\b|\bnumber\s*\(|\bsysdate\b|\bdual\b|^\s*/\s*$|\bpls_integer\b|\b:new\.|\btablespace\s+users\b",
        re.IGNORECASE | re.MULTILINE,
    ),
}
NAMED = {
    POSTGRESQL: re.compile(r"(^|[/_.-])(postgres(ql)?|pg(sql)?|psql|yugabyte)", re.IGNORECASE),
    COCKROACH: re.compile(r"(^|[/_.-])cockroach", re.IGNORECASE),
    MYSQL: re.compile(r"(^|[/_.-])(mysql|mariadb)", re.IGNORECASE),
    SQLITE: re.compile(r"(^|[/_.-])(sqlite3?)", re.IGNORECASE),
    TSQL: re.compile(r"(^|[/_.-])(mssql|sql-?server|tsql|azure-?sql)", re.IGNORECASE),
    ORACLE: re.compile(r"(^|[/_.-])(oracle|db2)", re.IGNORECASE),
    H2: re.compile(r"(^|[/_.-])h2([/_.-]|$)", re.IGNORECASE),
    HSQLDB: re.compile(r"(^|[/_.-])hsql(db)?([/_.-]|$)", re.IGNORECASE),
}
DRIVERS = {
    POSTGRESQL: re.compile(
        r"postgresql[\"':<-]|\bpsycopg|\basyncpg\b|[\"']pg[\"']\s*:|\bpg-promise\b|jackc/pgx|lib/pq\b|\bdriver/postgres\b"
        r"|\btokio-postgres\b|[\"']postgres[\"']",
        re.IGNORECASE,
    ),
    MYSQL: re.compile(r"mysql|mariadb", re.IGNORECASE),
    SQLITE: re.compile(r"sqlite", re.IGNORECASE),
    TSQL: re.compile(r"mssql|tedious|pyodbc|go-mssqldb|tiberius", re.IGNORECASE),
    ORACLE: re.compile(r"\bojdbc|oracledb|cx_oracle", re.IGNORECASE),
    H2: re.compile(r"com\.h2database", re.IGNORECASE),
    HSQLDB: re.compile(r"\bhsqldb\b", re.IGNORECASE),
}
"""How manifests name the drivers of a database."""
LOOKED_AT = 200_000
"""Characters of a text that are looked at."""


def dialect_of(path: str, text: str) -> str:
    """The dialect that a text is written in; empty where nothing tells."""
    named = named_dialect(path)
    if named:
        return named
    signs = Counter({name: len(pattern.findall(text[:LOOKED_AT])) for name, pattern in SIGNS.items()})
    name, count = signs.most_common(1)[0]
    return name if count else ""


def named_dialect(path: str) -> str:
    """The dialect that a path names; empty where it names none."""
    return next((name for name, pattern in NAMED.items() if pattern.search(path)), "")


def driven_dialect(manifests: str) -> str:
    """The dialect of the only database that manifests list a driver of; empty where there are none, or several."""
    found = [name for name, pattern in DRIVERS.items() if pattern.search(manifests)]
    return found[0] if len(found) == 1 else ""


def quotes_brackets(dialect: str) -> bool:
    """Whether `[name]` is a name, and no index of an array."""
    return dialect in (SQLITE, TSQL)
