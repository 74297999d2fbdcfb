"""Money: an exact amount of one currency."""

from __future__ import annotations

from decimal import Decimal as Exact
from typing import Annotated, Any

import msgspec
from msgspec.structs import force_setattr
from pydantic import PlainValidator

from mainstay.kinds.kind import Conversion
from mainstay.kinds.number import Decimal
from mainstay.wire import Form

DIGITS = {"BHD": 3, "CLP": 0, "IQD": 3, "ISK": 0, "JOD": 3, "JPY": 0, "KRW": 0, "KWD": 3, "LYD": 3, "OMR": 3}
DIGITS |= {"PYG": 0, "TND": 3, "UGX": 0, "VND": 0, "VUV": 0, "XAF": 0, "XOF": 0, "XPF": 0, "RWF": 0, "KMF": 0}
DIGITS |= {"BIF": 0, "DJF": 0, "GNF": 0}
"""Digits behind the point of the currencies that have not two of them (ISO 4217)."""


class Money(Decimal, frozen=True):
    """An amount of the currency that the declaration names (`Money("EUR")`), in its smallest unit exactly.

    On the wire `{"amount": "12.50", "currency": "EUR"}`; in a URL the amount alone.
    """

    name = "money"

    scale: int = -1
    """Digits behind the point, those of the currency."""
    currency: str = ""
    """Three capital letters (ISO 4217)."""

    def __post_init__(self) -> None:
        if not (len(self.currency) == 3 and self.currency.isascii() and self.currency.isupper()):
            raise ValueError(f"a currency is three capital letters (ISO 4217), not {self.currency!r}")
        if self.scale < 0:
            force_setattr(self, "scale", DIGITS.get(self.currency, 2))
        Decimal.__post_init__(self)

    def form(self) -> Form:
        amount = Decimal.form(self)
        shape = {
            "type": "object",
            "properties": {
                "amount": amount.json_schema(),
                "currency": {"type": "string", "enum": [self.currency]},
            },
            "required": ["amount", "currency"],
            "additionalProperties": False,
        }
        hint = f'an amount such as {{"amount": "{self.smallest}", "currency": "{self.currency}"}}'
        return Form("object", format="money", shape=msgspec.json.encode(shape).decode(), hint=hint)

    def from_wire(self, value: object) -> Exact:
        """The amount that a JSON value means."""
        if isinstance(value, Exact):
            return self.fit(value)
        if not isinstance(value, dict) or set(value) != {"amount", "currency"}:
            raise ValueError(f"is not {self.form().hint}")
        if value["currency"] != self.currency:
            raise ValueError(f"is in another currency than {self.currency}")
        if not isinstance(value["amount"], str):
            raise ValueError(f'has an amount that is not a decimal in a string, such as "{self.smallest}"')
        return self.fit(self.from_json(value["amount"]))

    def annotation(self) -> Any:
        return Annotated[Exact, PlainValidator(self.from_wire)]

    def wire(self, database: str) -> Conversion:
        currency = self.currency
        digits: Any = Decimal.wire(self, database)
        return lambda value: {"amount": digits(value), "currency": currency}

    def encode(self) -> Conversion:
        currency = self.currency
        return lambda value: {"amount": f"{value:f}", "currency": currency}
