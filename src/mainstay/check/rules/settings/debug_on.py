"""The debugger is on."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Setting
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Debug modes that are switched on in the code."""
    for setting in facts.of(Setting):
        if setting.stack in ("flask", "fastapi", "django", "express", "nestjs", "spring", "gin", "echo"):
            yield Found(
                setting.place, f"{setting.name} is on in the code: errors show the code, or open a console", "likely"
            )
