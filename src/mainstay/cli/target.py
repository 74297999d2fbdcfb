"""How a command line names an application: as `module:attribute`."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer
from typer.core import TyperArgument, TyperCommand

Target = Annotated[
    str,
    typer.Argument(metavar="APP", help="The application: module:attribute, such as app:app.", envvar="MAINSTAY_APP"),
]

UNSAID = "app:app"
"""The application where neither the line nor MAINSTAY_APP names one."""


def split(words: list[str]) -> tuple[str, list[str]]:
    """The application that a line begins with, or the one that is meant where it names none, and the rest."""
    named = ":" in words[0] and "=" not in words[0]
    return (words[0], words[1:]) if named else (os.environ.get("MAINSTAY_APP", UNSAID), words)


class Words(TyperCommand):
    """A command that reads its words as one list, and tells in its usage what they are one after the other."""

    def collect_usage_pieces(self, ctx: Any) -> list[str]:
        """What stands behind the command's name."""
        arguments = [one.metavar or "" for one in self.params if isinstance(one, TyperArgument)]
        return [self.options_metavar or "", *arguments]
