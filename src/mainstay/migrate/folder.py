"""The folder of an application's migrations: numbered files, one after the other."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType

import msgspec

from mainstay.migrate.digest import digest

NAME = re.compile(r"(\d{4})_\w+\.py")
"""Of a file: its number, and words that nobody reads but people."""
REVISION = re.compile(r"^revision\b", re.MULTILINE)
EMPTY = "0000"
"""What the number of a database is that no migration has touched."""


class MigrationProblem(Exception):
    """What is wrong with a migration, or with a database for it, and what to do."""


class Migration(msgspec.Struct, frozen=True):
    """One file."""

    number: str
    title: str
    """The first sentence of the file."""
    path: Path
    before: str
    """The number of the one before."""
    upgrade: Callable[[], None]
    downgrade: Callable[[], None]
    digest: str = ""
    """What the way up does; see `mainstay.migrate.digest`."""
    in_transaction: bool = True
    """Whether all of it is done or nothing; see `mainstay.migrate.apart`."""

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class Chain:
    """Migrations in their order."""

    def __init__(self, migrations: Sequence[Migration]) -> None:
        self.migrations = tuple(migrations)
        self.numbers = (EMPTY, *(migration.number for migration in self.migrations))

    @property
    def newest(self) -> str:
        """The number of the last one."""
        return self.numbers[-1]

    def named(self, text: str) -> str:
        """The number that somebody means: `3`, `0003`, `0` for none, `newest`; MigrationProblem where it is none."""
        number = self.newest if text == "newest" else text.zfill(4)
        if number not in self.numbers:
            raise MigrationProblem(f"there is no migration {text}; the newest is {self.newest}")
        return number

    def refuse_unknown(self, current: str) -> None:
        """Raises `MigrationProblem` where a database is at a migration that is not here."""
        if current not in self.numbers:
            raise MigrationProblem(
                f"the database is at migration {current}, which is not in the folder (the newest there is "
                f"{self.newest}): it was migrated by {migrated_by(current)}"
            )

    def next(self, current: str, target: str) -> tuple[Migration, bool] | None:
        """The next step on the way, and whether it goes up; None where there is none to take."""
        self.refuse_unknown(current)
        place, goal = self.numbers.index(current), self.numbers.index(target)
        if place == goal:
            return None
        return (self.migrations[place], True) if place < goal else (self.migrations[place - 1], False)

    def steps(self, current: str, target: str) -> list[tuple[Migration, bool]]:
        """All the steps on the way."""
        found = []
        while step := self.next(current, target):
            found.append(step)
            current = step[0].number if step[1] else step[0].before
        return found


def files_of(folder: Path) -> list[Path]:
    """The files of the migrations in a folder, which may not be there."""
    return sorted(path for path in folder.iterdir() if NAME.fullmatch(path.name)) if folder.is_dir() else []


def newest(folder: Path) -> str:
    """The number of the last migration, by its name alone."""
    return next((path.name[:4] for path in reversed(files_of(folder))), EMPTY)


def migrated_by(number: str) -> str:
    """Who has migrated a database to a number that is not in the folder."""
    return "a newer version of the application" if re.fullmatch(r"\d{4}", number) else "another program"


def refuse_behind(place: str, newest: str) -> None:
    """Raises `MigrationProblem` where a database has not had a migration; one that has had newer ones will do."""
    if place < newest:
        raise MigrationProblem(
            f"the database is at migration {place} and the application needs {newest}: run mainstay migrate up"
        )


def read(folder: Path) -> Chain:
    """The migrations of a folder, which may not be there; MigrationProblem where they are no chain."""
    refuse_unnumbered(folder)
    migrations: list[Migration] = []
    for path in files_of(folder):
        migration = read_file(path)
        expected = migrations[-1].number if migrations else EMPTY
        if migrations and migration.number == expected:
            raise MigrationProblem(
                f"{migrations[-1].path.name} and {path.name} have the same number: give the one that is on no database "
                "yet the next number, in its name, in its `revision`, and the other's in its `down_revision`"
            )
        if migration.before != expected:
            raise MigrationProblem(f"{path}: down_revision is {migration.before}, and the file before is {expected}")
        migrations.append(migration)
    return Chain(migrations)


def refuse_unnumbered(folder: Path) -> None:
    """Raises `MigrationProblem` where a file is a migration by what is in it, and not by its name."""
    for path in sorted(folder.glob("*.py")) if folder.is_dir() else ():
        if not NAME.fullmatch(path.name) and REVISION.search(path.read_text(encoding="utf-8", errors="replace")):
            raise MigrationProblem(
                f"{path} is a migration, as it says revision, and is not called like one: four digits, _ and words, "
                "such as 0002_what_it_does.py"
            )


def read_file(path: Path) -> Migration:
    """The migration in a file; MigrationProblem where it is none."""
    module = loaded(path)
    number = path.name[:4]
    if getattr(module, "revision", None) != number:
        raise MigrationProblem(f'{path}: write revision = "{number}", which is the number in its name')
    for name in ("upgrade", "downgrade"):
        if not callable(getattr(module, name, None)):
            raise MigrationProblem(f"{path} has no function {name}()")
    title = (module.__doc__ or path.stem[5:].replace("_", " ")).strip().split("\n")[0].rstrip(".")
    before = getattr(module, "down_revision", None) or EMPTY
    made = digest(path.read_text(encoding="utf-8"))
    whole = bool(getattr(module, "in_transaction", True))
    return Migration(number, title, path, str(before), module.upgrade, module.downgrade, made, whole)


def loaded(path: Path) -> ModuleType:
    """The module in a file, which is not one of the process's modules."""
    loader = SourceFileLoader(f"migration_{path.stem}", str(path))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    try:
        loader.exec_module(module)
    except Exception as error:
        raise MigrationProblem(f"{path} cannot be read: {type(error).__name__}: {error}") from error
    return module
