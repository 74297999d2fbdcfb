"""A SQLite file: its tables as they were declared, and references that lead nowhere."""

from __future__ import annotations

import re
import sqlite3
import time
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from mainstay.check.databases.address import NoDatabase
from mainstay.check.facts import Trouble
from mainstay.check.project import Project
from mainstay.check.source import Skipped, Source

STEPS = 10_000
"""Instructions of SQLite between two looks at the clock."""
MADE = """
    SELECT type, tbl_name, sql FROM sqlite_master
    WHERE sql IS NOT NULL AND type IN ('table', 'index', 'trigger') AND tbl_name NOT LIKE 'sqlite\\_%' ESCAPE '\\'
    ORDER BY tbl_name, CASE type WHEN 'table' THEN 0 ELSE 1 END, rowid
"""


def read(address: str, seconds: float) -> Project:
    """What a file of SQLite tells, opened so that nothing can be written; raises NoDatabase."""
    file = Path(re.sub(r"^sqlite(\+\w+)?:(///)?", "", address, flags=re.IGNORECASE).partition("?")[0])
    if not file.is_file():
        raise NoDatabase(f"{file}: there is no such file")
    until = time.monotonic() + seconds
    try:
        with closing(sqlite3.connect(f"file:{quote(str(file.resolve()))}?mode=ro", uri=True)) as connection:
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA trusted_schema = OFF")
            connection.set_progress_handler(lambda: time.monotonic() > until, STEPS)
            project = Project(file.parent)
            project.stacks = ("sqlite",)
            sources = list(_sources(connection))
            for source in sources:
                project.files += 1
                project.add(source)
            _broken(connection, project, {each.path.lower(): each for each in sources})
            return project
    except (sqlite3.Error, UnicodeDecodeError) as error:
        raise NoDatabase(f"{file}: {error}") from None


def _sources(connection: sqlite3.Connection) -> Iterator[Source]:
    texts: dict[str, list[str]] = defaultdict(list)
    for _, table, text in connection.execute(MADE):
        texts[str(table)].append(f"{_lines(str(text))};")
    virtual = {name for name, found in texts.items() if re.match(r"create\s+virtual", found[0], re.IGNORECASE)}
    for table, found in texts.items():
        if not any(table.startswith(f"{each}_") for each in virtual):  # tables that a virtual one keeps its rows in
            yield Source(table, "sql", "\n".join(found), dialect="sqlite")


PART = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|`[^`]*`|\[[^\]]*\]|--[^\n]*|/\*.*?\*/|[(),]", re.DOTALL)


def _lines(text: str) -> str:
    """A declaration with a line for each column: SQLite writes what is added later behind the last one."""
    out, depth, at = "", 0, 0
    for found in PART.finditer(text):
        depth += {"(": 1, ")": -1}.get(found.group(), 0)
        if found.group() == "," and depth == 1 and not re.match(r"\s*(--[^\n]*)?(\n|/\*)", text[found.end() :]):
            out += text[at : found.end()] + "\n   "
            at = found.end()
    return out + text[at:]


def _broken(connection: sqlite3.Connection, project: Project, sources: dict[str, Source]) -> None:
    """Rows that refer to rows which are not there."""
    counts: Counter[tuple[str, str]] = Counter()
    first: dict[tuple[str, str], str] = {}
    try:
        for table, row, parent, _ in connection.execute("PRAGMA foreign_key_check"):
            counts[table, parent] += 1
            first.setdefault((table, parent), str(row))
    except sqlite3.Error as error:
        project.skipped.append(Skipped("foreign_key_check", 1, str(error)))
    for (table, parent), count in counts.items():
        source = sources.get(table.lower())
        if source is None:
            continue
        wanted = re.compile(rf"references\s+[\"`\[]?{re.escape(parent)}\b", re.IGNORECASE)
        line = next((at for at, text in enumerate(source.lines, 1) if wanted.search(text)), 1)
        project.told.append(
            Trouble(
                place=source.place(line),
                kind="broken reference",
                table=table,
                name=parent,
                count=count,
                detail=f"rowid {first[table, parent]} is one of them",
            )
        )
