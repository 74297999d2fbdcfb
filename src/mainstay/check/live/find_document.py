"""Looks for the OpenAPI document of a running API where such documents usually are."""

from __future__ import annotations

import re
from pathlib import Path

from mainstay.check.live import document as documents
from mainstay.check.live.client import Client
from mainstay.check.live.document import Document, WrongDocument

PLACES = (
    "/openapi.json", "/swagger.json", "/openapi.yaml", "/openapi.yml", "/api/openapi.json", "/api/v1/openapi.json",
    "/api/swagger.json", "/v3/api-docs", "/v2/api-docs", "/api-docs", "/api-docs.json", "/api-json",
    "/swagger/v1/swagger.json", "/swagger/doc.json", "/api/schema/?format=json", "/schema/?format=json",
)  # fmt: skip
"""Where frameworks serve the document."""
PAGES = ("/docs", "/api/docs", "/swagger", "/swagger-ui/", "/ui/", "/redoc")
"""Where they serve a page that shows it."""
NAMED = re.compile(
    r"""(?:url|spec-url|data-url|href)\s*[=:]\s*["']([^"'\s]*(?:openapi|swagger|api-docs|schema)[^"'\s]*)["']""",
    re.IGNORECASE,
)
"""Where a page says the document is."""


def found(client: Client, told: str = "") -> Document | None:
    """The document at the place that was told (a file, or a path of the API), or at a usual one; None for none.

    Raises WrongDocument where what was told is none.
    """
    if told:
        if told.startswith("/") and not Path(told).is_file():
            return _at(client, told, sure=True)
        return documents.read(Path(told), client.address.base)
    bases = dict.fromkeys((client.address.base, ""))
    for base in bases:
        for place in PLACES:
            document = _at(client, base + place)
            if document is not None:
                return document
    for base in bases:
        for place in PAGES:
            for named in NAMED.findall(client.send("GET", base + place).text):
                path = named if named.startswith("/") else f"{base}/{named}"
                document = _at(client, path) if not named.startswith(("http:", "https:", "//")) else None
                if document is not None:
                    return document
    return None


def _at(client: Client, path: str, *, sure: bool = False) -> Document | None:
    answer = client.send("GET", path)
    if answer.status != 200:
        if sure:
            came = answer.status or answer.failure
            raise WrongDocument(f"there is no file {path}, and {client.address.origin}{path} answers {came}")
        return None
    try:
        return documents.parse(answer.text, path, client.address.base)
    except WrongDocument:
        if sure:
            raise
        return None
