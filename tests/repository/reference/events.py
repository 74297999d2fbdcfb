"""The page of events: everything that a listener is told, from the classes of `mainstay.events`."""

from __future__ import annotations

import inspect
from typing import get_args

from mainstay import events
from tests.repository.reference.writing import attributes_of, heading, paragraphs, table


def page() -> str:
    """The page: how one listens, and each event with its parts."""
    lines = [
        *heading("Events", "the classes of mainstay.events"),
        "The closed list of what can be observed. The log is one listener; others are given to the application, and",
        "are told in the order in which things happen: `Mainstay(resources=[..], listeners=[listen])`, where `listen`",
        "is a function of one event that returns nothing. It is called where the event happens and is not awaited, so",
        "that what takes time belongs elsewhere.",
        "",
    ]
    for event in get_args(events.Event):
        lines += [f"## {event.__name__}", "", *paragraphs(inspect.getdoc(event))]
        rows = [[f"`{name}`", f"`{part.type}`", part.text] for name, part in attributes_of(event).items()]
        lines += [*table(["part", "type", ""], rows), ""]
    return "\n".join(lines).rstrip() + "\n"
