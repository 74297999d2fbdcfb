"""Readers of programs in Java: what Spring and the libraries around it are called with."""

from __future__ import annotations

from mainstay.check.reading import strength, tokens
from mainstay.check.reading.java import answers, clients, queries, security, settings, sinks
from mainstay.check.reading.reader import Reader

ALL: tuple[Reader, ...] = (
    queries.read,
    sinks.read,
    clients.read,
    answers.read,
    security.read,
    tokens.guessed,
    strength.read,
)
"""Readers of functions of Java."""

__all__ = ["ALL", "settings"]
