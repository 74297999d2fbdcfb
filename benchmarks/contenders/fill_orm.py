"""Fills a file of SQLite with the tables that SQLAlchemy chooses.

python -m benchmarks.contenders.fill_orm
"""

from __future__ import annotations

import os
from pathlib import Path

from benchmarks.contenders.orm import Base
from benchmarks.tables import fill_sqlite

if __name__ == "__main__":
    fill_sqlite(Path(os.environ["DATABASE_URL"].removeprefix("sqlite:///")), Base.metadata)
