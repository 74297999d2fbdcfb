"""Fields that are kept in no column: `computed(..)` by the database, `derived(..)` by a function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select
from sqlalchemy.orm import InstrumentedAttribute


class ComputedField(msgspec.Struct, frozen=True, eq=False):
    """A field whose value is an expression over the row, rows elsewhere and the actor."""

    expression: Any
    all_rows: str | None
    via: tuple[type[Any], ...]


class DerivedField(msgspec.Struct, frozen=True, eq=False):
    """A field that a Python function makes of columns."""

    function: Callable[..., Any]
    columns: tuple[InstrumentedAttribute[Any], ...]


def computed(
    expression: ColumnElement[Any] | InstrumentedAttribute[Any] | Select[Any],
    *,
    all_rows: str | None = None,
    via: type[Any] | Sequence[type[Any]] = (),
) -> ComputedField:
    """A field that the database works out: `computed(select(func.count()).where(Like.recipe_id == Recipe.id))`.

    It may say count, sum, avg, min and max over mapped tables, exists, comparisons, and, or, not, arithmetic,
    case, coalesce, and `actor.id` or a claim.  Rows elsewhere count where the caller may read them; `all_rows`
    is the reason why every row counts whoever asks.  `via` names the resources whose policies are meant where a
    model has several.
    """
    return ComputedField(expression, all_rows, (via,) if isinstance(via, type) else tuple(via))


def derived(function: Callable[..., Any], *columns: Any) -> DerivedField:
    """A field that `function`, given the values of `columns`, returns: `derived(photo_url_of, Recipe.photo)`.

    The function depends on its arguments alone, and its annotation says what it returns: anything that
    pydantic can write.  The columns are read whether they are answered or not; where the caller may not read
    one of them, the field is left out.
    """
    return DerivedField(function, columns)
