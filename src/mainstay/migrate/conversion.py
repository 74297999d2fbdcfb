"""A column of another type: how its values become those of the new one, and whether they can.

PostgreSQL casts most of them by itself; SQLite keeps decimals as whole numbers and moments as text.
"""

from __future__ import annotations

import re
from typing import Literal

from mainstay.migrate.schema import Column

Form = Literal["whole", "scaled", "real", "text", "moment", "day", "clock", "truth", "uuid", "json", "other"]


def form(column: Column) -> Form:
    """What the values of a column are."""
    name = column.type.postgresql
    for pattern, found in FORMS:
        if re.match(pattern, name):
            return "other" if found == "scaled" and column.type.sqlite != "INTEGER" else found
    return "other"


FORMS: tuple[tuple[str, Form], ...] = (
    (r".*\[\]", "other"),
    (r"NUMERIC\(\d+, \d+\)", "scaled"),
    (r"BIGINT|INTEGER|SMALLINT", "whole"),
    (r"DOUBLE|REAL|FLOAT", "real"),
    (r"TIMESTAMP", "moment"),
    (r"DATE", "day"),
    (r"TIME", "clock"),
    (r"BOOLEAN", "truth"),
    (r"VARCHAR|TEXT|CHAR", "text"),
    (r"UUID", "uuid"),
    (r"JSON", "json"),
)

ALIKE: tuple[set[Form], ...] = ({"whole", "scaled", "real"}, {"moment", "day"}, {"whole", "truth"})
"""Forms of which a value may be a value of the other, too; any value is a text, and a text may be any value."""


def is_possible(old: Column, new: Column) -> bool:
    """Whether a value of a column can be one of the new type."""
    pair = {form(old), form(new)}
    return len(pair) == 1 or bool(pair & {"text", "other"}) or any(pair <= alike for alike in ALIKE)


def cast_on_postgresql(name: str, old: Column, new: Column) -> str | None:
    """What PostgreSQL makes the new value of; None where it does so by itself, and refuses a text that is too long."""
    if old.type.postgresql.partition("(")[0] == new.type.postgresql.partition("(")[0]:
        return None
    match form(old), form(new):
        case _, "text":
            return None
        case "truth", "whole":
            return f"{name}::integer"
        case "real", "whole":  # a half away from zero, as SQLite does it; a cast rounds it to the even number
            return f"trunc({name} + CASE WHEN {name} < 0 THEN -0.5 ELSE 0.5 END)::bigint"
        case "whole", "truth":  # by way of text: a number is no truth unless it is 0 or 1
            return f"{name}::text::boolean"
    return f"{name}::{new.type.postgresql.partition(' COLLATE')[0]}"


def digits(column: Column) -> int | None:
    """The digits behind the point of a number; None for what is none, or has as many as it likes."""
    found = re.match(r"NUMERIC\(\d+, (\d+)\)", column.type.postgresql)
    return int(found[1]) if found else 0 if form(column) == "whole" else None


NO_NUMBER = ("*[^0-9.-]*", "?*-*", "*.*.*")
"""What a text with digits is like that is no number."""


def value_before(name: str, old: Column, new: Column) -> str | None:
    """What a column holds before it gets its new type; None where it may stay."""
    scale = 10 ** (digits(new) or 0)
    match form(old), form(new):
        case "real", "scaled" | "whole":
            return f"round({name} * {scale})"
        case "text", "scaled":  # what is no number stays, and is refused
            none = " OR ".join([f"{name} GLOB '{words}'" for words in NO_NUMBER])
            number = f"CAST({read_scaled(name, digits(new) or 0)} AS TEXT)"
            return f"CASE WHEN {none} OR {name} NOT GLOB '*[0-9]*' THEN {name} ELSE {number} END"
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
            number = f"CAST({name} AS INTEGER)"  # `abs` makes floating point of text
            sign = f"CASE WHEN {number} < 0 THEN '-' ELSE '' END"
            whole, rest = f"abs({number}) / {scale}", f"abs({number}) % {scale}"
            return f"{sign} || printf('%d.%0{digits(old)}d', {whole}, {rest})" if scale > 1 else None
        case "truth", "text":
            return f"CASE {name} WHEN '1' THEN 'true' ELSE 'false' END"
        case "moment", "day":
            return f"substr({name}, 1, 10)"
        case "day", "moment":
            return f"{name} || 'T00:00:00.000000Z'"
    return None


def read_scaled(name: str, places: int) -> str:
    """The whole number that is kept of a text with a number; floating point has too few digits for it."""
    rest = f"replace(substr({name} || '.', instr({name} || '.', '.') + 1), '.', '')"
    kept = f"CAST(substr({rest} || '{'0' * places}', 1, {places}) AS INTEGER)"
    number = f"abs(CAST({name} AS INTEGER)) * {10**places} + {kept} + (substr({rest}, {places + 1}, 1) >= '5')"
    return f"({number}) * CASE WHEN substr({name}, 1, 1) = '-' THEN -1 ELSE 1 END"


def rescaled(name: str, more: int) -> str | None:
    """A whole number with its point moved."""
    if more == 0:
        return None
    if more > 0:
        return f"{name} * {10**more}"
    half = 10**-more // 2  # in whole numbers, as floating point has too few digits
    return f"({name} + CASE WHEN {name} < 0 THEN -{half} ELSE {half} END) / {10**-more}"


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
