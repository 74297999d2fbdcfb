"""The page of errors: every code with its status and message, from the classes, and what to do, from errors.toml."""

from __future__ import annotations

import tomllib
from pathlib import Path

from mainstay import errors
from tests.repository.reference.writing import heading, sentence, table

TEXTS = Path(__file__).parents[3] / "docs" / "reference" / "errors.toml"
CLASSES = [
    one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, errors.MainstayError) and one is not errors.MainstayError
]
"""Every error, in the order of the module."""

SHAPE = """\
Every error of every path has one shape:

```json
{
  "error": {
    "code": "VALIDATION_ERROR",
    "message": "The request is not valid.",
    "details": [{"field": "minutes", "code": "greater_than_equal", "message": "is less than 0"}],
    "request_id": "01934f7a5d2c7e9b"
  }
}
```

The `code` is for programs and never changes its meaning; the `message` is for people and may be worded better one day.
`details` name each thing that is wrong, with the path to it (`ingredients[2].amount`). The `request_id` is in the log,
and in the header `X-Request-ID` of every answer. With `Accept: application/problem+json` the same is told as problem
details (RFC 9457), whose `type` is `about:blank`: what kind of problem it is says `code`.

`mainstay call` ends with 4 where a call is refused and with 5 where it failed, and prints the same object.
"""


def page() -> str:
    """The page: the shape of an error, a table of the codes, then each with when it is told and how to mend it."""
    texts = tomllib.loads(TEXTS.read_text())
    rows = [[f"[{one.code}]({anchor(one)})", str(one.status), sentence(one.__doc__)] for one in CLASSES]
    lines = [
        *heading("Errors", "the classes of mainstay.errors and docs/reference/errors.toml"),
        *SHAPE.splitlines(),
        "",
        *table(["code", "status", "what it is"], rows),
        "",
    ]
    for one in CLASSES:
        lines += section(one, texts[one.code])
    lines += ["## Codes of details", "", *DETAILS.splitlines(), ""]
    codes = texts["details"]
    return "\n".join([*lines, *table(["code", "what is wrong"], [[f"`{c}`", w] for c, w in codes.items()])]) + "\n"


DETAILS = """\
What is wrong with one part of a call. Beside these there are the codes of pydantic's for constraints, such as
`string_too_long` and `greater_than_equal`, and those of `Refused`, in lower case, which are the application's own.
"""


def section(one: type[errors.MainstayError], text: dict[str, str]) -> list[str]:
    """All about one code."""
    kept = f"`{one.__name__}`, a `{one.__base__.__name__}`" if one.__base__ else ""
    facts = [
        ["status", str(one.status)],
        ["message", one.default],
        ["class", kept],
        ["worth repeating", text.get("again", "no")],
    ]
    return [
        f"## {one.code}",
        "",
        *table(["", ""], facts),
        "",
        f"**When.** {sentence(text['when'])}",
        "",
        f"**What to do.** {sentence(text['mend'])}",
        "",
    ]


def anchor(one: type[errors.MainstayError]) -> str:
    """Where on the page a code stands."""
    return f"#{one.code.lower()}"
