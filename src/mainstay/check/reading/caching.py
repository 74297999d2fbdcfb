"""Caches: how their keys are made, what stands around them; loaders; lists that are searched again and again."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import CacheUse, Loader, QuadraticLookup
from mainstay.check.flow.program import Run, Seen
from mainstay.check.reading.reader import (
    Located,
    known_text,
    label,
    last,
    names_caller,
    own_nodes,
    remembering,
    shown,
    under,
)

CACHES = re.compile(r"(^|\.)\??(\w*cache\w*|redis\w*|memcached?|mc|redis_client|redisClient|kv)$", re.IGNORECASE)
LIBRARIES = (
    "redis",
    "ioredis",
    "memcache",
    "pymemcache",
    "aiocache",
    "django.core.cache",
    "flask_caching",
    "node-cache",
    "cachetools",
)
METHODS = {
    "get": "get",
    "hget": "get",
    "set": "set",
    "setex": "set",
    "setEx": "set",
    "add": "set",
    "hset": "set",
    "delete": "delete",
    "del": "delete",
    "unlink": "delete",
    "invalidate": "delete",
}
LOCKS = re.compile(
    r"lock|mutex|semaphore|singleflight|single_flight|inflight|nx|stampede|get_or_set|coalesce", re.IGNORECASE
)
NAMES = (s.Name, s.Member)
is_lock = remembering(LOCKS)
SEARCHES = frozenset({"find", "filter", "findIndex"})


def read(run: Run) -> Iterator[Located]:
    """The uses of caches in a function, its loaders and its searches in loops."""
    locked = any(
        isinstance(each, NAMES) and is_lock(each.id if isinstance(each, s.Name) else each.name)
        for each in own_nodes(run)
    )
    locked = locked or any(isinstance(each, s.Argument) and each.name == "nx" for each in own_nodes(run))
    for seen in run.calls:
        use = _use(seen, locked)
        if use is not None:
            yield seen.position, use
        if last(seen.name) in ("DataLoader", "dataloader") and seen.function is None:
            yield seen.position, Loader(place=seen.place, name="DataLoader")
        if _quadratic(seen):
            yield seen.position, QuadraticLookup(place=seen.place, function=label(seen), call=shown(seen))


def _use(seen: Seen, locked: bool) -> CacheUse | None:
    front = seen.name.rpartition(".")[0]
    action = METHODS.get(seen.method)
    written = s.dotted(seen.node.function.object) if isinstance(seen.node.function, s.Member) else ""
    if (
        action is None
        or not seen.arguments
        or not (under(seen.name, *LIBRARIES) or CACHES.search(front) or CACHES.search(written))
    ):
        return None
    if seen.receiver.type.startswith(("express.", "flask.request")):
        return None
    key = seen.arguments[0]
    pattern = known_text(key)
    return CacheUse(
        place=seen.place,
        function=label(seen),
        action=action,
        pattern=pattern,
        unstable="hash() of a text differs from process to process" if "unstable" in key.marks else "",
        literal_dots="..." in pattern or (action == "delete" and pattern.endswith("*")),
        caller=names_caller(seen.node.arguments[0].value) or _names_caller_before(seen),
        locked=locked,
    )


def _names_caller_before(seen: Seen) -> bool:
    """Whether the key is a variable that was made of the caller."""
    node = seen.node.arguments[0].value
    if not isinstance(node, s.Name) or seen.function is None:
        return not isinstance(node, s.Template | s.Literal | s.Binary)
    for each in seen.function.nodes:
        if isinstance(each, s.Assign) and isinstance(each.targets[0], s.Name) and each.targets[0].id == node.id:
            return each.value is not None and names_caller(each.value)
    return True


def _quadratic(seen: Seen) -> bool:
    if seen.loop is None:
        return False
    if seen.is_javascript:
        given = any(each.callee is not None for each in seen.arguments) and seen.method in SEARCHES
        return given and not seen.receiver.type.startswith(("mapping", "express")) and _stays(seen)
    if (
        seen.name.removeprefix("?") == "next"
        and seen.node.arguments
        and isinstance(seen.node.arguments[0].value, s.Comprehension)
    ):
        return bool(seen.node.arguments[0].value.tests)
    return False


def _stays(seen: Seen) -> bool:
    """Whether the list that is searched is the same in every turn of a loop of the same function."""
    node = seen.node.function
    written = s.dotted(node.object) if isinstance(node, s.Member) else ""
    head = written.partition(".")[0]
    function, loop = seen.function, seen.loop
    if not head or "()" in written or head == "self" or head.startswith("$") or head.isupper() or loop is None:
        return False
    if function is not None and not function.name and head in _bound(function):
        return False
    first = seen.unit.source.first - 1
    if function is not None and not (function.line <= loop.line - first <= function.end):
        return False
    for each in function.nodes if function is not None else seen.unit.nodes:
        turns = isinstance(each, s.Loop | s.Call) and each is not seen.node and each.line == loop.line - first
        if turns and head in _bound(each):
            return False
    return True


def _bound(loop: s.Node) -> set[str]:
    """The variables that each turn of a loop has for itself."""
    out: set[str] = set()
    for each in s.walk(loop):
        if isinstance(each, s.Loop) and each.target is not None:
            out |= {inner.id for inner in s.walk(each.target) if isinstance(inner, s.Name)}
        elif isinstance(each, s.Assign):
            out |= {inner.id for target in each.targets for inner in s.walk(target) if isinstance(inner, s.Name)}
        elif isinstance(each, s.Function):
            for parameter in each.parameters:
                out.add(parameter.name)
                out |= {inner.id for inner in s.walk(parameter) if isinstance(inner, s.Name)}
    return out
