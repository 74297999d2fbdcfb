"""`migrate make`: from what the migrations make to what the models say, as new files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mainstay.migrate.compare import TableChange, differences, sentences
from mainstay.migrate.expand import in_three
from mainstay.migrate.folder import Chain, MigrationProblem, read
from mainstay.migrate.run import made_by
from mainstay.migrate.schema import Schema, Text
from mainstay.migrate.write import body, file_name, file_text, renaming


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
    empty: bool = False
    """Whether the migration is written by hand."""


async def make(folder: Path, wanted: Schema, asked: Asked) -> Made:
    """Writes the migrations that make `wanted`; none where there is nothing to do."""
    chain = read(folder)
    before = await made_by(chain)
    named = [renaming(text) for text in asked.renames]
    given = dict(filling(text) for text in asked.fills)
    if asked.empty:
        return written(folder, chain, [(asked.message, "pass", "pass")])
    renamed = before
    for rename in named:
        renamed = rename.applied(renamed)
    changes = differences(renamed, wanted)
    if not changes and not named:
        return Made()
    if asked.expand:
        bodies = in_three(asked.message, before, wanted, named, given)
        made = written(folder, chain, [one for one in bodies if one[1] != "pass" or one[2] != "pass"])
        made.sentences = list(sentences(differences(before, wanted)))
        made.hints = ["Run the contract when no old code runs any more: mainstay migrate to stops before it."]
        return made
    up = body(before, wanted, named, fills=given)
    down = body(wanted, before, [rename.back() for rename in reversed(named)], fills=None)
    made = written(folder, chain, [(asked.message, up, down)])
    made.sentences = [*(f"~ {rename.table}.{rename.old} is {rename.new} now" for rename in named), *sentences(changes)]
    made.hints = [hint for change in changes for hint in maybe_renamed(change)]
    return made


def written(folder: Path, chain: Chain, bodies: Sequence[tuple[str, str, str]]) -> Made:
    """The files of the next migrations, in the folder."""
    folder.mkdir(parents=True, exist_ok=True)
    made, before = Made(), chain.newest
    for message, up, down in bodies:
        number = f"{int(before) + 1:04}"
        path = folder / file_name(number, message)
        path.write_text(file_text(number, before, message, up, down), encoding="utf-8")
        made.files.append(path)
        before = number
    return made


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
