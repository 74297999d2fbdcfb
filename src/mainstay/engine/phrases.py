"""Mistakes that pydantic finds, in the words of this API: what is wrong, and what would be right."""

from __future__ import annotations

from typing import Any

OF_TYPES = {
    "bool_type": "is not true or false",
    "dict_type": "is not an object",
    "float_type": "is not a number",
    "int_from_float": "is not a whole number",
    "int_parsing": "is not a whole number",
    "int_type": "is not a whole number",
    "list_type": "is not a list",
    "literal_error": "is not {expected}",
    "model_attributes_type": "is not an object",
    "model_type": "is not an object",
    "string_pattern_mismatch": "does not match {pattern}",
    "string_type": "is not text",
}
"""What is said of a value of another sort, unless its kind has a hint of what would be right."""

OF_BOUNDS = {
    "greater_than": "is not greater than {gt}",
    "greater_than_equal": "is less than {ge}",
    "less_than": "is not less than {lt}",
    "less_than_equal": "is greater than {le}",
    "string_too_long": "is longer than {max_length} characters",
    "string_too_short": "is shorter than {min_length} characters",
    "too_long": "has more than {max_length} members",
    "too_short": "has fewer than {min_length} members",
}


def phrase(mistake: Any, hint: str) -> str:
    """What is said of one of pydantic's mistakes, found in a value of whose right form `hint` tells."""
    sort, context = mistake["type"], mistake.get("ctx", {})
    if mistake["input"] is None and sort in OF_TYPES:
        return f"cannot be null; give {hint}" if hint else "cannot be null"
    if sort in OF_TYPES:
        return f"is not {hint}" if hint else OF_TYPES[sort].format(**context)
    if sort in OF_BOUNDS:
        one = context.get("max_length", context.get("min_length")) == 1
        told = OF_BOUNDS[sort].format(**context)
        return told.removesuffix("s") if one else told
    return str(mistake["msg"]).removeprefix("Value error, ")
