"""Tables, indexes and migrations of a project, from every history that its files tell, and how models differ."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Fact, MoneyAsFloat, Table
from mainstay.check.flow.follow import Follower
from mainstay.check.flow.value import Unit
from mainstay.check.project import Project
from mainstay.check.reading.classes import is_money
from mainstay.check.reading.schemas import (
    alembic,
    changes as c,
    django_migrations,
    django_models,
    sql_files,
    sqlalchemy_models,
)
from mainstay.check.reading.schemas.drift import Followed, bare, drifts
from mainstay.check.reading.schemas.modelled import Classes, Modelled
from mainstay.check.reading.schemas.state import Schema, key_of
from mainstay.check.reading.schemas.told import tables, told
from mainstay.check.source import Place, Skipped

FLOATS = ("REAL", "DOUBLE", "FLOAT")


def read(project: Project, follower: Follower) -> Iterator[Fact]:
    """The facts of every history, of models that no history makes, and of what the two differ in."""
    sources = [each for each in project.others if each.language == "sql"]
    units = [each for each in project.units if each.source.language == "python"]
    found = [*sql_files.histories(sources, project.skipped, project.root.name, project.manifests)]
    found += alembic.histories(units)
    found += django_migrations.histories(units)
    followed: list[tuple[c.History, Schema]] = []
    for number, history in enumerate(found):
        try:
            facts, schema = told(history, f"history {number}")
        except (LookupError, ValueError, TypeError, AttributeError, RecursionError) as error:
            place = history.migrations[0].place if history.migrations else Place("", 1)
            why = f"the migrations could not be followed ({type(error).__name__}: {error})"
            project.skipped.append(Skipped(place.path, place.line, why))
            continue
        followed.append((history, schema))
        for fact in facts:
            yield fact
            if isinstance(fact, Table) and fact.tool in ("sql", "live"):
                yield from _money(fact)
    classes = Classes([(unit, made) for unit, made in follower.classes if not _migrates(unit)])
    for tool, models in (
        ("alembic", list(sqlalchemy_models.models(classes))),
        ("django", list(django_models.models(classes, django_migrations.folders(units)))),
    ):
        ends = [(history, schema) for history, schema in followed if history.tool == tool]
        yield from _alone(models, [schema for _, schema in followed])
        if ends:
            yield from drifts(models, Followed(ends), project.skipped)


def _migrates(unit: Unit) -> bool:
    return unit.source.language == "python" and (
        alembic.is_migration(unit) or django_migrations.migration_class(unit) is not None
    )


def _alone(models: list[Modelled], schemas: list[Schema]) -> Iterator[Fact]:
    """The tables of models that no history makes."""
    known = {bare(key) for schema in schemas for key in schema.tables}
    schema = Schema()
    for model in models:
        if bare(model.table.name) not in known:
            model.table.whole = model.complete and not model.unread
            schema.tables[key_of(model.table.name)] = model.table
    yield from tables(schema, "models", "models")


def _money(table: Table) -> Iterator[MoneyAsFloat]:
    for column in table.columns:
        if column.base in FLOATS and is_money(column.name):
            yield MoneyAsFloat(place=column.place, name=f"{table.name}.{column.name}", kind="float")
