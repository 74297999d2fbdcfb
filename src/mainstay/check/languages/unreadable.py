"""The error of a text that is not in its language."""

from __future__ import annotations


class Unreadable(Exception):
    """The text is not in the language; says where and why."""

    def __init__(self, why: str, line: int = 1) -> None:
        super().__init__(why)
        self.why = why
        self.line = line
