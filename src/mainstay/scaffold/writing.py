"""Files written where there are none, each read back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath


class NotWritten(Exception):
    """A file that was not written, or not as it should be; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Written:
    """A file that was written and read back."""

    path: Path
    size: int


def refuse_taken(folder: Path) -> None:
    """Raises `NotWritten` where the folder has anything in it already, or is none."""
    if folder.is_dir():
        there = sorted(entry.name for entry in folder.iterdir())
        if there:
            few = ", ".join(there[:3]) + (", .." if len(there) > 3 else "")
            raise NotWritten(f"{folder} is there already, with {few} in it; nothing was written")
    elif folder.exists() or folder.is_symlink():
        raise NotWritten(f"{folder} is there already, and is no folder; nothing was written")


def write(folder: Path, files: Mapping[PurePosixPath, str]) -> Iterator[Written]:
    """Writes the files below a folder, makes the folders that they need, and yields each when it was read back.

    Raises `NotWritten` where one is there already or cannot be written.
    """
    for place, text in files.items():
        path, data = folder / place, text.encode()
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("xb") as file:
                file.write(data)
            found = path.read_bytes()
        except FileExistsError:
            raise NotWritten(f"{path} is there already, and stays as it is") from None
        except OSError as error:
            raise NotWritten(f"{path} cannot be written: {error.strerror}") from None
        if found != data:
            raise NotWritten(f"{path} was written and reads otherwise: {len(found)} bytes for {len(data)}")
        yield Written(path, len(data))
