"""Readers of functions of Rust: what its crates do, as the facts that every language has."""

from __future__ import annotations

from mainstay.check.reading.reader import Reader
from mainstay.check.reading.rustlang import answers, databases, outgoing, settings, sinks, tokens

ALL: tuple[Reader, ...] = (
    databases.read,
    sinks.read,
    outgoing.read,
    answers.read,
    tokens.read,
    settings.read,
)
"""Readers of functions of Rust."""
