"""A file of any size and kind."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Upload
from mainstay.check.finding import Found


def findings(facts: Facts) -> Iterator[Found]:
    """Uploads that are kept and whose size or type nothing looks at."""
    for each in facts.of(Upload):
        missing = [name for name, there in (("size", each.size_checked), ("type", each.type_checked)) if not there]
        if missing:
            yield Found(each.place, f"a file is taken whatever its {' and '.join(missing)}", "review")
