"""Web addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import AfterValidator, HttpUrl, StringConstraints, TypeAdapter, ValidationError

from mainstay.kinds.text import Text, without_nul
from mainstay.wire import Form

ADDRESS: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)


def web_address(text: str) -> str:
    """The text, where it is an http or https address; it is kept as it was written."""
    try:
        ADDRESS.validate_python(text)
    except ValidationError as error:
        raise ValueError("is not an address such as https://example.com/page") from error
    return without_nul(text)


@dataclass(frozen=True, slots=True)
class Url(Text):
    """An http or https address (RFC 3986) of at most 2,083 characters."""

    name = "url"

    max_length: int | None = 2083

    def form(self) -> Form:
        return Form("string", format="uri", max_length=self.max_length, hint="an address such as https://example.com/page")

    def annotation(self) -> Any:
        return Annotated[str, StringConstraints(max_length=self.max_length, strict=True), AfterValidator(web_address)]

    def parse(self, text: str) -> Any:
        return web_address(text)

    def samples(self) -> tuple[Any, ...]:
        return ("https://example.com/page?q=1#top", "http://localhost:8080/")
