"""A list that answers every row that there is."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.finding import Found
from mainstay.check.live.growth import LEFT, MANY, grown, size_of
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service


def ask(service: Service) -> Iterator[Found]:
    """Makes many rows and asks for the list, without more and with as many as can be asked for."""
    for growth in grown(service):
        name = size_of(growth.operation)
        every = growth.asked_for_all
        if not growth.pages and growth.many.rows >= growth.made >= LEFT:
            what = f"all {growth.many.rows} rows are answered at once, and nothing asks for fewer"
            yield found(growth.operation, what, "likely", growth.many.answer)
        elif every is not None and name is not None and growth.made >= MANY and every.rows > 100:
            what = f"{name.name}=100000 is taken as it is: {every.rows} rows are answered"
            yield found(growth.operation, what, "likely", every.answer)
