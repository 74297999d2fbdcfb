"""`Wire`: how calls and answers look over HTTP where somebody else has specified it."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Case = Literal["snake", "camel"]
Pages = Literal["cursor", "offset", "page"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wire:
    """An API to somebody else's letter: `Mainstay(wire=Wire(..))`, or `wire = Wire(..)` in a resource for its own.

    Shapes are templates: JSON's own types with names in braces where values go.  `{one}` and `{many}`
    are what one thing and several things of the resource are called.
    """

    one: Any = None
    """An answer with one thing, `{row}`: `{"{one}": "{row}"}` is `{"article": {..}}`."""
    many: Any = None
    """An answer with a list, `{rows}`; beside it may stand `{total}`, counted exactly, `{count}` of this answer,
    `{limit}`, `{offset}`, `{page}`, `{next}` and `{previous}`."""
    body: Any = None
    """A request's body, `{body}`."""
    pages: Pages | None = None
    """Whether a list is paged by a cursor, by `offset`, or by the number of a `page`."""

    errors: Any = None
    """The body of an error: `{status}`, `{title}`, `{code}`, `{message}`, `{request_id}`, and for each detail
    `{field}`, `{reason}` (a code) and `{detail}` (a sentence)."""
    general: str = "base"
    """The `{field}` of what is wrong with no field alone."""
    statuses: Mapping[str, int] = field(default_factory=dict)
    """By the code of an error its status: `{"VALIDATION_ERROR": 422}`.  It holds for the codes below it as well."""
    scheme: str | None = None
    """What stands before the credentials in Authorization, in place of the identity's own scheme."""
    case: Case | None = None
    """How names are written: `created_at` is `createdAt` in `camel`."""
    parameters: Mapping[str, str | None] = field(default_factory=dict)
    """Other names for the parameters of lists: `{"limit": "per_page"}`; None leaves one out."""

    place: tuple[str, int] = field(init=False, repr=False, default=("", 0))
    """The file and line where it is written."""

    def __post_init__(self) -> None:
        frame = sys._getframe(1)
        while frame.f_back is not None and frame.f_code.co_name == "__init__":
            frame = frame.f_back
        object.__setattr__(self, "place", (frame.f_code.co_filename, frame.f_lineno))
