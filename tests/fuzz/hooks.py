"""What JSON Schema cannot say of a call, told to Schemathesis; it loads this file in its own environment."""

from __future__ import annotations

from typing import Any

import schemathesis
from hypothesis import strategies

LISTS = ("fields", "include", "sort")
DAYS = {"written_on[in]"}

# Addresses under domains that are set apart, `.test` or `.localhost`, are refused: nobody has one.
schemathesis.openapi.format("email", strategies.from_regex(r"\A[a-z]{1,9}@[a-z]{1,9}\.example\.com\Z"))


@schemathesis.hook  # type: ignore[untyped-decorator]
def before_call(context: Any, case: Any, kwargs: Any) -> None:
    """Takes an invented cursor away, which is signed, and mends what the query cannot have together.

    A name stands once in a list, and none is of a field inside of an include; a sort by relevance stands alone, with
    something that is searched for; a page passes over 10,000 rows at most; days are such as there are.
    """
    case.body = whole(case.body)
    query = case.query
    if not query:
        return
    query.pop("cursor", None)
    for name in LISTS:
        if isinstance(query.get(name), str):
            once = {part.lstrip("-"): part for part in query[name].split(",") if "." not in part}
            query[name] = ",".join(once.values())
    if "q" in query and not str(query["q"]).isalpha():
        query["q"] = "pasta"
    if "relevance" in str(query.get("sort", "")):
        query["sort"] = "relevance" if "q" in query else ""
    if str(query.get("page", "")).isdecimal():
        query["page"] = min(int(query["page"]), 100 if "limit" in query else 500)
    for name in DAYS & set(query):
        query[name] = "2026-11-21"


def whole(body: Any) -> Any:
    """The body with 3 for 3.0: to JSON Schema both are integers, to Mainstay the first alone is."""
    if isinstance(body, dict):
        return {name: whole(value) for name, value in body.items()}
    if isinstance(body, list):
        return [whole(value) for value in body]
    return int(body) if isinstance(body, float) and body.is_integer() else body
