"""What a database remembers of each migration that it has had: when it was run, and what it did then.

It stands beside Alembic's own number, so that a file which was changed after it was run is noticed.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

import sqlalchemy as sa

from mainstay.migrate.folder import Chain, Migration, MigrationProblem

HISTORY = "mainstay_migrations"
"""The table's name; a database that was migrated without it knows nothing of the migrations it had before."""

TABLE = sa.Table(
    HISTORY,
    sa.MetaData(),
    sa.Column("number", sa.String(32), primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("digest", sa.String(32), nullable=False),
    sa.Column("ran_at", sa.String(32), nullable=False),
)


@dataclass(frozen=True, slots=True)
class Ran:
    """A migration that was run on a database."""

    at: str
    """The moment, in UTC."""
    digest: str


def history(connection: sa.Connection) -> dict[str, Ran]:
    """The migrations that a database knows it has had, by number."""
    if not sa.inspect(connection).has_table(HISTORY):
        return {}
    rows = connection.execute(sa.select(TABLE.c.number, TABLE.c.ran_at, TABLE.c.digest))
    return {number: Ran(at, did) for number, at, did in rows}


def note_up(connection: sa.Connection, migrations: Iterable[Migration]) -> None:
    """Notes migrations as run now, in the transaction that runs them."""
    connection.execute(sa.schema.CreateTable(TABLE, if_not_exists=True))
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for one in migrations:
        forget(connection, one)
        connection.execute(sa.insert(TABLE).values(number=one.number, title=one.title, digest=one.digest, ran_at=now))


def note_down(connection: sa.Connection, migration: Migration) -> None:
    """Notes that a migration was taken back."""
    if sa.inspect(connection).has_table(HISTORY):
        forget(connection, migration)


def forget(connection: sa.Connection, migration: Migration) -> None:
    """Takes a migration out."""
    connection.execute(sa.delete(TABLE).where(TABLE.c.number == migration.number))


def edited(chain: Chain, ran: Mapping[str, Ran]) -> list[Migration]:
    """The migrations whose files say something else than what was run."""
    return [one for one in chain.migrations if one.number in ran and ran[one.number].digest != one.digest]


def refuse_edited(chain: Chain, ran: Mapping[str, Ran]) -> None:
    """Raises `MigrationProblem` where a file was changed after it was run."""
    for one in edited(chain, ran):
        raise MigrationProblem(
            f"{one.path.name} was run on this database on {ran[one.number].at} and does something else now: bring it "
            "back as it was and write the change as a new migration, or take it back with mainstay migrate down before "
            "it is run again; --accept-edited says that the database has what it does now"
        )
