"""The page for people: Swagger UI from this package, which asks no other host for anything.

`swagger-ui.js.gz` and `swagger-ui.css.gz` are swagger-ui-dist 5.35.0 as it is published (Apache-2.0,
LICENSE-swagger-ui.txt), without the names of its source maps.
"""

from __future__ import annotations

import gzip
import html
from collections.abc import Callable, Iterator
from functools import cache, partial
from importlib.resources import files

from mainstay.projections.rest.answer import SECURITY, Header, Reply
from mainstay.projections.rest.exchange import Exchange, Receive, Scope

PATH = "/docs"

PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/swagger-ui.css">
</head>
<body>
<div id="page"></div>
<script src="docs/swagger-ui.js"></script>
<script src="docs/start.js"></script>
</body>
</html>
"""
START = """/* Examples stand in the fields of the page, and are sent.  Those of what may be left out are told beside it:
   all filters of a list together find nothing. */
function withoutWhatNeedNotBeSent(text) {
  const told = JSON.parse(text);
  for (const methods of Object.values(told.paths))
    for (const operation of Object.values(methods))
      for (const parameter of operation.parameters ?? [])
        if (!parameter.required && parameter.example !== undefined) {
          const example = parameter.example;
          const shown = typeof example === "string" ? example : JSON.stringify(example);
          parameter.description = `${parameter.description ?? ""} For example: \\`${shown}\\`.`.trim();
          delete parameter.example;
        }
  return JSON.stringify(told);
}
SwaggerUIBundle({
  url: "openapi.json",
  dom_id: "#page",
  deepLinking: true,
  displayRequestDuration: true,
  filter: true,
  persistAuthorization: false,
  responseInterceptor: (answer) => {
    const isDocument = answer.ok && new URL(answer.url, location.href).pathname.endsWith("/openapi.json");
    return isDocument ? Object.assign(answer, { text: withoutWhatNeedNotBeSent(answer.text) }) : answer;
  },
  tryItOutEnabled: true,
  validatorUrl: null,
});
"""
"""Without a validator's address, the page would send the document to a public one."""

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""What the page may load: nothing from elsewhere."""

HEADERS: list[Header] = [
    *(header for header in SECURITY if header[0] != b"content-security-policy"),
    (b"content-security-policy", POLICY.encode()),
    (b"cache-control", b"no-cache"),
]


class FileEndpoint:
    """Answers with a file that is the same for everybody; compressed where the caller takes that."""

    def __init__(self, kind: str, read: Callable[[], bytes]) -> None:
        self.headers: list[Header] = [(b"content-type", kind.encode()), (b"vary", b"Accept-Encoding"), *HEADERS]
        self.read = cache(read)
        """The file under gzip; read when it is first asked for."""

    async def reply(self, exchange: Exchange, key: tuple[str, ...], scope: Scope, receive: Receive) -> Reply:
        """The file."""
        if b"gzip" in exchange.headers.get(b"accept-encoding", b""):
            return Reply(200, [*self.headers, (b"content-encoding", b"gzip")], self.read())
        return Reply(200, list(self.headers), gzip.decompress(self.read()))


def endpoints(title: str) -> Iterator[tuple[str, FileEndpoint]]:
    """The page and what it loads, each with its path."""
    page = PAGE.format(title=html.escape(title))
    yield PATH, FileEndpoint("text/html; charset=utf-8", partial(gzip.compress, page.encode()))
    yield f"{PATH}/start.js", FileEndpoint("text/javascript; charset=utf-8", partial(gzip.compress, START.encode()))
    for name, kind in (("swagger-ui.js", "text/javascript"), ("swagger-ui.css", "text/css")):
        yield f"{PATH}/{name}", FileEndpoint(f"{kind}; charset=utf-8", partial(packed, f"{name}.gz"))


def packed(name: str) -> bytes:
    """A file of this package."""
    return files("mainstay.projections.rest.docs").joinpath(name).read_bytes()
