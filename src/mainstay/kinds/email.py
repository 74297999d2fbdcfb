"""E-mail addresses."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, EmailStr, TypeAdapter, ValidationError

from mainstay.kinds.text import Text
from mainstay.wire import Form

ADDRESS: TypeAdapter[str] = TypeAdapter(EmailStr)
DRESSED = re.compile(r"[\s<>]")
"""Signs of `Ada <ada@example.com>`, of which the parser would keep the address alone."""


def address(text: str) -> str:
    """The address, its domain in lower case."""
    try:
        if not DRESSED.search(text):
            return ADDRESS.validate_python(text)
    except ValidationError:
        pass
    raise ValueError("is not an e-mail address such as ada@example.com")


class Email(Text, frozen=True):
    """An address as RFC 5321 and 6531 write it; the domain is kept in lower case."""

    name = "email"

    max_length: int | None = 254
    folded: bool = False
    """Whether all of it is kept in lower case, so that one mailbox has one spelling."""

    def form(self) -> Form:
        hint = "an address such as ada@example.com"
        return Form("string", format="email", min_length=self.min_length or None, max_length=self.max_length, hint=hint)

    def annotation(self) -> Any:
        return Annotated[str, self.limits(), AfterValidator(self.address)]

    def parse(self, text: str) -> Any:
        return self.address(text)

    def address(self, text: str) -> str:
        """The address as it is kept."""
        return address(text).lower() if self.folded else address(text)

    def samples(self) -> tuple[Any, ...]:
        return ("ada@example.com", "o'brien+tag@sub.example.org")
