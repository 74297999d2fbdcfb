"""The pages of errors: every code with its status and message, from the classes, and what to do, from errors.toml."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

from mainstay import errors
from mainstay.projections.rest.failure import phrase_of
from tests.repository.reference.writing import heading, sentence, table

TEXTS = Path(__file__).parents[3] / "docs" / "reference" / "errors.toml"
CLASSES = [
    one
    for one in vars(errors).values()
    if isinstance(one, type) and issubclass(one, errors.MainstayError) and one is not errors.MainstayError
]
"""Every error, in the order of the module."""

WRITTEN_FROM = "the classes of mainstay.errors and docs/reference/errors.toml"

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
    """The page of all: the shape of an error, a table of the codes, and the codes of details."""
    rows = [[f"[{one.code}](errors/{one.code}.md)", str(one.status), sentence(one.__doc__)] for one in CLASSES]
    codes = texts()["details"]
    lines = [
        *heading("Errors", WRITTEN_FROM),
        *SHAPE.splitlines(),
        "",
        "```{toctree}",
        ":hidden:",
        ":glob:",
        "",
        "errors/*",
        "```",
        "",
        *table(["code", "status", "what it is"], rows),
        "",
        "## Codes of details",
        "",
        *DETAILS.splitlines(),
        "",
        *table(["code", "what is wrong"], [[f"`{code}`", words] for code, words in codes.items()]),
    ]
    return "\n".join(lines) + "\n"


def texts() -> dict[str, dict[str, Any]]:
    """What is said of each code besides what its class says."""
    return tomllib.loads(TEXTS.read_text())


DETAILS = """\
What is wrong with one part of a call. Beside these there are the codes of pydantic's for constraints, such as
`string_too_long` and `greater_than_equal`, and those of `Refused`, in lower case, which are the application's own.
"""


def page_of(one: type[errors.MainstayError]) -> str:
    """The page of one code: what it is, when it is told, what to do, how it looks."""
    text = texts()[one.code]
    facts = [
        ["status", f"{one.status} {phrase_of(one.status)}"],
        ["class", f"`mainstay.errors.{one.__name__}`, a `{one.__bases__[0].__name__}`"],
        ["worth repeating", text.get("again", "no")],
    ]
    details = [text["detail"]] if "detail" in text else []
    shown = {"error": {"code": one.code, "message": one.default, "details": details, "request_id": "01934f7a5d2c7e9b"}}
    lines = [
        *heading(one.code, WRITTEN_FROM),
        sentence(one.__doc__),
        "",
        *table(["", ""], facts),
        "",
        f"**When.** {sentence(text['when'])}",
        "",
        f"**What to do.** {sentence(text['mend'])}",
        "",
        "It is answered as",
        "",
        "```json",
        *json.dumps(shown, indent=2).splitlines(),
        "```",
        "",
        "What the parts are, and the other codes: [Errors](../errors.md).",
    ]
    return "\n".join(lines) + "\n"
