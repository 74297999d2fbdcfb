"""Tables, indexes and migrations of a project, from every history that its files tell."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Fact
from mainstay.check.flow.follow import Follower
from mainstay.check.project import Project
from mainstay.check.reading.schemas import alembic, django_migrations, sql_files
from mainstay.check.reading.schemas.told import told


def read(project: Project, follower: Follower) -> Iterator[Fact]:
    """The facts of every history."""
    sources = [each for each in project.others if each.language == "sql"]
    found = [
        *sql_files.histories(sources, project.skipped),
        *alembic.histories(project.units),
        *django_migrations.histories(project.units),
    ]
    for number, history in enumerate(found):
        facts, _ = told(history, f"history {number}")
        yield from facts
