"""A database as the benchmark wants it: the tables that Mainstay's declarations make, filled.

python -m benchmarks.fill URL
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from benchmarks.contenders.models import RESOURCES, Base
from benchmarks.tables import fill_postgresql, fill_sqlite
from mainstay.backing.open import database
from mainstay.compiler import compile as compiled


def fill(url: str) -> None:
    """Makes the tables and indexes that Mainstay derives from its declarations, and their rows."""
    asyncio.run(create_tables(url))
    if url.startswith("sqlite"):
        fill_sqlite(Path(url.removeprefix("sqlite:///")), Base.metadata)
    else:
        fill_postgresql(url)


async def create_tables(url: str) -> None:
    """Makes the tables."""
    behind = database(url)
    await behind.open()
    made = compiled(RESOURCES, database=behind.name)
    await behind.create_missing(made.storage.metadata)
    await behind.close()


if __name__ == "__main__":
    fill(sys.argv[1])
