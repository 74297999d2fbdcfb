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
ARTICLES = ("/api/articles", "/api/articles/{slug}")
moved: dict[str, str] = {}
"""By the slug that an article had, that which a change of its title has given it."""

# Addresses under domains that are set apart, `.test` or `.localhost`, are refused: nobody has one.
schemathesis.openapi.format("email", strategies.from_regex(r"\A[a-z]{1,9}@[a-z]{1,9}\.example\.com\Z"))


@schemathesis.hook  # type: ignore[untyped-decorator]
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Takes an invented cursor away, which is signed, and mends what the query cannot have together.

    A name stands once in a list, and none is of a field inside of an include; a sort by relevance stands alone, with
    something that is searched for; a page passes over 10,000 rows at most; days are such as there are.  An article
    whose title was changed is asked for where it is now, and the caller's own account is read alone.
    """
    case.body = mended(case.body)
    path = case.path_parameters or {}
    if path.get("slug") in moved:
        path["slug"] = moved[path["slug"]]
    if CALLER and case.method != "GET" and path.get("id") == CALLER:
        path["id"] = NOBODY
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


@schemathesis.hook  # type: ignore[untyped-decorator]
def after_call(context: Any, case: Any, response: Any) -> None:
    """Keeps where an article is from now on; the check of what was made knows of no change of a key."""
    path = case.operation.path
    if case.method not in ("POST", "PUT") or path not in ARTICLES or response.status_code not in (200, 201):
        return
    after = response.json()["article"]["slug"]
    before = case.path_parameters["slug"] if path == ARTICLES[1] else after
    moved.pop(after, None)
    if before != after:
        moved.update({old: after for old, new in moved.items() if new == before}, **{before: after})


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
