"""What JSON Schema cannot say of a call, told to Schemathesis; it loads this file in its own environment."""

from __future__ import annotations

import datetime as dt
import os
import re
from typing import Any

import schemathesis
from hypothesis import strategies

LISTS = ("fields", "include", "sort")
DAYS = {"written_on[in]"}
DECIMALS = {"price"}
"""Members that are decimals in strings, as they are answered; a whole number is taken besides."""
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt].+")
FARTHEST_PAGE = 100
"""That which passes over 10,000 rows at most, however long the pages."""
MOST_PAGES = 10_000
"""What the document says is the last of all pages."""
CALLER = os.environ.get("FUZZ_CALLER", "")
"""Whose credentials all calls have; without an account they would be refused from then on."""
NOBODY = "019a0b1c-2d3e-7f40-8152-637485960718"

# Addresses under domains that are set apart, `.test` or `.localhost`, are refused: nobody has one.
schemathesis.openapi.format("email", strategies.from_regex(r"\A[a-z]{1,9}@[a-z]{1,9}\.example\.com\Z"))


@schemathesis.hook  # type: ignore[untyped-decorator]
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Takes an invented cursor away, which is signed, and mends what the query cannot have together.

    A name stands once in a list, and none is of a field inside of an include; a sort by relevance stands alone, with
    something that is searched for; a page passes over 10,000 rows at most; days are such as there are.  The
    caller's own account is read alone.  Where calls follow one another an article keeps its title, since its slug
    would change with it, and what asks for it under the old one would be right to find nothing.
    """
    case.body = mended(case.body)
    path = case.path_parameters or {}
    if CALLER and case.method != "GET" and path.get("id") == CALLER:
        path["id"] = NOBODY
    if case.operation.label == "PUT /api/articles/{slug}" and in_sequence(case):
        article = case.body.get("article") if isinstance(case.body, dict) else None
        if isinstance(article, dict):
            article.pop("title", None)
    query = case.query
    if not query:
        return
    query.pop("cursor", None)
    for name, value in query.items():
        query[name] = mended(value)
    for name in LISTS:
        if isinstance(query.get(name), str):
            once = {part.lstrip("-"): part for part in query[name].split(",") if "." not in part}
            query[name] = ",".join(once.values())
    if "q" in query and not str(query["q"]).isalpha():
        query["q"] = "pasta"
    if "relevance" in str(query.get("sort", "")):
        query["sort"] = "relevance" if "q" in query else ""
    page = str(query.get("page", ""))
    if page.isdecimal() and FARTHEST_PAGE < int(page) <= MOST_PAGES:
        query["page"] = FARTHEST_PAGE
    for name in DAYS & set(query):
        query[name] = "2026-11-21"


def in_sequence(case: Any) -> bool:
    """Whether a call follows on the answers of others."""
    return case.meta is not None and str(case.meta.phase.name) == "stateful"


def mended(value: Any) -> Any:
    """The value with 3 for 3.0, which JSON Schema alone takes for an integer, and moments that have a year in UTC."""
    if isinstance(value, dict):
        return {name: as_text(mended(one)) if name in DECIMALS else mended(one) for name, one in value.items()}
    if isinstance(value, list):
        return [mended(one) for one in value]
    if isinstance(value, str) and MOMENT.fullmatch(value):
        return within(value)
    return int(value) if isinstance(value, float) and value.is_integer() else value


def as_text(value: Any) -> Any:
    """The value, a whole number in a string."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def within(text: str) -> str:
    """The moment; another one where its zone takes it out of the years 1 to 9999."""
    try:
        dt.datetime.fromisoformat(text.upper()).astimezone(dt.UTC)
    except OverflowError:
        return "2026-11-21T18:30:00Z"
    except ValueError:
        pass
    return text
