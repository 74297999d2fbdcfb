"""A secret setting that shows itself."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Setting
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Fields of settings that are named like a secret and declared `str`."""
    for setting in facts.of(Setting):
        if setting.stack == "pydantic":
            what = f"{setting.name} is a plain str: it is shown whenever the settings are printed or logged"
            yield Found(setting.place, what, "likely")
