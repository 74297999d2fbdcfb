"""Answers by which no request can be found again in a log."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from mainstay.check.finding import Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

HEADER = re.compile(
    r"^(x-)?(request|correlation|trace|amzn-trace|b3-trace|cloud-trace)-?(id|context)?$|^traceparent$|^x-amzn-requestid$|^cf-ray$|^server-timing$",
    re.IGNORECASE,
)
FIELD = re.compile(r"request_?id|correlation_?id|trace_?id|\"instance\"", re.IGNORECASE)


def ask(service: Service) -> Iterator[Found]:
    """Looks for the number of the request in every answer so far, errors first."""
    answers = [each for each in service.client.journal if each.status]
    if not answers or any(_numbered(each) for each in answers):
        return
    worst = max(answers, key=lambda each: each.status)
    operation = service.operation_of(worst)
    place = (
        str(operation) if operation is not None else f"{worst.request.method} {worst.request.path.partition('?')[0]}"
    )
    yield found(
        place, f"none of {len(answers)} answers, errors among them, says which request it is to", "proven", worst
    )


def _numbered(answer: Answer) -> bool:
    return any(HEADER.search(name) for name in answer.headers) or bool(
        answer.status >= 400 and answer.json is not None and FIELD.search(json.dumps(answer.json))
    )
