"""Files of SQL as histories: which belong together, in which order, and which parts of them lead back."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from mainstay.check.languages.unreadable import Unreadable
from mainstay.check.reading.schemas import changes as c
from mainstay.check.reading.schemas.ddl import changes_of
from mainstay.check.reading.schemas.dialects import ORACLE, TSQL, dialect_of, driven_dialect, named_dialect
from mainstay.check.reading.schemas.state import key_of
from mainstay.check.source import Skipped, Source

VERSIONED = re.compile(r"[VURB]?\d[\d.]*[_\-. ]|\d{8,}", re.IGNORECASE)
UNNAMED = ("up.sql", "down.sql", "migration.sql", "revert.sql")
DOWN = re.compile(r"([._-]down|[._-]undo|[._-]rollback|[._-]revert)\.sql$|^(down|revert)\.sql$|^U\d", re.IGNORECASE)
MARK = re.compile(
    r"^\s*--\s*(?:\+(?:goose|migrate)\s+(?P<a>up|down)\b|migrate:(?P<b>up|down)\b|!(?P<c>ups|downs)\b|@?(?P<d>undo)\b"
    r"|(?P<e>rollback|down|up)(?:\s+migration)?\s*:?\s*$)[^\n]*",
    re.IGNORECASE | re.MULTILINE,
)
SAMPLE = 60
"""Files of which the dialect of all is told."""
APART = re.compile(r"no\s+transaction|transaction:\s*false|disable[-_]?(ddl[-_])?transaction", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class File:
    """A file of SQL: what it belongs to, its place among the others, and whether it leads back."""

    source: Source
    group: str
    order: tuple[object, ...]
    versioned: bool
    back: bool
    name: str


def histories(
    sources: Iterable[Source], skipped: list[Skipped], root: str = "", manifests: str = ""
) -> Iterator[c.History]:
    """The histories of all files of SQL; what cannot be read is told.

    Where no file tells the dialect, the name of the folder of all (`root`) does, or the only driver of a database that
    `manifests` list.
    """
    elsewhere = named_dialect(root) or driven_dialect(manifests)
    groups: dict[tuple[str, bool], list[File]] = defaultdict(list)
    for source in sources:
        file = _file(source)
        groups[file.group, file.versioned].append(file)
    for (_, versioned), files in groups.items():
        files.sort(key=lambda each: each.order)
        for told, alike in _alike(files, versioned):
            dialect = told or elsewhere
            if dialect in (TSQL, ORACLE):
                name = {TSQL: "SQL Server", ORACLE: "Oracle"}[dialect]
                skipped += [Skipped(each.source.path, 1, f"SQL of {name}, which is not read") for each in alike]
            elif alike[0].source.dialect:
                yield _asked(alike, dialect, skipped)
            elif versioned:
                yield _versioned(alike, dialect, skipped)
            else:
                yield from _laid(alike, dialect, skipped)


def _file(source: Source) -> File:
    path = PurePosixPath(source.path)
    if source.dialect:
        return File(source, "", (source.path,), False, False, source.path)
    if path.suffix == ".md":
        return File(source, source.path, (source.first,), True, False, source.name)
    name, folder = path.name, path.parent
    back = DOWN.search(name) is not None
    if name.lower() in UNNAMED and len(path.parts) > 1:
        return File(source, folder.parent.as_posix(), (natural(folder.name), back), True, back, folder.name)
    versioned = VERSIONED.match(name) is not None
    stem = re.sub(r"([._-](up|down|undo|rollback|revert))?\.sql$", "", name, flags=re.IGNORECASE)
    stem = re.sub(r"^[VUB](?=\d)", "", stem, flags=re.IGNORECASE)
    return File(source, folder.as_posix(), (natural(stem), back), versioned, back, stem)


def natural(text: str) -> tuple[tuple[int, int | str], ...]:
    """Sorts numbers in a name as numbers."""
    return tuple((0, int(each)) if each.isdigit() else (1, each) for each in re.split(r"(\d+)", text) if each)


def _alike(files: list[File], versioned: bool) -> Iterator[tuple[str, list[File]]]:
    """The files of a folder by their dialect; a file that does not tell goes with the others."""
    named = {each.source.path: named_dialect(PurePosixPath(each.source.path).name) for each in files}
    if versioned and len({each for each in named.values() if each}) > 1:
        for dialect in dict.fromkeys(each for each in named.values() if each):
            own = {_bare(each.name) for each in files if named[each.source.path] == dialect}
            ours = [each for each in files if named[each.source.path] in ("", dialect)]
            yield dialect, [each for each in ours if named[each.source.path] or each.name not in own]
        return
    if versioned:
        first = files[0].source
        text = "\n".join(each.source.text for each in files[:SAMPLE])
        yield first.dialect or dialect_of(first.path, text), files
        return
    dialects = {
        each.source.path: each.source.dialect or dialect_of(each.source.path, each.source.text) for each in files
    }
    known = list(dict.fromkeys(each for each in dialects.values() if each))
    if len(known) < 2:
        yield "".join(known), files
        return
    for dialect in dict.fromkeys(dialects.values()):
        yield dialect, [each for each in files if dialects[each.source.path] == dialect]


def _bare(name: str) -> str:
    """The name of a migration without the dialect in it: `1_notes` of `1_notes.mysql`."""
    return ".".join(each for each in name.split(".") if not named_dialect(each) and each != "autocommit")


def _changes(source: Source, dialect: str, skipped: list[Skipped], first: int = 0) -> list[c.Change]:
    out: list[c.Change] = []
    try:
        for change in changes_of(source, dialect, first=first):
            out.append(change)  # noqa: PERF402 - what came before an error is kept
    except Unreadable as error:
        place = source.place(error.line + first)
        skipped.append(Skipped(place.path, place.line, error.why))
        out.append(c.Unknown(place=place, why=error.why))
    return out


def _versioned(files: list[File], dialect: str, skipped: list[Skipped]) -> c.History:
    """Files that are run one after the other, each once."""
    made: dict[str, c.Migration] = {}
    for file in files:
        source = file.source
        migration = made.setdefault(file.name, c.Migration(file.name, source.place(1)))
        migration.transaction = migration.transaction and APART.search(source.text) is None
        for part, back, line in _parts(source):
            found = _changes(part, dialect, skipped, line)
            if back or file.back:
                migration.down = [*(migration.down or []), *found]
                migration.down_at = source.place(line + 1)
            else:
                migration.up += found
    return c.History("sql", dialect, list(made.values()))


def _parts(source: Source) -> Iterator[tuple[Source, bool, int]]:
    """The parts of a file that lead there and back, with the lines before each."""
    marks = list(MARK.finditer(source.text))
    if not any(_leads_back(each) for each in marks):
        yield source, False, 0
        return
    edges = [each.start() for each in marks] + [len(source.text)]
    for mark, begin, end in zip(marks, edges[:-1], edges[1:], strict=True):
        part = Source(source.path, source.language, source.text[begin:end], source.first, source.dialect)
        yield part, _leads_back(mark), source.text[:begin].count("\n")


def _leads_back(mark: re.Match[str]) -> bool:
    return (mark.lastgroup or "") != "" and str(mark.group(str(mark.lastgroup))).lower() in (
        "down",
        "downs",
        "undo",
        "rollback",
    )


def _asked(files: list[File], dialect: str, skipped: list[Skipped]) -> c.History:
    """What a database told of itself."""
    found = [change for file in files for change in _changes(file.source, dialect, skipped)]
    migration = c.Migration("", files[0].source.place(1), found)
    return c.History("live", dialect, [migration], versioned=False)


def _laid(files: list[File], dialect: str, skipped: list[Skipped]) -> Iterator[c.History]:
    """Files that lay a schema; one that makes a table anew begins another schema."""
    migration: c.Migration | None = None
    seen: set[str] = set()
    for file in files:
        found = _changes(file.source, dialect, skipped)
        makes = {key_of(each.table.name) for each in found if isinstance(each, c.CreateTable) and not each.lax}
        if migration is None or makes & seen:
            if migration is not None:
                yield c.History("sql", dialect, [migration], versioned=False)
            migration, seen = c.Migration(file.name, file.source.place(1)), set()
        if not file.back:
            drops_alone = not any(isinstance(each, c.CreateTable) for each in found)
            migration.up += [each for each in found if not (drops_alone and isinstance(each, c.DropTable))]
            seen |= makes
    if migration is not None:
        yield c.History("sql", dialect, [migration], versioned=False)
