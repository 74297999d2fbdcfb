"""E-mail addresses."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import EmailStr, StringConstraints, TypeAdapter, ValidationError

from mainstay.kinds.text import Text
from mainstay.wire import Form

ADDRESS: TypeAdapter[str] = TypeAdapter(EmailStr)


@dataclass(frozen=True, slots=True)
class Email(Text):
    """An address as RFC 5321 and 6531 write it; the domain is kept in lower case."""

    name = "email"

    max_length: int | None = 254

    def form(self) -> Form:
        return Form("string", format="email", max_length=self.max_length, hint="an address such as ada@example.com")

    def annotation(self) -> Any:
        return Annotated[EmailStr, StringConstraints(max_length=self.max_length)]

    def parse(self, text: str) -> Any:
        try:
            return ADDRESS.validate_python(text)
        except ValidationError as error:
            raise ValueError("is not an e-mail address") from error

    def samples(self) -> tuple[Any, ...]:
        return ("ada@example.com", "o'brien+tag@sub.example.org")
