"""Answers without the headers that keep browsers from guessing, and with those that tell what is served by what."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.finding import Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

VERSION = re.compile(r"\d+\.\d+")


def ask(service: Service) -> Iterator[Found]:
    """Looks at the headers of what was answered so far."""
    good = [each for each in service.client.journal if 200 <= each.status < 300 and each.content]
    missing: dict[str, Answer] = {}
    for answer in good:
        if str(answer.headers.get("x-content-type-options", "")).lower() != "nosniff":
            missing.setdefault("X-Content-Type-Options: nosniff", answer)
        if answer.type == "text/html" and "content-security-policy" not in answer.headers:
            missing.setdefault("Content-Security-Policy, on a page", answer)
        if service.client.address.origin.startswith("https") and "strict-transport-security" not in answer.headers:
            missing.setdefault("Strict-Transport-Security", answer)
    for name in ("server", "x-powered-by", "x-aspnet-version"):
        told = next((each for each in good if VERSION.search(str(each.headers.get(name, "")))), None)
        if told is not None:
            missing.setdefault(f"nothing in place of {name.title()}: {told.headers[name]}", told)
    if missing:
        first = next(iter(missing.values()))
        operation = service.operation_of(first)
        place = str(operation) if operation is not None else f"GET {first.request.path.partition('?')[0]}"
        yield found(place, f"answers should have {'; '.join(missing)}", "proven", first)
