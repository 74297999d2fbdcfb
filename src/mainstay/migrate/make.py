"""`migrate make`: from what the migrations make to what the models say, as new files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from mainstay.migrate.compare import TableChange, differences, sentences
from mainstay.migrate.expand import steps_apart
from mainstay.migrate.file import Body, file_name, file_text
from mainstay.migrate.folder import Chain, MigrationProblem, read
from mainstay.migrate.indexes import indexed, unindexed
from mainstay.migrate.run import Step, made_by, rehearse
from mainstay.migrate.schema import Schema, Text
from mainstay.migrate.write import body, renaming


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
    fills = dict(filling(text) for text in asked.fills)
    renamed = before
    for rename in renames:
        renamed = rename.applied(renamed)
    refuse_unknown(fills, wanted)
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
        *(f"~ {rename.table}.{rename.old} is {rename.new} now" for rename in renames),
        *sentences(changes),
    ]
    made.hints = [hint for change in changes for hint in maybe_renamed(change)]
    if asked.concurrently and indexes.is_nothing:
        made.hints.append("No table that is there gets an index, so that there is nothing to be made concurrently.")
    return made


async def written(folder: Path, chain: Chain, bodies: Sequence[Body], wanted: Schema) -> Made:
    """The files of the next migrations, rehearsed: they make what is wanted and go back, or are removed again."""
    made = Made(write(folder, chain, bodies))
    try:
        later = read(folder)
        refuse_others(await rehearse(later, later.newest, chain.newest), wanted)
    except MigrationProblem:
        for path in made.files:
            path.unlink()
        raise
    return made


def write(folder: Path, chain: Chain, bodies: Sequence[Body]) -> list[Path]:
    """Writes the files of the next migrations into the folder, which is made."""
    folder.mkdir(parents=True, exist_ok=True)
    files, before = [], chain.newest
    for one in bodies:
        number = f"{int(before) + 1:04}"
        files.append(folder / file_name(number, one.message))
        files[-1].write_text(file_text(number, before, one, datetime.now(UTC)), encoding="utf-8")
        before = number
    return files


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


def refuse_unknown(fills: Mapping[str, Text], wanted: Schema) -> None:
    """Raises `MigrationProblem` where a column that is to be filled is in no model."""
    for name in fills:
        table, _, column = name.partition(".")
        if table not in wanted.tables:
            raise MigrationProblem(f"--fill {name}: the models have no table {table}; {', '.join(wanted.tables)}")
        if wanted.tables[table].column(column) is None:
            there = ", ".join(one.name for one in wanted.tables[table].columns)
            raise MigrationProblem(f"--fill {name}: {table} has no column {column}; it has {there}")


def filling(text: str) -> tuple[str, Text]:
    """What `recipes.subtitle=''` means."""
    name, equals, value = text.partition("=")
    if not equals or "." not in name or not value.strip():
        raise MigrationProblem(f"{text!r} fills nothing; write table.column=SQL, with text in quotes: recipes.title=''")
    return name.strip(), Text(value.strip(), value.strip())


def maybe_renamed(change: TableChange) -> list[str]:
    """What to ask where a column goes and one of the same type comes."""
    return [
        f"{change.name}.{old.name} goes with what is in it, and {change.name}.{new.name} comes with the same type: if "
        f"it is only renamed, remove the file and say --rename {change.name}.{old.name}:{new.name}"
        for old in change.dropped_columns
        for new in change.added_columns
        if old.type == new.type
    ]
