"""Lists, mappings and stores: what is put into them, and what is taken out.

The fields of a list are its items by position; under `*` stands what may be at any, as it is put there in a loop.
"""

from __future__ import annotations

from dataclasses import replace

from mainstay.check.flow.program import Seen
from mainstay.check.flow.value import NOTHING, UNKNOWN, Value, merged

STORES = frozenset({"configparser.ConfigParser", "configparser.RawConfigParser", "Map"})
"""Types that keep values under one or more keys with `set`, and give them back with `get`."""
BUFFERS = frozenset({"io.StringIO", "io.BytesIO"})
ADDS = frozenset({"append", "push", "add"})


def taken(owner: Value, key: Value) -> Value:
    """What stands at a place of a list or mapping."""
    fields = owner.fields or {}
    where = key.const
    if isinstance(where, int) and where < 0 and owner.type == "sequence" and "*" not in fields:
        where += len(fields)
    if where is not UNKNOWN and str(where) in fields:
        return fields[str(where)]
    if "*" in fields:
        return fields["*"]
    return Value(trace=owner.any_trace()) if where is UNKNOWN or owner.trace is not None else NOTHING


def contained(seen: Seen) -> Value | None:
    """What a method of a container answers, when it has done its work; None for any other call."""
    method, receiver = seen.method, seen.receiver
    if receiver.type in STORES and method in ("set", "get") and seen.arguments:
        return _store(seen)
    if method == "write" and receiver.type in BUFFERS and seen.arguments:
        receiver.trace = receiver.trace or seen.arguments[0].any_trace()
        return NOTHING
    if method == "setFeature" and len(seen.arguments) == 2:
        receiver.fields = {**(receiver.fields or {}), seen.arguments[0].path: seen.arguments[1]}
        return NOTHING
    if receiver.fields is None or (not seen.arguments and method not in ("copy", "pop")):
        return None
    fields = receiver.fields
    if method == "get":
        default = seen.arguments[1] if len(seen.arguments) > 1 else NOTHING
        return merged(taken(receiver, seen.arguments[0]), default)
    if method == "copy":
        return replace(receiver, fields=dict(fields))
    if method == "update" and receiver.type in ("mapping", "copied"):
        receiver.fields = {**(fields or {"**": NOTHING}), **(seen.arguments[0].fields or {"**": NOTHING})}
        return NOTHING
    if method in ADDS:
        _add(seen)
        return NOTHING
    if method == "pop" and receiver.type == "sequence" and "*" not in fields:
        return _popped(seen)
    return None


def _add(seen: Seen) -> None:
    fields = seen.receiver.fields
    if fields is None:
        return
    if seen.loop is not None or "*" in fields:
        fields["*"] = merged(fields.get("*", NOTHING), seen.arguments[0])
    else:
        fields[str(len(fields))] = seen.arguments[0]


def _popped(seen: Seen) -> Value | None:
    """An item that leaves a list: those behind it move up."""
    items = list((seen.receiver.fields or {}).values())
    where = seen.arguments[0].const if seen.arguments else -1
    if seen.loop is not None or not isinstance(where, int) or not -len(items) <= where < len(items):
        return None
    found = items.pop(where)
    seen.receiver.fields = {str(position): each for position, each in enumerate(items)}
    return found


def _store(seen: Seen) -> Value | None:
    sets = seen.method == "set"
    given = seen.arguments[:-1] if sets else seen.arguments
    keys = [each.text for each in given]
    fields = seen.receiver.fields
    if not all(key is not None for key in keys):
        return None if sets or fields is None else Value(trace=seen.receiver.any_trace())
    name = "\0".join(str(key) for key in keys)
    if sets:
        seen.receiver.fields = {**(fields or {}), name: seen.arguments[-1]}
        return NOTHING
    return None if fields is None else fields.get(name, seen.keywords.get("fallback", NOTHING))


def nested(before: Value | None, parts: list[str], module: Value) -> Value:
    """A package of the program with one of its modules in it, as `import package.module` binds it."""
    known = dict(before.fields) if before is not None and before.fields is not None else {}
    first, *rest = parts
    known[first] = nested(known.get(first), rest, module) if rest else module
    return Value(type=before.type if before is not None else "module:", fields=known)
