"""The report as annotations of GitHub's workflows."""

from __future__ import annotations

from mainstay.check.review import Review

LEVELS = {"high": "error", "medium": "warning", "low": "notice"}


def text(review: Review) -> str:
    """A line for each finding."""
    lines = []
    for each in review.findings:
        where = f"file={_property(each.place.path)},line={each.place.line}," if each.place.line else ""
        about = "" if each.place.line else f"{each.place}: "
        title = f"title={_property(each.rule)}"
        lines.append(f"::{LEVELS[each.severity]} {where}{title}::{_data(f'{about}{each.what}. {each.fix}')}")
    return "".join(f"{line}\n" for line in lines)


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
