"""SQL in a migration that is not the same on SQLite and PostgreSQL."""

from __future__ import annotations

from typing import Any

from sqlalchemy import TextClause
from sqlalchemy.ext.compiler import compiles


class by_database(TextClause):  # noqa: N801 - it is written as a function is, among SQLAlchemy's own
    """A text of SQL for each database: `by_database(postgresql="price >= 12.5", sqlite="price >= 1250")`.

    It stands wherever a text of SQL does: in a CHECK, in an index, in `op.execute`.
    """

    inherit_cache = False

    def __init__(self, *, postgresql: str, sqlite: str) -> None:
        super().__init__("")
        self.text = postgresql  # what others look at who do not compile it
        self.texts = {"postgresql": postgresql, "sqlite": sqlite}


@compiles(by_database)
def compile_by_database(element: by_database, compiler: Any, **options: Any) -> str:
    """The text of the database that the statement is for."""
    return element.texts[compiler.dialect.name]
