"""Statements of Rust: sqlx, rusqlite and tokio-postgres with SQL as text, diesel and SeaORM with chains of calls."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mainstay.check import syntax as s
from mainstay.check.facts import Commit, PageSize, Query
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import Trace, Value
from mainstay.check.reading.queries import chains, of_text, root_result
from mainstay.check.reading.reader import OWNER, Located, chain_before, known_text, label, last, names_caller, under
from mainstay.check.reading.statements import CONDITION, SQL, parsed
from mainstay.check.words import words

TEXTS = words(
    """
    query query_as query_scalar query_with query_as_with raw_sql query! query_as! query_scalar! query_unchecked!
    query_as_unchecked! sql_query execute query_row query_map query_one query_opt prepare prepare_cached
    execute_batch batch_execute query_raw from_string from_sql_and_values
    """
)
"""Functions and methods that take SQL as text."""
MACROS = words("query! query_as! query_scalar! query_unchecked! query_as_unchecked!")
ONE = words("fetch_one fetch_optional query_row query_one query_opt first get_result one fetch_scalar execute")
LIBRARIES = ("sqlx", "diesel", "sea_orm")
RUNS = words("fetch_one fetch_optional fetch_all fetch execute fetch_many")
DIESEL = words("load get_result get_results first execute find load_iter get_count")
SEA = {"one": False, "all": True, "count": False, "stream": True}
SEA_WRITES = {"insert": "insert", "update": "update", "delete": "delete", "save": "update", "insert_many": "insert"}
FILTERS = words("filter or_filter belonging_to find")
COMPARES = words("eq ne gt lt ge le eq_any like ilike is_null is_in contains between")
HANDLES = re.compile(r"(^|[._])(\w*conn(ection)?|\w*db|pool|tx|trx|transaction|client|executor)\d?(\(\))?$")
FROM_CALLER = ("query", "body", "path")
PLACE = re.compile(r"limit\s+(\$\d+|\?|:\w+|\{)", re.IGNORECASE)


def read(run: Run) -> Iterator[Located]:
    """The statements of a function, and the ends of its transactions."""
    calls = run.calls
    chained = chains(calls)
    for seen in calls:
        if seen.method == "commit" and not seen.name.startswith("!"):
            yield seen.position, Commit(place=seen.place, function=label(seen))
            continue
        chain = chained.get(id(seen), [seen])
        page = _page_size(seen)
        if page is not None:
            yield seen.position, page
        query = _text(seen, chain) or _diesel(seen) or _sea(seen)
        if query is not None:
            yield seen.position, replace(query, result=root_result(Value(source=seen)) or seen.position)


def statement_of(seen: Seen) -> Value | None:
    """What a call is given as its statement."""
    if seen.method not in TEXTS or seen.name.startswith("!"):
        return None
    for value in seen.arguments[:2]:
        if SQL.match(known_text(value)):
            return value
    first = seen.arguments[0] if seen.arguments else None
    made = first.source if first is not None else None
    if isinstance(made, Seen) and under(made.name, *LIBRARIES):
        return None
    return first if under(seen.name, *LIBRARIES) or is_handle(seen) else None


def is_handle(seen: Seen) -> bool:
    """Whether a call is one of a connection."""
    written = s.dotted(seen.node.function.object) if isinstance(seen.node.function, s.Member) else ""
    kinds = ("rusqlite", "tokio_postgres", "postgres", "sqlx", "sea_orm", "deadpool_postgres")
    return under(seen.receiver.type, *kinds) or HANDLES.search(written) is not None


def _text(seen: Seen, chain: list[Seen]) -> Query | None:
    text = known_text(statement_of(seen))
    if not SQL.match(text):
        return None
    told = parsed(text)
    if not told.columns and CONDITION.search(text):
        told = replace(told, columns=frozenset({"filtered"}))
    methods = {each.method for each in chain}
    many = told.many and not methods & ONE and seen.method not in ONE
    many = many and (bool(methods & {"fetch_all", "fetch"}) or seen.method in ("query", "query_map", "query_raw"))
    query = of_text(seen, told, many=many)
    given = [value for each in chain for value in each.arguments]
    bound = next((found for value in given if (found := value.any_trace())), None)
    nodes = [each.value for link in chain for each in link.node.arguments]
    nodes += [each.node.function.object for each in chain if isinstance(each.node.function, s.Member)]
    apart = query.action != "read" and seen.transaction is None and not any(_is_transaction(each) for each in nodes)
    caller = query.caller or names_caller(*nodes)
    return replace(query, by_input=query.by_input or bound, own_transaction=apart, caller=caller)


def _is_transaction(node: s.Node) -> bool:
    return re.search(r"(^|\.)(tx|trx|txn|transaction)\d?($|\.)", s.dotted(node)) is not None


def _diesel(seen: Seen) -> Query | None:
    """`users.filter(id.eq(key)).first(conn)`, and `diesel::update(users.find(key)).set(values).execute(conn)`."""
    if seen.method not in DIESEL or not seen.node.arguments:
        return None
    handle = seen.node.arguments[-1].value
    if HANDLES.search(s.dotted(handle)) is None or is_handle(seen):
        return None
    links = chain_before(seen)
    first = links[0]
    methods = {each.method for each in links}
    action = {"insert_into": "insert", "update": "update", "delete": "delete"}.get(first.method, "read")
    if "sql_query" in methods or (seen.method == "execute" and action == "read"):
        return None
    given = first.node.arguments[0].value if action != "read" and first.node.arguments else None
    if given is None and isinstance(first.node.function, s.Member):
        given = first.node.function.object
    nodes = [each.value for link in links for each in link.node.arguments]
    columns = frozenset(_columns(links)) | ({"id"} if "find" in methods else frozenset())
    table = _table(given)
    if not table or table[:1].isupper() or table == "self":
        table, columns = "", columns or frozenset({"filtered"})
    if not columns and (FILTERS & methods or not isinstance(first.node.function, s.Member) or first.name[:1] == "!"):
        columns = frozenset({"filtered"})
    many = seen.method in ("load", "get_results", "load_iter") and "count" not in s.dotted(seen.node.function)
    return Query(
        place=seen.place,
        function=label(seen),
        action=action,
        table=table,
        columns=columns,
        written=frozenset(_written(links)),
        many=many and "id" not in columns,
        bounded=bool({"limit", "first", "find"} & methods) or any("pag" in each for each in methods),
        by_input=_input(links),
        caller=names_caller(*nodes) or any(OWNER.match(each) for each in columns),
        loop=seen.loop,
        transaction=seen.transaction,
        locked="for_update" in methods,
        own_transaction=seen.transaction is None and not _is_transaction(handle),
        result=seen.position,
    )


def _input(links: list[Seen]) -> Trace | None:
    return next((found for link in links for each in link.values() if (found := each.any_trace())), None)


def _table(node: s.Node | None) -> str:
    """`users::table`, `schema::users::dsl::users` or `users` as `users`."""
    names = [each for each in s.dotted(node).replace("()", "").split(".") if each not in ("table", "dsl", "schema", "")]
    methods = ("filter", "find", "select", "inner_join", "left_join", "order", "group_by", "as_query")
    kept = [each for each in names if each not in methods]
    return kept[0] if kept and kept[0] != "crate" else kept[-1] if kept else ""


def _columns(links: list[Seen]) -> Iterator[str]:
    for link in links:
        if link.method in ("set", "values", "select", "order", "order_by"):
            continue
        for argument in link.node.arguments:
            for node in s.walk(argument.value):
                if isinstance(node, s.Call) and isinstance(node.function, s.Member) and node.function.name in COMPARES:
                    yield last(s.dotted(node.function.object)).lower()


def _written(links: list[Seen]) -> Iterator[str]:
    for link in links:
        for argument in link.node.arguments if link.method in ("set", "values") else ():
            for node in s.walk(argument.value):
                if isinstance(node, s.Call) and isinstance(node.function, s.Member) and node.function.name == "eq":
                    yield last(s.dotted(node.function.object)).lower()


def _sea(seen: Seen) -> Query | None:
    """`Entity::find().filter(Column::Id.eq(key)).one(db)`, and `active.update(db)`."""
    if not seen.node.arguments or HANDLES.search(s.dotted(seen.node.arguments[-1].value)) is None:
        return None
    links = chain_before(seen)
    methods = {each.method for each in links}
    finds = methods & {"find", "find_by_id", "find_related", "find_also_related", "find_with_related"}
    if seen.method in SEA and finds:
        action = "read"
    elif seen.method in SEA_WRITES and len(seen.node.arguments) == 1:
        action = SEA_WRITES[seen.method]
    elif seen.method == "exec" and links[0].method in ("insert", "update_many", "delete_many", "delete_by_id"):
        action = SEA_WRITES.get(links[0].method.partition("_")[0], "update")
    else:
        return None
    nodes = [each.value for link in links for each in link.node.arguments]
    columns = frozenset(_columns(links)) | ({"id"} if methods & {"find_by_id", "delete_by_id"} else frozenset())
    return Query(
        place=seen.place,
        function=label(seen),
        action=action,
        table=_table(links[0].node.function),
        columns=columns,
        many=SEA.get(seen.method, False) and action == "read",
        bounded=bool({"limit", "paginate"} & methods),
        by_input=_input(links),
        caller=names_caller(*nodes) or any(OWNER.match(each) for each in columns),
        loop=seen.loop,
        transaction=seen.transaction,
        own_transaction=seen.transaction is None and not any(_is_transaction(each) for each in nodes),
        result=seen.position,
    )


def _page_size(seen: Seen) -> PageSize | None:
    """A limit that the caller chose."""
    value = None
    if seen.method == "limit" and seen.arguments:
        value = seen.arguments[0]
    elif seen.method in MACROS and PLACE.search(known_text(statement_of(seen))):
        text = known_text(statement_of(seen))
        number = re.search(r"limit\s+\$(\d+)", text, re.IGNORECASE)
        start = next((n for n, each in enumerate(seen.arguments) if each is statement_of(seen)), 0)
        at = start + int(number.group(1)) if number is not None else -1
        value = seen.arguments[at] if 0 <= at < len(seen.arguments) else None
    if value is None or value.trace is None or value.trace.kind not in FROM_CALLER or "size" in value.trace.safe:
        return None
    return PageSize(place=seen.place, function=label(seen), name="the number of rows", trace=value.trace)
