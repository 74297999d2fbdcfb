"""References: the key of a row of another table."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy.types import TypeEngine

from mainstay.kinds.identifier import Identifier
from mainstay.kinds.kind import EQUAL, Conversion, Kind
from mainstay.wire import Form


class Reference(Kind, frozen=True):
    """The key of a row elsewhere: in every form what that key's own kind is."""

    name = "reference"
    python = object
    operators = EQUAL

    key: Kind = msgspec.field(default_factory=Identifier)

    def column(self, database: str) -> TypeEngine[Any]:
        return self.key.column(database)

    def form(self) -> Form:
        return self.key.form()

    def annotation(self) -> Any:
        return self.key.annotation()

    def parse(self, text: str) -> Any:
        return self.key.parse(text)

    def store(self, database: str) -> Conversion:
        return self.key.store(database)

    def load(self, database: str) -> Conversion:
        return self.key.load(database)

    def wire(self, database: str) -> Conversion:
        return self.key.wire(database)

    def encode(self) -> Conversion:
        return self.key.encode()

    def samples(self) -> tuple[Any, ...]:
        return self.key.samples()
