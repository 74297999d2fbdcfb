"""How a command ends: the same codes everywhere."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from enum import IntEnum
from pathlib import Path

import typer


class Exit(IntEnum):
    """The code that a command ends with."""

    DONE = 0
    DIFFERS = 1
    WRONG = 2
    REFUSED = 4
    FAILED = 5


MEANINGS: dict[Exit, str] = {
    Exit.DONE: "It was done.",
    Exit.DIFFERS: "It was done, and what was asked does not hold: something was found, or differs.",
    Exit.WRONG: "It cannot be done as it was asked for: the line, the declarations, the settings or a file are wrong, "
    "a package is not installed, the database does not answer.",
    Exit.REFUSED: "It was refused: the application answers with an error that is the caller's (a policy, a rule, a "
    "limit, a value that is not valid, a row that is not there), or data would be lost.",
    Exit.FAILED: "It broke, in a way that nobody foresaw; the standard error has where.",
}
"""What each code means."""


FEW = 8
"""How many names are told where none is near the one that was given."""


def wrong(message: str) -> typer.Exit:
    """Tells what is wrong; the exception ends the command."""
    typer.echo(f"mainstay: {message}", err=True)
    return typer.Exit(Exit.WRONG)


def refuse_unwritable(option: str, file: Path | None) -> None:
    """Leaves with the reason where a file that is written at the end cannot be; what is there stays as it is."""
    if file is None:
        return
    new = not file.exists()
    try:
        file.open("ab").close()
    except OSError as error:
        raise wrong(f"{option} {file} cannot be written: {error.strerror}") from None
    if new:
        file.unlink()


def nearest(name: str, names: Iterable[str]) -> str:
    """What there is instead of `name`."""
    there = sorted(names)
    close = difflib.get_close_matches(name, there, n=1) or (there if len(there) == 1 else [])
    if close:
        return f"did you mean {close[0]}?"
    few = ", ".join(there[:FEW]) + (", .." if len(there) > FEW else "")
    return f"there is {few}" if few else "nothing of that kind is there"
