"""Probes: each asks a running API one question, and has its page beside it."""

from __future__ import annotations

from pathlib import Path

from mainstay.check import page as pages
from mainstay.check.live.probe import Ask, Probe
from mainstay.check.probes import row_of_others_read

ORDER: tuple[tuple[str, Ask], ...] = (("row_of_others_read", row_of_others_read.ask),)
"""Every probe, in the order in which they ask: what only reads before what harms its own accounts."""


def all_probes() -> tuple[Probe, ...]:
    """Every probe with its page."""
    return tuple(Probe(pages.read(Path(__file__).parent / f"{name}.md"), ask) for name, ask in ORDER)
