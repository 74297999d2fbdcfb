"""Statements for a database: SQL as text, and what the usual mappers call them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from mainstay.check import syntax as s
from mainstay.check.facts import Commit, PageSize, Query
from mainstay.check.flow.program import Changed, Run, Seen
from mainstay.check.flow.value import EVERYTHING, UNKNOWN, Trace, Value
from mainstay.check.reading.conditions import columns, options, written
from mainstay.check.reading.reader import (
    OWNER,
    Located,
    entity,
    given_caller,
    known_text,
    label,
    last,
    names_caller,
    remembering,
    under,
)
from mainstay.check.reading.statements import SQL, Statement, parsed
from mainstay.check.words import words

TEXTS = words(
    """
    execute executemany query raw all get run exec each fetch fetchrow fetchval fetch_all fetch_one
    executescript $queryRawUnsafe $executeRawUnsafe $queryRaw $executeRaw prepare exec_driver_sql one
    none many any oneOrNone
    """
)
"""Methods that take SQL as text."""

READS = {
    "find_one": False,
    "findOne": False,
    "findById": False,
    "findByPk": False,
    "findUnique": False,
    "findFirst": False,
    "findUniqueOrThrow": False,
    "findFirstOrThrow": False,
    "findOneBy": False,
    "findOneOrFail": False,
    "findOneByOrFail": False,
    "find": True,
    "findMany": True,
    "findAll": True,
    "find_many": True,
    "findAndCountAll": True,
    "aggregate": True,
    "findBy": True,
    "get_or_404": False,
    "first_or_404": False,
}
"""Methods that read, and whether they answer many."""
WRITES = {
    "insert_one": "insert",
    "insertOne": "insert",
    "insert_many": "insert",
    "insertMany": "insert",
    "create": "insert",
    "createMany": "insert",
    "bulkCreate": "insert",
    "update_one": "update",
    "updateOne": "update",
    "update_many": "update",
    "updateMany": "update",
    "findOneAndUpdate": "update",
    "find_one_and_update": "update",
    "findByIdAndUpdate": "update",
    "upsert": "update",
    "delete_one": "delete",
    "deleteOne": "delete",
    "delete_many": "delete",
    "deleteMany": "delete",
    "findByIdAndDelete": "delete",
    "findOneAndDelete": "delete",
    "destroy": "delete",
    "replace_one": "update",
    "increment": "update",
    "decrement": "update",
    "bulk_create": "insert",
    "get_or_create": "insert",
    "update_or_create": "update",
    "findByIdAndRemove": "delete",
    "remove": "delete",
}
COLLECTION = re.compile(
    r"(^|\.)(\??db|\??database|mongo(db)?|\??prisma\w*|\??tx|\??trx|collection\.\w+|.*[cC]ollection|.*[rR]epo(sitory)?|objects|.*Model)(\.|$|\[\])"
)
DJANGO = words(
    """
    get filter all exclude create first last values values_list annotate bulk_create get_or_create
    update_or_create count exists latest earliest in_bulk raw aggregate
    """
)
BOUNDS = words(
    """
    limit first one one_or_none scalar_one scalar_one_or_none scalar get count exists aggregate paginate
    fetchone fetchmany take slice last latest earliest top first_or_404 get_or_404 scalars_one
    """
)
PAGING = frozenset({"limit", "offset", "all", "order_by"})
ONE = words("first one get one_or_none count exists aggregate scalar_one_or_none scalar_one scalar last")
ROW = words("first one one_or_none scalar_one scalar_one_or_none scalar get get_or_404 first_or_404")
"""Methods that answer a row: adding it again to a session changes it."""
RUNS = frozenset({"execute", "scalars", "scalar", "exec"})
READ_WITH = RUNS | words("all fetchall mappings unique partitions yield_per stream tuples paginate list iter")
"""Methods that read what a statement of SQLAlchemy says."""
LOCKS = frozenset({"with_for_update", "select_for_update", "forUpdate", "setLock"})
BUILT = re.compile(r"createQueryBuilder|selectFrom|insertInto|updateTable|deleteFrom")
"""In what is written before a call: it belongs to a statement that a builder makes."""
SESSION = re.compile(r"(^|\.)\??(db|session|sess|s|db_session|async_session)$|[sS]ession$")
is_collection, is_built, is_session = remembering(COLLECTION), remembering(BUILT), remembering(SESSION)
SQLALCHEMY = ("sqlalchemy", "sqlmodel", "flask_sqlalchemy")


def read(run: Run) -> Iterator[Located]:
    """The statements of a function, and its commits."""
    calls = run.calls
    links = chains(calls)
    for seen in calls:
        if seen.method in ("commit", "rollback") and not seen.arguments:
            yield seen.position, Commit(place=seen.place, function=label(seen))
            continue
        page = _page_size(seen)
        if page is not None:
            yield seen.position, page
        query = _query(seen, links.get(id(seen), [seen]))
        if query is not None:
            yield seen.position, query
    yield from _changed_rows(run)


def _page_size(seen: Seen) -> PageSize | None:
    """A limit that the caller chose."""
    value = None
    if seen.method in ("limit", "take", "Paginator", "paginate"):
        value = seen.argument(1 if seen.method == "Paginator" else 0, "per_page")
    elif seen.method in READS or seen.method in TEXTS:
        for each in seen.arguments:
            for name in ("limit", "take"):
                value = (each.fields or {}).get(name, value)
        if value is None and re.search(r"limit\s+(\?|\$\d|%s|:\w+)", known_text(seen.argument(0)), re.IGNORECASE):
            bound = seen.argument(1)
            value = (
                next((each for each in (bound.fields or {}).values() if each.trace), None)
                if bound is not None
                else None
            )
    trace = value.trace if value is not None else None
    if trace is None or trace.kind not in ("query", "body", "path") or "size" in trace.safe:
        return None
    return PageSize(place=seen.place, function=label(seen), name="the number of rows", trace=trace)


def chains(calls: list[Seen]) -> dict[int, list[Seen]]:
    """For each call, it and the calls made on what it answered, in order."""
    out: dict[int, list[Seen]] = {}
    for seen in calls:
        out.setdefault(id(seen), [seen])
        before = _before(seen)
        depth = 0
        while before is not None and depth < 12:
            out.setdefault(id(before), [before]).append(seen)
            before = _before(before)
            depth += 1
    return out


def _before(seen: Seen) -> Seen | None:
    """The call before in a chain: what it is called on, or the statement that it is given to run."""
    if seen.method in RUNS and seen.arguments and isinstance(seen.arguments[0].source, Seen):
        return seen.arguments[0].source
    before = seen.receiver.source
    return before if isinstance(before, Seen) and not _is_row(before) else None


def _is_row(seen: Seen) -> bool:
    """Whether a call answered a row, of which what is called on it afterwards is no part of the statement."""
    return seen.is_javascript and seen.awaited and READS.get(seen.method) is False


@dataclass(slots=True)
class _Kind:
    action: str
    table: str
    many: bool = False
    own_transaction: bool = True
    lazy: bool = False
    """Whether it only says what to read, and something else reads it."""


def _query(seen: Seen, chain: list[Seen]) -> Query | None:
    text = statement(seen)
    if SQL.match(text):
        return _from_text(seen, text, chain)
    kind = _kind(seen, chain)
    if kind is None:
        return None
    after = [each for each in chain if each is not seen]
    methods = {each.method for each in after}
    for each in seen.arguments:
        source = each.source
        while isinstance(source, Seen):
            methods.add(source.method)
            source = source.receiver.source
    if (kind.action == "read" and seen.language == "python" and "objects" in seen.name) or seen.method == "query":
        if "delete" in methods:
            kind.action = "delete"
        elif "update" in methods:
            kind.action = "update"
    nodes = [each.value for link in chain for each in link.node.arguments if link.method not in PAGING]
    named = frozenset(columns(chain))
    changed = frozenset(written(chain))
    told = options(chain)
    bounded = (
        bool(BOUNDS & methods) or bool({"take", "limit", "first", "pageSize", "max_results"} & told) or _sliced(seen)
    )
    by_input = next((trace for link in chain for each in link.values() if (trace := each.any_trace())), None)
    return Query(
        place=seen.place,
        function=label(seen),
        action=kind.action,
        table=kind.table,
        columns=named,
        many=kind.many and not methods & ONE and not (kind.lazy and not methods & READ_WITH),
        bounded=bounded,
        by_input=by_input,
        caller=names_caller(*nodes) or any(OWNER.match(each) for each in named) or given_caller(chain),
        loop=seen.loop,
        transaction=seen.transaction,
        locked=bool(LOCKS & methods) or "lock" in told,
        own_transaction=kind.own_transaction,
        result=seen.position,
        written=changed,
    )


def statement(seen: Seen) -> str:
    """The SQL that a call is given, also where it is wrapped in `text(..)`."""
    if seen.method not in TEXTS:
        return ""
    given = seen.argument(0, "text", "sql", "query", "statement")
    if given is not None and isinstance(given.source, Seen) and given.source.method in ("text", "SQL"):
        given = given.source.argument(0, "text")
    return known_text(given)


def _sliced(seen: Seen) -> bool:
    python = seen.language == "python" and seen.function is not None
    return python and seen.function is not None and seen.node.line in _slices(seen.function)


def _slices(function: s.Function) -> set[int]:
    return {
        each.line
        for each in function.nodes
        if isinstance(each, s.Index)
        and isinstance(each.key, s.Other)
        and isinstance(each.object, s.Call | s.Name | s.Await)
    }


def _from_text(seen: Seen, text: str, chain: list[Seen]) -> Query:
    told = parsed(text)
    one = bool(
        {each.method for each in chain}
        & {"fetchone", "first", "one", "scalar", "scalar_one", "fetchval", "scalar_one_or_none"}
    )
    single = seen.method in ("get", "fetchrow", "fetchval", "fetch_one", "one", "oneOrNone")
    return replace(
        of_text(seen, told, many=told.many and not (one or single)),
        raw=(under(seen.name, *SQLALCHEMY) or seen.unit.source.first > 1)
        and seen.method == "execute"
        and isinstance(seen.node.arguments[0].value, s.Literal | s.Template)
        and seen.language == "python"
        and not under(
            seen.name, "sqlite3", "psycopg2", "psycopg", "asyncpg", "aiosqlite", "pymysql", "MySQLdb", "django"
        ),
        known=under(seen.name, *SQLALCHEMY),
    )


def of_text(seen: Seen, told: Statement, *, many: bool) -> Query:
    """The query of a call that is given a statement as text."""
    trace = next((each for value in seen.values() if (each := value.any_trace())), None)
    nodes = [each.value for each in seen.node.arguments]
    return Query(
        place=seen.place,
        function=label(seen),
        action=told.action,
        table=told.table,
        columns=told.columns,
        many=many,
        bounded=told.bounded,
        by_input=trace,
        caller=names_caller(*nodes) or any(OWNER.match(each) for each in told.columns) or given_caller([seen]),
        loop=seen.loop,
        transaction=seen.transaction,
        locked=told.locked,
        text=told.text,
        own_transaction=False,
        result=seen.position,
        written=told.written,
    )


def _kind(seen: Seen, chain: list[Seen]) -> _Kind | None:
    name, method = seen.name, seen.method
    first = seen.arguments[0] if seen.arguments else None
    if name in (
        "sqlalchemy.select",
        "sqlalchemy.future.select",
        "sqlmodel.select",
        "sqlalchemy.sql.select",
        "sqlmodel.sql.expression.select",
    ):
        return _Kind("read", _model(seen), many=True)
    if name in ("sqlalchemy.update", "sqlalchemy.insert", "sqlalchemy.delete", "sqlmodel.delete"):
        return _Kind(
            {"update": "update", "insert": "insert", "delete": "delete"}[method], _model(seen), own_transaction=False
        )
    front = name.rpartition(".")[0]
    if (".objects." in name and method in DJANGO and front.endswith(".objects")) or front.endswith("._default_manager"):
        action = {
            "create": "insert",
            "bulk_create": "insert",
            "get_or_create": "insert",
            "update_or_create": "update",
        }.get(method, "read")
        many = method in ("filter", "all", "exclude", "values", "values_list", "annotate")
        return _Kind(action, last(front.rpartition(".objects")[0]), many=many)
    if name.endswith("get_object_or_404"):
        return _Kind("read", _model(seen))
    session = is_session(front) or under(name, *SQLALCHEMY)
    if session:
        if method == "query" and first is not None and not known_text(first):
            return _Kind("read", _model(seen), many=True, lazy=True)
        if method == "get" and len(seen.arguments) >= 2 and seen.arguments[0].const is UNKNOWN:
            return _Kind("read", _model(seen))
        if method in ("add", "add_all", "delete", "merge") and seen.arguments:
            model = (
                first.instance.node.name
                if first is not None and first.instance is not None
                else last(first.type if first else "")
            )
            read = first is not None and isinstance(first.source, Seen) and first.source.method in ROW
            action = "delete" if method == "delete" else "update" if read else "insert"
            return _Kind(action, "" if read else model, own_transaction=False)
    built = isinstance(seen.receiver.source, Seen) and seen.receiver.source.method == "query"
    if (
        front.endswith(".query")
        and not built
        and method in ("filter_by", "filter", "get", "all", "get_or_404", "first_or_404")
    ):
        return _Kind("read", last(front.removesuffix(".query")), many=method in ("filter_by", "filter", "all"))
    return _mapper(seen, chain, front, method)


def _mapper(seen: Seen, chain: list[Seen], front: str, method: str) -> _Kind | None:
    collection = is_collection(front)
    written = s.dotted(seen.node.function.object) if isinstance(seen.node.function, s.Member) else ""
    if is_built(written) or (method == "create" and under(seen.name, "typeorm", "@mikro-orm")):
        return None
    collection = collection or is_collection(written)
    receiver = entity(last(written) or last(front.removesuffix("[]")))
    modelled = receiver[:1].isupper() and receiver not in ("Object", "Array", "Promise", "React", "Map", "JSON")
    given = [each for each in seen.arguments if each.callee is not None]
    if (
        method in READS
        and not given
        and (collection or (modelled and (seen.awaited or method != "find" or seen.is_javascript)))
    ):
        one = method == "find" and "where" in options([seen]) and "repo" not in receiver.lower()  # Sequelize
        return _Kind("read", receiver, many=READS[method] and not one)
    if method in WRITES and not given and (collection or modelled) and not under(seen.name, "stripe", "http"):
        return _Kind(WRITES[method], receiver)
    if collection and method in ("update", "delete", "save", "insert") and front.rpartition(".")[0]:
        return _Kind({"save": "update"}.get(method, method), receiver)
    if method == "save" and (
        seen.receiver.instance is not None
        or isinstance(seen.receiver.source, Seen)
        or seen.receiver.type.startswith("?")
    ):
        source = seen.receiver.source
        model = (
            seen.receiver.instance.node.name
            if seen.receiver.instance
            else last(source.name.removesuffix(".create"))
            if isinstance(source, Seen)
            else receiver
        )
        if model.lower() not in (
            "form",
            "serializer",
            "image",
            "img",
            "file",
            "pdf",
            "workbook",
            "wb",
            "canvas",
            "figure",
            "fig",
            "model",
            "storage",
        ):
            return _Kind("update", _row_model(source, model))
    return None


def _row_model(source: object, otherwise: str) -> str:
    if isinstance(source, Seen):
        front = source.name.rpartition(".")[0]
        if ".objects" in front:
            return last(front.rpartition(".objects")[0])
        if source.name.endswith("get_object_or_404"):
            return _model(source)
        name = last(front)
        if name[:1].isupper():
            return name
    return otherwise


def _model(seen: Seen) -> str:
    if not seen.node.arguments:
        return ""
    node = seen.node.arguments[0].value
    name = s.dotted(node)
    head = name.split(".")[0] if name.split(".")[0][:1].isupper() else name
    return last(head) if head else ""


def _changed_rows(run: Run) -> Iterator[Located]:
    """A row that a query answered, changed by an attribute: an update when the transaction ends."""
    for each in run.events:
        if (
            isinstance(each, Changed)
            and isinstance(each.object.source, Seen)
            and isinstance(each.node.targets[0], s.Member)
        ):
            source = each.object.source
            kind = _kind(source, [source]) or (
                _Kind("read", "")
                if source.method
                in ("scalar_one_or_none", "scalar_one", "scalars", "first", "get", "one", "one_or_none", "scalar")
                else None
            )
            if kind is not None and kind.action == "read":
                yield (
                    each.position,
                    Query(
                        place=each.place,
                        function=each.function.label if each.function else "",
                        action="update",
                        table=kind.table,
                        written=frozenset({each.target.rpartition(".")[2]}),
                        own_transaction=False,
                        loop=each.loop,
                        result=source.position,
                        by_input=each.value.any_trace(),
                    ),
                )


def root_result(value: Value) -> int | None:
    """The position of the query that a value comes from."""
    source = value.source
    depth = 0
    out = None
    while isinstance(source, Seen) and depth < 8:
        out = source.position
        before = source.receiver.source
        if not isinstance(before, Seen):
            if (
                source.method in ("scalar", "scalars", "execute", "get", "exec")
                and source.arguments
                and isinstance(source.arguments[0].source, Seen)
            ):
                return root_result(source.arguments[0])
            break
        source = before
        depth += 1
    return out


def injected(value: Value | None, purpose: str) -> Trace | None:
    """The way of the caller's text into a value, where it may do harm there."""
    if value is None:
        return None
    trace = value.trace
    if trace is not None and purpose not in trace.safe and EVERYTHING not in trace.safe:
        return trace
    return None
