"""What a chain of calls says of its statement: columns of the condition, columns written, options."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.flow.program import Seen


def columns(chain: list[Seen]) -> Iterator[str]:
    """The columns that the conditions of a chain name."""
    for link in chain:
        if link.method in ("values", "values_list", "order_by", "limit", "offset", "update", "create", "bulk_create"):
            continue
        for argument in link.node.arguments:
            if argument.name and link.method in (
                "filter",
                "get",
                "exclude",
                "filter_by",
                "get_or_404",
                "get_object_or_404",
                "get_or_create",
                "update_or_create",
                "first_or_404",
            ):
                yield argument.name.split("__")[0]
        for position, argument in enumerate(link.node.arguments[:2]):
            yield from _named_columns(argument.value, position)


def _named_columns(node: s.Node, position: int) -> Iterator[str]:
    if isinstance(node, s.Binary):
        if node.operator in ("==", "in", "!=", "<", ">", "<=", ">="):
            for side in (node.left, node.right):
                if isinstance(side, s.Member):
                    yield side.name
        else:
            yield from _named_columns(node.left, position)
            yield from _named_columns(node.right, position)
    elif isinstance(node, s.Mapping):
        for pair in node.pairs:
            key = pair.key.value if isinstance(pair.key, s.Literal) else None
            if key in ("where", "_id", "id", "$and", "$or", "AND", "OR") and isinstance(
                pair.value, s.Mapping | s.Sequence
            ):
                yield from _named_columns(pair.value, position)
            elif (
                isinstance(key, str)
                and not key.startswith("$")
                and position == 0
                and key
                not in (
                    "data",
                    "take",
                    "skip",
                    "select",
                    "include",
                    "limit",
                    "offset",
                    "order",
                    "orderBy",
                    "attributes",
                )
            ):
                yield key
    elif isinstance(node, s.Sequence):
        for each in node.items:
            yield from _named_columns(each, position)
    elif isinstance(node, s.Call) and isinstance(node.function, s.Member):
        if isinstance(node.function.object, s.Member):
            yield node.function.object.name
        for each in node.arguments:
            yield from _named_columns(each.value, position)


def written(chain: list[Seen]) -> Iterator[str]:
    """The columns that a chain writes."""
    for link in chain:
        if link.method in ("update", "create", "values", "get_or_create"):
            yield from (each.name for each in link.node.arguments if each.name)
        for argument in link.node.arguments:
            for node in s.walk(argument.value):
                if (
                    isinstance(node, s.Pair)
                    and isinstance(node.key, s.Literal)
                    and node.key.value in ("$set", "$inc", "data")
                    and isinstance(node.value, s.Mapping)
                ):
                    for pair in node.value.pairs:
                        if isinstance(pair.key, s.Literal) and isinstance(pair.key.value, str):
                            yield pair.key.value


def options(chain: list[Seen]) -> set[str]:
    """Names of all options that are given along a chain."""
    out: set[str] = set()
    for link in chain:
        out.update(each.name for each in link.node.arguments if each.name)
        for argument in link.node.arguments:
            if isinstance(argument.value, s.Mapping):
                out.update(str(pair.key.value) for pair in argument.value.pairs if isinstance(pair.key, s.Literal))
    return out
