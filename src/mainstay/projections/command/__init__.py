"""The command line as a projection: operations called in this process, without HTTP."""

from mainstay.projections.command.command import FAILED, Command, Line, Outcome
from mainstay.projections.command.words import WrongWords

__all__ = ["FAILED", "Command", "Line", "Outcome", "WrongWords"]
