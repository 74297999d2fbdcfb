"""Web addresses."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, HttpUrl, TypeAdapter, ValidationError

from mainstay.kinds.text import Text, without_nul
from mainstay.wire import Form

ADDRESS: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)
WRITTEN = re.compile(r"https?://[^\s\\\x00-\x20\x7f]+", re.IGNORECASE)
"""What a reader takes for an address; parsers of URLs also drop spaces and line ends, and mend slashes."""


def web_address(text: str) -> str:
    """The text, where it is an http or https address; it is kept as it was written."""
    try:
        if WRITTEN.fullmatch(text):
            ADDRESS.validate_python(text)
            return without_nul(text)
    except ValidationError:
        pass
    raise ValueError("is not an address such as https://example.com/page")


class Url(Text, frozen=True):
    """An http or https address (RFC 3986) of at most 2,083 characters."""

    name = "url"

    max_length: int | None = 2083

    def form(self) -> Form:
        hint = "an address such as https://example.com/page"
        return Form("string", format="uri", min_length=self.min_length or None, max_length=self.max_length, hint=hint)

    def annotation(self) -> Any:
        return Annotated[str, self.limits(), AfterValidator(web_address)]

    def parse(self, text: str) -> Any:
        return web_address(text)

    def samples(self) -> tuple[Any, ...]:
        return ("https://example.com/page?q=1#top", "http://localhost:8080/")
