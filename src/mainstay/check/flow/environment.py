"""Variables of the environment, as far as it was told what the program runs with."""

from __future__ import annotations

from collections.abc import Mapping

from mainstay.check.flow.program import Seen
from mainstay.check.flow.value import UNKNOWN, Value

CALLS = frozenset({"os.getenv", "os.environ.get", "os.Getenv", "Deno.env.get", "decouple.config", "std.env.var"})
"""What is asked for a variable by its name."""
HELD = frozenset({"os.environ", "process.env"})
"""What holds all variables under their names."""
NUMBERS = {"int": int, "float": float, "Number": float, "parseInt": int}


def asked(seen: Seen, environment: Mapping[str, str]) -> Value | None:
    """What a call answers that asks for a variable which was told, or makes a number of it; None for any other."""
    first = seen.arguments[0].text if seen.arguments else None
    if first is None or not environment:
        return None
    name = seen.name.removeprefix("?")
    if name in CALLS and first in environment:
        return Value(const=environment[first], source=seen)
    if name in NUMBERS:
        try:
            return Value(const=NUMBERS[name](first), source=seen)
        except ValueError:
            return None
    return None


def held(owner: Value, name: str | None, environment: Mapping[str, str]) -> Value | None:
    """A variable that was told, where it is taken from what holds all; None for anything else."""
    if name is None or name not in environment or (owner.path or owner.type.removeprefix("?")) not in HELD:
        return None
    return Value(const=environment[name]) if owner.const is UNKNOWN else None
