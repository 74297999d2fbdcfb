"""`migrate make`: from what the migrations make to what the models say, as new files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mainstay.migrate.compare import TableChange, differences, sentences
from mainstay.migrate.expand import steps_apart
from mainstay.migrate.file import Body, file_name, file_text
from mainstay.migrate.folder import Chain, MigrationProblem, read
from mainstay.migrate.given import given
from mainstay.migrate.indexes import indexed, unindexed
from mainstay.migrate.run import Step, made_by, rehearse
from mainstay.migrate.schema import Schema, Table, Text
from mainstay.migrate.write import body, is_required, renaming, stand_in


@dataclass(slots=True)
class Made:
    """What was written, what it does, and what may have been meant otherwise."""

    files: list[Path] = field(default_factory=list)
    sentences: list[str] = field(default_factory=list)
    hints: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody asks for."""

    message: str
    renames: tuple[str, ...] = ()
    """`table.old:new`, or `old:new` for a table."""
    fills: tuple[str, ...] = ()
    """`table.column=SQL`: a required column's value in the rows that are there."""
    expand: bool = False
    """Whether old code goes on while the schema changes."""
    concurrently: bool = False
    """Whether tables can be written to while they get an index."""
    empty: bool = False
    """Whether the migration is written by hand."""


async def make(folder: Path, wanted: Schema, asked: Asked) -> Made:
    """Writes the migrations that make `wanted`; none where there is nothing to do."""
    chain = read(folder)
    before = await made_by(chain)
    if asked.empty:
        if asked.renames or asked.fills or asked.expand or asked.concurrently:
            raise MigrationProblem(
                "--empty writes nothing for you: leave --rename, --fill, --expand, --concurrently out"
            )
        return await written(folder, chain, [Body(asked.message, "pass", "pass")], before)
    renames = [renaming(text) for text in asked.renames]
    fills = dict(filling(text, wanted) for text in asked.fills)
    renamed = before
    for rename in renames:
        renamed = rename.applied(renamed)
    changes = differences(renamed, wanted)
    if not changes and not renames:
        return Made()
    if asked.expand:
        bodies = steps_apart(asked.message, before, wanted, renames, fills, concurrently=asked.concurrently)
        made = await written(folder, chain, bodies, wanted)
        made.sentences = list(sentences(differences(before, wanted)))
        made.hints = ["Run the contract when no old code runs any more: mainstay migrate to stops before it."]
        return made
    first = unindexed(renamed, wanted) if asked.concurrently else wanted
    back = [rename.back() for rename in reversed(renames)]
    whole = Body(asked.message, body(before, first, renames, fills=fills), body(first, before, back, fills=None))
    indexes = indexed(asked.message if whole.is_nothing else f"{asked.message} (indexes)", first, wanted)
    made = await written(folder, chain, [one for one in (whole, indexes) if not one.is_nothing], wanted)
    made.sentences = [
        *map(str, renames),
        *sentences(changes),
    ]
    made.hints = [*tables_maybe_renamed(changes), *(hint for one in changes for hint in maybe_renamed(one))]
    made.hints += [hint for one in changes for hint in without_way_back(one)]
    if asked.concurrently and indexes.is_nothing:
        made.hints.append("No table that is there gets an index, so that there is nothing to be made concurrently.")
    return made


async def written(folder: Path, chain: Chain, bodies: Sequence[Body], wanted: Schema) -> Made:
    """The files of the next migrations, rehearsed: they make what is wanted and go back, or are removed again."""
    texts = dict(files(folder, chain, bodies))
    made = Made(list(texts))
    try:
        write(texts)
        later = read(folder)
        refuse_others(await rehearse(later, later.newest, chain.newest), wanted)
    except BaseException:
        for path in made.files:
            with suppress(OSError):  # it may never have come to be
                path.unlink()
        raise
    return made


def files(folder: Path, chain: Chain, bodies: Sequence[Body]) -> Iterator[tuple[Path, str]]:
    """The files of the next migrations, and what is in them."""
    before = chain.newest
    for one in bodies:
        number = f"{int(before) + 1:04}"
        yield folder / file_name(number, one.message), file_text(number, before, one, datetime.now(UTC))
        before = number


def write(texts: Mapping[Path, str]) -> None:
    """Writes files, of which the folder is made."""
    for path, text in texts.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def refuse_others(steps: list[Step], wanted: Schema) -> None:
    """Raises `MigrationProblem` where the way up does not make what is wanted, or the way down what was before."""
    ups = [step for step in steps if step.up]
    downs = [step for step in steps if not step.up]
    begin = ups[-len(downs)].before
    wrong = [*differences(ups[-1].after, wanted), *differences(downs[-1].after, begin)]
    if wrong:
        lines = "\n  ".join(sentences(wrong))
        raise MigrationProblem(
            "nothing was written, as no migration can be generated that makes what the models say and goes back; "
            f"write it by hand, beginning with --empty. What would be left:\n  {lines}"
        )


def filling(text: str, wanted: Schema) -> tuple[str, Text]:
    """What `recipes.subtitle=''` means; MigrationProblem where it means nothing, or no such column."""
    name, equals, value = (part.strip() for part in text.partition("="))
    table, dot, column = name.partition(".")
    if not equals or not dot or not value:
        raise MigrationProblem(f"{text!r} fills nothing; write table.column=SQL, with text in quotes: recipes.title=''")
    if table not in wanted.tables:
        raise MigrationProblem(f"--fill {name}: the models have no table {table}; {', '.join(wanted.tables)}")
    found = wanted.tables[table].column(column)
    if found is None:
        there = ", ".join(one.name for one in wanted.tables[table].columns)
        raise MigrationProblem(f"--fill {name}: {table} has no column {column}; it has {there}")
    return name, given(name, found, value)


def maybe_renamed(change: TableChange) -> list[str]:
    """What to ask where a column goes and one of the same type comes."""
    return [
        f"{change.name}.{old.name} goes with what is in it, and {change.name}.{new.name} comes with the same type: if "
        f"it is only renamed, remove the file and say --rename {change.name}.{old.name}:{new.name}"
        for old in change.dropped_columns
        for new in change.added_columns
        if old.type == new.type
    ]


def tables_maybe_renamed(changes: Sequence[TableChange]) -> Iterator[str]:
    """What to ask where a table goes and one with the same columns comes."""
    for old in (change.before for change in changes if change.after is None):
        for new in (change.after for change in changes if change.before is None):
            if old is not None and new is not None and columns_of(old) == columns_of(new):
                yield (
                    f"the table {old.name} goes with its rows, and {new.name} comes with the same columns: if it is "
                    f"only renamed, remove the file and say --rename {old.name}:{new.name}"
                )


def columns_of(table: Table) -> set[tuple[str, Text]]:
    """The names and types of the columns of a table."""
    return {(column.name, column.type) for column in table.columns}


def without_way_back(change: TableChange) -> Iterator[str]:
    """What to know of a value that rows must have again on the way down, where none can stand in for it."""
    if change.before is None or change.after is None:
        return
    lost = [*change.dropped_columns, *(old for old, new in change.changed_columns if new.nullable)]
    for column in lost:
        if is_required(column) and stand_in(change.before, column) is None:
            yield (
                f"The way back finds no {change.name}.{column.name} for rows that have none then, and is refused while "
                "there are such: if you want it, fill the column in downgrade()"
            )
