"""An operation that stands in the document and is not there."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.finding import Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.people import NOBODY
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service


def ask(service: Service) -> Iterator[Found]:
    """Asks what reads, and looks at how everything else was answered, for what says that it is not there."""
    nothing = service.client.send("GET", f"{service.client.address.base}/{service.samples.name()}", NOBODY)
    before = service.answered()
    for operation in service.operations:
        if operation.method == "GET" and not operation.is_harmful:
            path = service.path_of(operation, service.asker)
            answers = [service.client.send("GET", path, service.asker)] if path is not None else []
        else:
            answers = before.get(str(operation), [])
        if answers and all(each.status in (405, 501) for each in answers):
            what = f"it stands in the document, and is answered with {answers[0].status}"
            yield found(operation, what, "proven", answers[0])
        elif answers and not operation.names and all(each.status == 404 and _same(each, nothing) for each in answers):
            what = "it stands in the document, and is answered as a path that nobody knows"
            yield found(operation, what, "proven", answers[0], nothing)


def _same(one: Answer, other: Answer) -> bool:
    """Whether two answers say the same, their numbers and the path aside."""
    return _plain(one) == _plain(other)


def _plain(answer: Answer) -> str:
    text = answer.text
    for part in answer.request.path.split("/"):
        text = text.replace(part, "") if len(part) > 3 else text
    return re.sub(r"[0-9a-f-]{16,}|\d+", "", text)
