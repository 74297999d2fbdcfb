"""Statements of Go: database/sql, sqlx and pgx with SQL as text, gorm with chains of calls, MongoDB's driver."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mainstay.check import syntax as s
from mainstay.check.facts import Commit, PageSize, Query
from mainstay.check.flow.program import Changed, Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.queries import chains, of_text, root_result
from mainstay.check.reading.reader import OWNER, Located, chain_before, known_text, label, last, names_caller
from mainstay.check.reading.statements import COLUMN, CONDITION, SQL, parsed
from mainstay.check.words import words

GORM = ("gorm.io/gorm", "github.com/jinzhu/gorm")
SQLS = (
    "database/sql",
    "github.com/jmoiron/sqlx",
    "github.com/jackc/pgx",
    "github.com/jackc/pgxpool",
    "github.com/uptrace/bun",
    "github.com/gocraft/dbr",
    "xorm.io/xorm",
    *GORM,
)
MONGO = ("go.mongodb.org/mongo-driver",)
HANDLES = re.compile(
    r"(^|[._])(\w*db|tx|trx|conn(ection)?|pool|sqlx?|database|stmt|orm|querier|store|session)$", re.IGNORECASE
)
"""What variables for a database are called."""
TEXTS = words(
    """
    Query QueryRow Exec Prepare QueryContext QueryRowContext ExecContext PrepareContext Queryx QueryRowx QueryxContext
    QueryRowxContext MustExec MustExecContext NamedExec NamedExecContext NamedQuery NamedQueryContext Get Select
    GetContext SelectContext Raw NewRaw Preparex
    """
)
"""Methods that take SQL as text, at one of their first three arguments."""
SINGLE = re.compile(r"^(QueryRow|Get)")
MONGO_READS = {"FindOne": False, "Find": True, "Aggregate": True}
MONGO_WRITES = {
    "InsertOne": "insert",
    "InsertMany": "insert",
    "UpdateOne": "update",
    "UpdateByID": "update",
    "UpdateMany": "update",
    "ReplaceOne": "update",
    "FindOneAndUpdate": "update",
    "FindOneAndReplace": "update",
    "DeleteOne": "delete",
    "DeleteMany": "delete",
    "FindOneAndDelete": "delete",
}
READS = words("First Take Last Find Scan Pluck Count Rows Row FindInBatches")
WRITES = {
    "Create": "insert",
    "CreateInBatches": "insert",
    "FirstOrCreate": "insert",
    "Save": "update",
    "Update": "update",
    "Updates": "update",
    "UpdateColumn": "update",
    "UpdateColumns": "update",
    "Delete": "delete",
}
BOUNDS = words("Limit First Take Last Count Row Offset Scopes FindInBatches Pluck Paginate")
CONDITIONS = words("Where Or Not Having First Find Take Last Delete FirstOrCreate Attrs")
TRANSACTIONS = words("Begin BeginTx Beginx BeginTxx MustBegin BeginFunc")
FROM_CALLER = ("query", "body", "path")
PLACE = re.compile(r"limit\s+(\?|\$\d+|:\w+|%)", re.IGNORECASE)


def read(run: Run) -> Iterator[Located]:
    """The statements of a function, and the ends of its transactions."""
    calls = run.calls
    chained = chains(calls)
    for seen in calls:
        if seen.method in ("Commit", "Rollback") and is_database(seen):
            if seen.method == "Commit":
                yield seen.position, Commit(place=seen.place, function=label(seen))
            continue
        page = _page_size(seen)
        if page is not None:
            yield seen.position, page
        query = _text(seen, chained.get(id(seen), [seen])) or _gorm(seen) or _mongo(seen)
        if query is not None:
            yield seen.position, replace(query, result=root_result(Value(source=seen)) or seen.position)
    yield from _changed_rows(run)


def is_database(seen: Seen) -> bool:
    """Whether a call is one of a handle of a database, by its type or else by its name."""
    kind = seen.receiver.type or seen.receiver.path
    if kind.startswith((*SQLS, *MONGO)):
        return True
    if kind and not kind.startswith("?") and "." in kind.rpartition("/")[2] and ".go." not in kind:
        return False
    written = s.dotted(seen.node.function.object) if isinstance(seen.node.function, s.Member) else ""
    return HANDLES.search(written.replace("()", "")) is not None


def statement_of(seen: Seen) -> Value | None:
    """What a call is given as its statement."""
    prepared = seen.receiver.source
    if seen.method not in TEXTS or (isinstance(prepared, Seen) and prepared.method.startswith("Prepare")):
        return None
    for value in seen.arguments[:3]:
        if SQL.match(known_text(value)):
            return value
    skipped = 1 if seen.method.endswith("Context") or seen.receiver.type.startswith("github.com/jackc") else 0
    skipped += 1 if seen.method.startswith(("Get", "Select")) else 0
    return seen.arguments[skipped] if skipped < len(seen.arguments) else None


def _text(seen: Seen, chain: list[Seen]) -> Query | None:
    value = statement_of(seen)
    text = known_text(value)
    if not SQL.match(text):
        return None
    told = parsed(text)
    if not told.columns and CONDITION.search(text):
        told = replace(told, columns=frozenset({"filtered"}))
    one = SINGLE.match(seen.method) is not None or "Exec" in seen.method or not told.table
    query = of_text(seen, told, many=told.many and not one)
    return replace(query, own_transaction=query.action != "read" and not _in_transaction(seen))


def _in_transaction(seen: Seen) -> bool:
    written = s.dotted(seen.node.function.object) if isinstance(seen.node.function, s.Member) else ""
    if re.search(r"(^|\.)(tx|trx|txn)\w*($|\.|\(\))|Tx($|\.)", written) or "Tx" in seen.receiver.type:
        return True
    source, depth = seen.receiver.source, 0
    while isinstance(source, Seen) and depth < 10:
        if source.method in TRANSACTIONS:
            return True
        source, depth = source.receiver.source, depth + 1
    return seen.transaction is not None


def _gorm(seen: Seen) -> Query | None:
    if seen.method not in READS and seen.method not in WRITES:
        return None
    if not (seen.receiver.type or seen.receiver.path).startswith(GORM):
        return None
    chain = chain_before(seen)
    methods = {each.method for each in chain}
    if "Raw" in methods or "Association" in methods:
        return None
    table, row = _table(chain)
    conditions = [each for link in chain for each in _condition(link)]
    columns = frozenset(_columns(chain, conditions))
    if not columns and methods & {"Where", "Not", "Related", "Joins"}:
        columns = frozenset({"filtered"})
    action = WRITES.get(seen.method, "read")
    nodes = [each.value for link in chain for each in link.node.arguments]
    by_input = next((found for link in chain for each in link.values() if (found := each.any_trace())), None)
    return Query(
        place=seen.place,
        function=label(seen),
        action=action,
        table=table,
        columns=columns,
        written=frozenset(_written(seen)),
        many=seen.method in ("Find", "Scan", "Rows") and not row and not columns & {"id", "ID"},
        bounded=bool(BOUNDS & methods) or bool({"Limit", "Scopes"} & methods),
        by_input=by_input,
        caller=names_caller(*nodes) or any(OWNER.match(_plain(each)) for each in columns),
        loop=seen.loop,
        transaction=seen.transaction,
        locked="Clauses" in methods or any("gorm:query_option" in known_text(v) for e in chain for v in e.arguments),
        own_transaction=not _in_transaction(seen),
        result=seen.position,
    )


def _plain(column: str) -> str:
    """`UserID` as `user_id`."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", column.rpartition(".")[2]).lower()


