"""A project that evolves: models of one moment after the other, the command that migrates, what is in the database."""

from __future__ import annotations

import asyncio
import itertools
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from typer.testing import CliRunner, Result

from mainstay.backing import open as backing
from mainstay.cli.migrate import app as command
from mainstay.migrate.history import HISTORY
from mainstay.migrate.sqlite_table import parsed
from mainstay.migrate.version import TABLE

NAMES = (f"models_of_house_{number}" for number in itertools.count())

HEAD = """
from __future__ import annotations

import datetime as dt
import decimal
from typing import Annotated, Literal
from uuid import UUID

from annotated_types import Ge, Len
from pydantic import BaseModel
from sqlalchemy import CheckConstraint, ForeignKey, Index, Integer, MetaData, String, UniqueConstraint, func, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from mainstay import *
from mainstay.kinds import Decimal, Money


class Base(Model):
    __abstract__ = True
    metadata = MetaData(naming_convention=Model.metadata.naming_convention)

"""

TAIL = """

def resource(model):
    class Exposed(Resource[model]):
        name = model.__tablename__
        operations = ("list", "get")
        filters = [getattr(model, name) for name in getattr(model, "FILTERED", ())]
        read = anyone

    return Exposed


settings = Settings(log="off", address_limit=None, user_limit=None)
models = [mapper.class_ for mapper in Base.registry.mappers if mapper.class_.metadata is Base.metadata]
models.sort(key=lambda model: model.__name__)
OPTIONS = globals().get("OPTIONS", {})
resources = [resource(model) for model in models]


def made(settings, **options):
    return Mainstay(resources=resources, settings=settings, **OPTIONS, **options)


app = made(settings)
"""

T = TypeVar("T")


class House:
    """The project: a folder, and a database."""

    def __init__(self, folder: Path, url: str) -> None:
        self.folder = folder
        self.url = url
        self.migrations = folder / "migrations"
        self.target = ""

    @property
    def environment(self) -> dict[str, str]:
        """What the command is told."""
        return {
            "MAINSTAY_MIGRATIONS": str(self.migrations),
            "MAINSTAY_DATABASE_URL": self.url,
            "MAINSTAY_APP": self.target,
        }

    def models(self, source: str) -> None:
        """The models are these from now on."""
        name = next(NAMES)
        (self.folder / f"{name}.py").write_text(HEAD + source + TAIL)
        self.target = f"{name}:app"

    def run(self, *words: str, code: int = 0, given: str = "") -> str:
        """What `mainstay migrate` prints; it must end with `code`."""
        result: Result = CliRunner().invoke(command, list(words), env=self.environment, input=given)
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        assert result.exit_code == code, result.output
        return result.output

    def make(self, message: str, source: str, *words: str) -> str:
        """Changes the models, and writes and runs the migration."""
        self.models(source)
        said = self.run("make", message, *words)
        self.run("up")
        return said

    def file(self, number: str) -> str:
        """A migration as it is written."""
        (path,) = self.migrations.glob(f"{number}_*.py")
        return path.read_text()

    def rows(self, text: str, *values: Any) -> list[tuple[Any, ...]]:
        """The rows of a statement, as the driver gives them."""

        def ask(connection: sa.Connection) -> list[tuple[Any, ...]]:
            return [tuple(row) for row in connection.exec_driver_sql(text, values).fetchall()]

        return self.changed(ask)

    def execute(self, *texts: str) -> None:
        """Runs statements in one transaction."""

        def change(connection: sa.Connection) -> None:
            for text in texts:
                connection.exec_driver_sql(text)

        self.changed(change)

    def changed(self, change: Any) -> Any:
        """What a change of the database returns."""

        async def run() -> Any:
            database = backing.database(self.url)
            await database.open()
            try:
                return await backing.changes(self.url, database).run(change)
            finally:
                await database.close()

        return asyncio.run(run())

    def schema(self) -> dict[str, Any]:
        """The schema as the database keeps it."""
        found: dict[str, Any] = self.changed(catalog)
        return found

    def created(self, url: str) -> dict[str, Any]:
        """The schema that the models make in another, empty database without migrations."""
        other = House(self.folder, url)
        with told(self.environment | {"MAINSTAY_DATABASE_URL": url}):
            module = __import__(self.target.partition(":")[0])
        metadata = module.app.compiled.storage.metadata

        async def create() -> None:
            database = backing.database(url)
            await database.open()
            await database.create_missing(metadata)
            await database.close()

        asyncio.run(create())
        return other.schema()


@contextmanager
def told(environment: dict[str, str]) -> Iterator[None]:
    """The environment with more in it."""
    before = dict(os.environ)
    os.environ.update(environment)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def catalog(connection: sa.Connection) -> dict[str, Any]:
    """Everything that a database keeps of its schema, in words that can be compared; orders of columns are not told."""
    found = of_sqlite(connection) if connection.dialect.name == "sqlite" else of_postgresql(connection)
    return {name: value for name, value in found.items() if not any(own in name for own in (TABLE, HISTORY))}


def of_sqlite(connection: sa.Connection) -> dict[str, Any]:
    """SQLite keeps the statements."""
    found: dict[str, Any] = {}
    rows = connection.exec_driver_sql("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL").fetchall()
    for sort, name, sql in rows:
        if name.startswith("sqlite_"):
            continue
        if sort == "table" and "VIRTUAL" not in sql:
            table = parsed(sql)
            columns = {(column.name, column.type, frozenset(column.clauses)) for column in table.columns}
            constraints = {plain(one) for one in table.constraints}
            found[f"table {name}"] = (columns, constraints, table.options.strip())
        else:
            found[f"{sort} {name}"] = plain(sql)
    return found


def plain(text: str) -> str:
    """SQL in which quotes that need not be there, spaces, and spellings of a truth make no difference."""
    words = " ".join(text.split()).replace('"', "").replace("IF NOT EXISTS ", "").replace("UNIQUE(", "UNIQUE (")
    return words.replace("(true, false)", "(1, 0)")


def of_postgresql(connection: sa.Connection) -> dict[str, Any]:
    """PostgreSQL's catalogs, printed by itself."""
    found: dict[str, Any] = {}
    for name, text in (
        ("column", COLUMNS),
        (
            "constraint",
            (
                "SELECT conname || ' of ' || conrelid::regclass, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE connamespace = 'public'::regnamespace AND contype <> 'n'"
            ),
        ),
        ("index", "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"),
        ("trigger", "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal"),
    ):
        for subject, said in connection.exec_driver_sql(text).fetchall():
            found[f"{name} {subject}"] = CASTS.sub("", said) if isinstance(said, str) else said
    return found


CASTS = re.compile(r"[()]|::(text|character varying)(\[\])?")
"""What PostgreSQL adds to an expression, by whether a column is called text or varchar without a length."""

COLUMNS = """
SELECT c.relname || '.' || a.attname,
       concat_ws(' ', regexp_replace(format_type(a.atttypid, a.atttypmod), '^character varying$', 'text'),
                 nullif(l.collname, 'default'),
                 CASE WHEN a.attnotnull THEN 'NOT NULL' END, pg_get_expr(d.adbin, d.adrelid), a.attgenerated)
FROM pg_attribute a
JOIN pg_class c ON c.oid = a.attrelid AND c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace
LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
LEFT JOIN pg_collation l ON l.oid = a.attcollation
WHERE a.attnum > 0 AND NOT a.attisdropped
"""
