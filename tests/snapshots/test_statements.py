"""Plans and statements of the applications, written down so that a change of any of them is seen in review.

MAINSTAY_SNAPSHOTS=write pytest tests/snapshots        writes them anew
"""

from __future__ import annotations

import importlib
import os
import textwrap
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mainstay.actor import Actor
from mainstay.backing import open as backing
from mainstay.compiler import compile as compiled
from mainstay.engine import Call, Engine
from mainstay.engine.asked import Asked
from mainstay.engine.plan import Selection
from mainstay.engine.reading import Reader
from mainstay.engine.sql.read import Reading
from tests.conftest import DATABASES

HERE = Path(__file__).parent
URLS = {"sqlite": "sqlite:///nowhere.db", "postgresql": "postgresql://nobody@127.0.0.1/nowhere"}
"""Nothing is opened: a statement is made of the declarations and the kind of database alone."""
CALLER = Actor("somebody", claims={"bank": "north"})
KEY = "019a0b1c-2d3e-7f40-8152-637485960718"

Questions = tuple[tuple[str, Mapping[str, str]], ...]

APPLICATIONS: dict[str, tuple[str, Questions]] = {
    "recipes": (
        "examples.recipes.app",
        (
            ("recipes.list", {}),
            ("recipes.list", {"tags.name": "quick", "minutes[lte]": "30", "sort": "-title", "fields": "title,stars"}),
            ("recipes.list", {"q": "lentil soup", "sort": "relevance", "fields": "title"}),
            ("recipes.list", {"fields": "title,tags", "include": "author,comments.author", "count": "exact"}),
            ("recipes.get", {"include": "author"}),
            ("comments.list", {"recipe.slug": "lentil-soup"}),
            ("ratings.list", {"stars[gte]": "4", "sort": "stars"}),
        ),
    ),
    "bank": (
        "tests.apps.bank",
        (
            ("accounts.list", {}),
            ("accounts.get", {}),
            ("transfers.list", {}),
        ),
    ),
    "publishing": (
        "tests.apps.publishing.application",
        (
            ("articles.list", {"tag": "dragons", "author": "jake", "offset": "20"}),
            ("articles.list", {"favorited": "jake"}),
            ("articles.feed", {}),
            ("articles.get", {}),
            ("comments.list", {}),
            ("profiles.get", {}),
        ),
    ),
}
"""By name: the module with the resources and the wire, and what is asked."""


@pytest.mark.parametrize("database", DATABASES)
@pytest.mark.parametrize("name", APPLICATIONS)
def test_the_statements_of_an_application_are_those_that_were_reviewed(name: str, database: str) -> None:
    found = "\n".join(written(name, database))
    file = HERE / f"{name}.{database}.sql"
    if os.environ.get("MAINSTAY_SNAPSHOTS") == "write":
        file.write_text(found, encoding="utf-8")
    assert found == file.read_text(encoding="utf-8"), "look at the difference; MAINSTAY_SNAPSHOTS=write takes it over"


def written(name: str, database: str) -> Iterator[str]:
    """The file of one application on one database."""
    where, questions = APPLICATIONS[name]
    module = importlib.import_module(where)
    made = compiled(module.RESOURCES, database=database, wire=getattr(module, "WIRE", None))
    behind = backing.database(URLS[database])
    sessions = backing.sessions(URLS[database], behind)
    engine = Engine(made.application, made.storage, behind, cursor_key=b"k" * 32, sessions=sessions)
    for operation, asked in questions:
        yield from question(engine, engine.readers[operation], asked)


def question(engine: Engine, reader: Reader, parameters: Mapping[str, str]) -> Iterator[str]:
    """One call of somebody without roles: what it asks, as a plan, and the statements that it runs."""
    operation = reader.questions.operation
    key = [
        KEY if parameter.form.format == "uuid" else "a"
        for parameter in operation.parameters
        if parameter.place == "path"
    ]
    call = Call(operation, key, list(parameters.items()), actor=CALLER)
    asked = reader.questions.read(call)
    yield f"-- {operation.name} {'&'.join(f'{name}={value}' for name, value in parameters.items())}".rstrip()
    yield from (f"--   {line}" for line in plan(asked, operation.action == "list"))
    yield ""
    names = reader.involved(asked)
    if operation.action == "list":
        yield from statements(reader.page_shape(CALLER, asked, None, names))
        if asked.count is not None:
            yield from sql(reader.count_shape(CALLER, asked, names).text)
    else:
        yield from statements(reader.row_shape(CALLER, asked, names))


def plan(asked: Asked, many: bool) -> Iterator[str]:
    """What is asked, as the engine has it."""
    yield from textwrap.wrap(shown(asked.selection), 110)
    if many:
        where = " and ".join(f"{one.filter} {one.operator}" for one in asked.conditions)
        order = ", ".join(f"{name or 'relevance'}{' desc' if down else ''}" for name, down in asked.order)
        yield f"{f'where {where} ' if where else ''}order by {order}, {asked.limit} at most"


def shown(selection: Selection) -> str:
    """A selection in a line."""
    inner = [f"{name}: {shown(wanted)}" for name, wanted in selection.includes]
    return f"{selection.resource}({', '.join([*selection.fields, *inner])})"


def statements(reading: Reading) -> Iterator[str]:
    """A statement and those of the lists in its rows."""
    yield from sql(reading.statement.text)
    waiting = list(reading.levels)
    while waiting:
        level = waiting.pop(0)
        yield from sql(level.statement.text)
        waiting = [*level.levels, *waiting]


def sql(text: str) -> Iterator[str]:
    """A statement, its long lines broken."""
    for line in text.splitlines():
        yield from textwrap.wrap(line.rstrip(), 116, subsequent_indent="    ", break_long_words=False)
    yield ""
