"""How long a time span is, where its parts are known."""

from __future__ import annotations

from mainstay.check.flow.value import Value

UNITS = {"seconds": 1, "minutes": 60, "hours": 3600, "days": 86400, "weeks": 604800}


def seconds(keywords: dict[str, Value]) -> float:
    """How long a `timedelta` is; 0 where that cannot be seen."""
    return sum(
        UNITS[name] * each.const
        for name, each in keywords.items()
        if name in UNITS and isinstance(each.const, int | float)
    )