def _table(chain: list[Seen]) -> tuple[str, bool]:
    """The model that a chain is about, and whether it fills one row."""
    for link in chain:
        if link.method == "Table" and link.arguments:
            return known_text(link.arguments[0]), False
    for link in reversed(chain):
        for value in link.arguments[:1]:
            if value.instance is not None:
                return value.instance.node.name, link.method != "Model"
    return "", False


def _condition(link: Seen) -> Iterator[tuple[s.Node, Value]]:
    """What a call of a chain asks of rows."""
    if link.method not in CONDITIONS:
        return
    skipped = 0 if link.method in ("Where", "Or", "Not", "Having", "Attrs") else 1
    for argument, value in list(zip(link.node.arguments, link.arguments, strict=False))[skipped:]:
        yield argument.value, value


def _columns(chain: list[Seen], conditions: list[tuple[s.Node, Value]]) -> Iterator[str]:
    for node, value in conditions:
        text = known_text(value)
        if text:
            yield from COLUMN.findall(text)
        elif isinstance(node, s.Call) and value.instance is not None:
            yield from (each.name for each in node.arguments if each.name)
        elif isinstance(node, s.Mapping):
            yield from (str(pair.key.value) for pair in node.pairs if isinstance(pair.key, s.Literal))
    last_call = chain[-1]
    inline = last_call.method in ("First", "Find", "Take", "Last", "Delete") and len(last_call.arguments) == 2
    if inline and not known_text(last_call.arguments[1]):
        yield "id"


