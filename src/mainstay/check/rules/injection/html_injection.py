"""Text of the caller becomes part of a page."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, Setting
from mainstay.check.finding import Found
from mainstay.check.rules.injection.injected import injected


def findings(facts: Facts) -> Iterator[Found]:
    """Places that such text reaches, and templates that escape nothing: those of Python may write no pages."""
    yield from injected(facts, "html", "text of the caller becomes HTML in {call}, and is not escaped")
    for setting in facts.of(Setting):
        if setting.name == "autoescape":
            pages = not setting.stack.startswith("jinja2")
            yield Found(
                setting.place, "every template puts values into HTML as they are", "likely" if pages else "review"
            )
