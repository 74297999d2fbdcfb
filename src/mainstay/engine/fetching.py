"""Answers made of rows, with the statements that fetch the lists inside them: one each, whatever the rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import structs

from mainstay.backing.databases.database import Command, Reads, Script
from mainstay.engine.call import Call
from mainstay.engine.sql.read import Level, Reading
from mainstay.engine.sql.statement import Inputs, Statement
from mainstay.engine.sql.write import Writing


def run(call: Call, statement: Statement, inputs: Inputs) -> Script[Sequence[Any]]:
    """One statement of a script."""
    call.statements += 1
    return (yield Command(statement.text, statement.values(inputs)))


def answers(
    call: Call, made_by: Reading | Writing | Level, rows: Sequence[Sequence[Any]], inputs: Inputs
) -> Script[list[Any]]:
    """What is answered of the rows."""
    lists = []
    for level in made_by.levels:
        found = yield from belonging(call, level, rows, inputs)
        lists.append(found)
    return made_by.make(rows, *lists)


def belonging(call: Call, level: Level, rows: Sequence[Sequence[Any]], inputs: Inputs) -> Script[dict[Any, list[Any]]]:
    """By key, what is answered of the rows that belong to these; nothing runs where there is no key."""
    keys = level.keys(rows)
    found: dict[Any, list[Any]] = {}
    if keys:
        children = yield from run(call, level.statement, structs.replace(inputs, parents=keys))
        made = yield from answers(call, level, children, inputs)
        for row, one in zip(children, made, strict=True):
            found.setdefault(keys[row[0]], []).append(one)
    return found


async def fetched(
    call: Call, reading: Reading, rows: Sequence[Sequence[Any]], inputs: Inputs, database: Reads
) -> list[Any]:
    """What is answered of the rows of a read."""
    if not reading.levels:
        return reading.make(rows)
    script = answers(call, reading, rows, inputs)
    try:
        command = next(script)
        while True:
            command = script.send(await database.read(command.text, command.values))
    except StopIteration as done:
        data: list[Any] = done.value
        return data