def _written(seen: Seen) -> Iterator[str]:
    if seen.method in ("Update", "UpdateColumn"):
        yield known_text(seen.argument(0))
    elif seen.method in ("Updates", "UpdateColumns") and seen.node.arguments:
        given = seen.node.arguments[0].value
        if isinstance(given, s.Mapping):
            yield from (str(pair.key.value) for pair in given.pairs if isinstance(pair.key, s.Literal))
        elif isinstance(given, s.Call):
            yield from (each.name for each in given.arguments if each.name)


def _mongo(seen: Seen) -> Query | None:
    if seen.method not in MONGO_READS and seen.method not in MONGO_WRITES:
        return None
    written = s.dotted(seen.node.function.object) if isinstance(seen.node.function, s.Member) else ""
    kind = seen.receiver.type
    if not kind.startswith(MONGO) and not re.search(r"[cC]oll(ection)?(\(\))?$", written):
        return None
    given = seen.node.arguments[1].value if len(seen.node.arguments) > 1 else None
    keys = given.pairs if isinstance(given, s.Mapping) else []
    columns = frozenset(str(pair.key.value) for pair in keys if isinstance(pair.key, s.Literal))
    return Query(
        place=seen.place,
        function=label(seen),
        action=MONGO_WRITES.get(seen.method, "read"),
        table=last(written.removesuffix("()")),
        columns=columns,
        many=MONGO_READS.get(seen.method, False) and not {"_id", "id"} & columns,
        bounded=len(seen.arguments) > 2,
        by_input=next((found for each in seen.values() if (found := each.any_trace())), None),
        caller=names_caller(*(each.value for each in seen.node.arguments))
        or any(OWNER.match(each) for each in columns),
        loop=seen.loop,
        transaction=seen.transaction,
        result=seen.position,
    )


def _page_size(seen: Seen) -> PageSize | None:
    """A limit that the caller chose."""
    value = None
    if seen.method == "Limit" and seen.arguments and (seen.receiver.type or "").startswith(GORM):
        value = seen.arguments[0]
    elif seen.method in TEXTS:
        statement = statement_of(seen)
        if statement is not None and PLACE.search(known_text(statement)):
            place = next((i for i, each in enumerate(seen.arguments) if each is statement), 0)
            rest = seen.arguments[place + 1 :]
            value = next((each for each in rest if each.trace is not None), None)
    if value is None or value.trace is None or value.trace.kind not in FROM_CALLER or "size" in value.trace.safe:
        return None
    return PageSize(place=seen.place, function=label(seen), name="the number of rows", trace=value.trace)


def _changed_rows(run: Run) -> Iterator[Located]:
    """Fields of a row that was read: they are written when the row is saved."""
    saved = {s.dotted(each.node.arguments[0].value): each for each in run.calls
             if each.method == "Save" and each.node.arguments and is_database(each)}  # fmt: skip
    for each in run.events:
        if not isinstance(each, Changed) or not isinstance(each.object.source, Seen):
            continue
        front, _, name = each.target.rpartition(".")
        if front in saved:
            found = root_result(each.object)
            yield (
                each.position,
                Query(
                    place=each.place,
                    function=each.function.label if each.function else "",
                    action="update",
                    table="",
                    written=frozenset({name}),
                    own_transaction=False,
                    loop=each.loop,
                    result=found or each.position,
                ),
            )
