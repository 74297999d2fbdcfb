"""Places of one language that text of the caller reaches."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from mainstay.check.facts import Sink
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.queries import injected
from mainstay.check.reading.reader import Located, label, shown
from mainstay.check.reading.sinks import own_path


def reached(run: Run, sinks: Callable[[Seen], Iterator[tuple[str, Value]]]) -> Iterator[Located]:
    """The sinks of a function that text of the caller reaches; `sinks` tells purpose and value of those of a call."""
    for seen in run.calls:
        if seen.name.startswith("!"):
            continue
        for purpose, value in sinks(seen):
            trace = injected(value, purpose)
            if trace is None or (purpose in ("redirect", "url") and ("begun" in value.marks or own_path(value))):
                continue
            yield (
                seen.position,
                Sink(place=seen.place, function=label(seen), purpose=purpose, call=shown(seen), trace=trace),
            )
