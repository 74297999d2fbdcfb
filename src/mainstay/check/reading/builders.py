"""Statements that are put together by calls: builders of TypeORM, MikroORM and Kysely."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.facts import Query, Sink
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.queries import chains, injected
from mainstay.check.reading.reader import (
    OWNER,
    Located,
    entity,
    given_caller,
    known_text,
    label,
    last,
    names_caller,
    shown,
)
from mainstay.check.words import words

TEXTS = words(
    """
    where andWhere orWhere having andHaving orHaving orderBy addOrderBy groupBy addGroupBy select addSelect
    leftJoin innerJoin leftJoinAndSelect innerJoinAndSelect set
    """
)
"""Methods of a builder that take a part of a statement as text."""
STARTS = {"selectFrom": "read", "insertInto": "insert", "updateTable": "update", "deleteFrom": "delete"}
ONE = words("getOne getOneOrFail getRawOne getCount getExists executeTakeFirst executeTakeFirstOrThrow getSingleResult")
BOUNDS = re.compile(r"^(limit|take|top|fetch)$|paginat", re.IGNORECASE)
RUN = re.compile(r"(execute|get(One|Many|Raw|Count|Exists|Single|Result)|stream$)")
"""Methods that send a statement; without one it is a part of another."""
READS = re.compile(r"paginat|execute|cursor|fetch|load|^run", re.IGNORECASE)
"""Functions that are given a statement, and send it."""
WRITES = {"insert": "insert", "update": "update", "delete": "delete", "softDelete": "delete"}
COLUMN = re.compile(r"([A-Za-z_]\w*)[\"`]?\s*(?:=|<|>|!=|\bin\b|\blike\b|\bis\b)", re.IGNORECASE)


def read(run: Run) -> Iterator[Located]:
    """The statements that builders make in a function, and text of the caller that becomes part of one."""
    if not run.unit.source.is_javascript:
        return
    calls = run.calls
    begun = [each for each in calls if each.method in STARTS or each.method == "createQueryBuilder"]
    if not begun:
        return
    links, given = chains(calls), _given(calls)
    for seen in begun:
        chain = links.get(id(seen), [seen])
        readers = given.get(id(seen), [])
        if not readers and not any(RUN.match(each.method) for each in chain):
            continue
        yield seen.position, _query(seen, [*chain, *readers])
    for seen in calls:
        if seen.method in TEXTS and _built(seen):
            trace = injected(_text(seen), "sql")
            if trace is not None:
                place = seen.place
                yield (
                    seen.position,
                    Sink(place=place, function=label(seen), purpose="sql", call=shown(seen), trace=trace),
                )


def _given(calls: list[Seen]) -> dict[int, list[Seen]]:
    """For each call, those that are given what it began, as one that reads it page by page."""
    out: dict[int, list[Seen]] = {}
    for call in calls:
        for each in call.arguments if READS.search(call.method) else ():
            source, depth = each.source, 0
            while isinstance(source, Seen) and depth < 20:
                out.setdefault(id(source), []).append(call)
                source, depth = source.receiver.source, depth + 1
    return out


def _built(seen: Seen) -> bool:
    """Whether it is called on a builder of TypeORM or MikroORM, which take text as it is."""
    source, depth = seen.receiver.source, 0
    while isinstance(source, Seen) and depth < 20:
        if source.method in ("createQueryBuilder", "getRepository", "qb"):
            return True
        source, depth = source.receiver.source, depth + 1
    return "QueryBuilder" in seen.receiver.type


def _text(seen: Seen) -> Value | None:
    given = seen.argument(0)
    if given is None or given.fields is not None or given.callee is not None:
        return None
    return given if given.type.startswith("text:") or "text" in given.marks or seen.method.endswith("rderBy") else None


def _query(seen: Seen, chain: list[Seen]) -> Query:
    methods = {each.method for each in chain}
    action = STARTS.get(seen.method, "read")
    if seen.method == "createQueryBuilder":
        action = next((WRITES[each] for each in WRITES if each in methods), "read")
    table = known_text(seen.argument(0)) if seen.method in STARTS else last(seen.receiver.type)
    columns = frozenset(_columns(chain))
    nodes = [argument.value for link in chain for argument in link.node.arguments]
    return Query(
        place=seen.place,
        function=label(seen),
        action=action,
        table=entity(table) if seen.method not in STARTS else table.split(" ")[0],
        columns=columns,
        many=action == "read" and not methods & ONE,
        bounded=any(BOUNDS.search(each) for each in methods),
        by_input=next((trace for link in chain for each in link.values() if (trace := each.any_trace())), None),
        caller=names_caller(*nodes) or any(OWNER.match(each) for each in columns) or given_caller(chain),
        loop=seen.loop,
        transaction=seen.transaction,
        locked=bool({"setLock", "forUpdate"} & methods),
        own_transaction=True,
        result=seen.position,
    )


def _columns(chain: list[Seen]) -> Iterator[str]:
    for link in chain:
        if link.method not in ("where", "andWhere", "orWhere", "whereRef"):
            continue
        given = link.argument(0)
        text = known_text(given)
        if len(link.arguments) == 3:
            yield last(text)
        elif text:
            yield from COLUMN.findall(text)
        elif given is not None and given.fields is not None:
            yield from given.fields
