"""Readers of functions of Go: what its libraries do, as the facts that every language has."""

from __future__ import annotations

from mainstay.check.reading.golang import answers, databases, outgoing, settings, sinks, tokens
from mainstay.check.reading.reader import Reader

ALL: tuple[Reader, ...] = (
    databases.read,
    sinks.read,
    outgoing.read,
    answers.read,
    tokens.read,
    settings.read,
)
"""Readers of functions of Go."""
