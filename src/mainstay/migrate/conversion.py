"""A column of another type on SQLite, which keeps decimals as whole numbers and moments as text: values written anew.

PostgreSQL casts them by itself.
"""

from __future__ import annotations

import re
from typing import Literal

from mainstay.migrate.schema import Column

Form = Literal["whole", "scaled", "real", "text", "moment", "day", "truth", "other"]


def form(column: Column) -> Form:
    """How SQLite keeps the values of a column."""
    name = column.type.postgresql
    for pattern, found in FORMS:
        if re.match(pattern, name):
            return "other" if found == "scaled" and column.type.sqlite != "INTEGER" else found
    return "other"


FORMS: tuple[tuple[str, Form], ...] = (
    (r"NUMERIC\(\d+, \d+\)", "scaled"),
    (r"BIGINT|INTEGER|SMALLINT", "whole"),
    (r"DOUBLE|REAL|FLOAT", "real"),
    (r"TIMESTAMP", "moment"),
    (r"DATE", "day"),
    (r"BOOLEAN", "truth"),
    (r"VARCHAR|TEXT", "text"),
)


def digits(column: Column) -> int | None:
    """The digits behind the point of a number; None for what is none, or has as many as it likes."""
    found = re.match(r"NUMERIC\(\d+, (\d+)\)", column.type.postgresql)
    return int(found[1]) if found else 0 if form(column) == "whole" else None


def value_before(name: str, old: Column, new: Column) -> str | None:
    """What a column holds before it gets its new type; None where it may stay."""
    scale = 10 ** (digits(new) or 0)
    match form(old), form(new):
        case "real", "scaled":
            return f"round({name} * {scale})"
        case "text", "scaled":  # what is no number stays, and is refused
            number = f"CAST(CAST(round(CAST({name} AS REAL) * {scale}) AS INTEGER) AS TEXT)"
            return f"CASE WHEN {name} GLOB '*[^0-9.-]*' THEN {name} ELSE {number} END"
        case "text", "truth":
            return f"CASE {name} WHEN 'true' THEN '1' WHEN 'false' THEN '0' ELSE {name} END"
    return None


def value_after(name: str, old: Column, new: Column) -> str | None:
    """What a column holds once it has its new type; None where it may stay."""
    scale = 10 ** (digits(old) or 0)
    match form(old), form(new):
        case "scaled" | "whole", "scaled" | "whole":
            return rescaled(name, (digits(new) or 0) - (digits(old) or 0))
        case "scaled", "real":
            return f"{name} / {scale}.0"
        case "scaled", "text":
            sign = f"CASE WHEN CAST({name} AS INTEGER) < 0 THEN '-' ELSE '' END"
            whole, rest = f"abs({name}) / {scale}", f"abs({name}) % {scale}"
            return f"{sign} || printf('%d.%0{digits(old)}d', {whole}, {rest})" if scale > 1 else None
        case "truth", "text":
            return f"CASE {name} WHEN '1' THEN 'true' ELSE 'false' END"
        case "moment", "day":
            return f"substr({name}, 1, 10)"
        case "day", "moment":
            return f"{name} || 'T00:00:00.000000Z'"
    return None


def rescaled(name: str, more: int) -> str | None:
    """A whole number with its point moved."""
    if more == 0:
        return None
    return f"{name} * {10**more}" if more > 0 else f"CAST(round({name} / {10**-more}.0) AS INTEGER)"


def changes(name: str, old: Column, new: Column, *, sqlite: bool) -> str | None:
    """The condition under which a value is not the same after the change; None where it always is."""
    places = digits(new)
    match form(old), form(new):
        case "scaled", "scaled" | "whole" if sqlite:
            fewer = (digits(old) or 0) - (places or 0)
            return f"{name} % {10**fewer} <> 0" if fewer > 0 else None
        case "scaled", "scaled" | "whole" if (digits(old) or 0) > (places or 0):
            return f"{name} <> round({name}, {places})"
        case "real", "scaled" | "whole":
            value = name if sqlite else f"CAST({name} AS numeric)"
            return f"{value} <> round({value}, {places})"
        case "moment", "day":
            return f"substr({name}, 11) <> 'T00:00:00.000000Z'" if sqlite else f"{name} <> CAST({name} AS date)"
    return None
