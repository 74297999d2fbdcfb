"""Rows made of the sample values of every kind."""

from __future__ import annotations

import random
import uuid
from typing import Any

from pydantic import BaseModel

from mainstay.kinds import Kind
from tests.apps.everything import Size, Words
from tests.engine.world import World


def rank(value: Any) -> tuple[bool, Any]:
    """What Python sorts a value by: null is the smallest."""
    return (value is not None, str(value) if isinstance(value, uuid.UUID) else value if value is not None else 0)


def values(kind: Kind) -> list[Any]:
    """Sample values of a kind; JSON has them by its shape."""
    shape = getattr(kind, "shape", None)
    if isinstance(shape, type) and issubclass(shape, BaseModel):
        return [Size(width=1), Size(width=2, height=3)] if shape is Size else [Words(["a", "b"]), Words([])]
    return list(kind.samples())


def blanks(there: World, count: int, seed: int = 1) -> list[dict[str, Any]]:
    """Rows of the table in which every value can be missing; references refer to nothing."""
    chosen = random.Random(seed)
    table = there.storage.tables["blanks"]
    rows = []
    for number in range(count):
        row: dict[str, Any] = {"id": uuid.UUID(int=number * 7919 + 1)}
        for column in table.columns:
            if column.name not in ("id", "label_id"):
                row[column.name] = chosen.choice([None, *values(there.storage.kind("blanks", column.name))])
        rows.append(row)
    return rows
