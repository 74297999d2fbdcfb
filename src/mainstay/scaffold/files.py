"""The files of a new project: templates in which its names are put."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files as resources_of
from importlib.resources.abc import Traversable
from pathlib import PurePosixPath

from mainstay.scaffold.name import Name

ENDING = ".tmpl"
"""Of a template, so that no tool takes it for what it becomes."""
HIDDEN = {"gitignore": ".gitignore", "env.example": ".env.example"}
"""Files whose names begin with a dot, which a package would lose."""


def files(name: Name) -> dict[PurePosixPath, str]:
    """The text of each file, by its path in the project's folder."""
    words = {"{{name}}": name.text, "{{package}}": name.package, "{{title}}": name.title}
    found: dict[PurePosixPath, str] = {}
    for path, template in templates(resources_of("mainstay.scaffold") / "project", PurePosixPath()):
        text = template.read_text(encoding="utf-8")
        for word, value in words.items():
            text = text.replace(word, value)
        found[placed(path, name)] = text
    return dict(sorted(found.items()))


def templates(folder: Traversable, path: PurePosixPath) -> Iterator[tuple[PurePosixPath, Traversable]]:
    """Every template below a folder."""
    for entry in folder.iterdir():
        if entry.is_dir():
            yield from templates(entry, path / entry.name)
        elif entry.name.endswith(ENDING):
            yield path / entry.name, entry


def placed(path: PurePosixPath, name: Name) -> PurePosixPath:
    """Where a template's file stands in the project."""
    last = path.name.removesuffix(ENDING)
    folders = [name.package if part == "package" else part for part in path.parts[:-1]]
    return PurePosixPath(*folders, HIDDEN.get(last, last))
