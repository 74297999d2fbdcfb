"""Statements of Java: repositories of Spring Data, entity managers, mappers of MyBatis, and SQL as text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from mainstay.check import syntax as s
from mainstay.check.facts import PageSize, Query
from mainstay.check.flow.beans import property_of, short
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import ClassValue, Value
from mainstay.check.reading.queries import of_text
from mainstay.check.reading.reader import OWNER, Located, entity, known_text, label, last, names_caller
from mainstay.check.reading.statements import parsed
from mainstay.check.words import words

DATA = re.compile(
    r"(Jpa|Crud|PagingAndSorting|ListCrud|ListPagingAndSorting|Mongo|ReactiveCrud|R2dbc|Reactive\w*)Repository$"
)
MAPPERS = words("Mapper BaseMapper")
READ = re.compile(r"^(find|get|read|query|search|stream|list|select|load|fetch)")
COUNT = re.compile(r"^(count|exists)")
DELETE = re.compile(r"^(delete|remove)")
INSERT = re.compile(r"^(insert|add|create|persist)")
UPDATE = re.compile(r"^(save|update|merge|upsert|replace)")
MANY = words("List Set Collection Iterable Stream Flux Array")
BOUND = re.compile(r"(Page|Slice|Window|Top\d*|First\d*)")
PAGING = words("Pageable PageRequest Limit Sort.PageRequest")
TEXTS = {
    "JdbcTemplate": words("query queryForObject queryForList queryForMap queryForRowSet queryForStream update execute"),
    "NamedParameterJdbcTemplate": words("query queryForObject queryForList queryForMap queryForStream update execute"),
    "JdbcOperations": words("query queryForObject queryForList queryForMap update execute"),
    "NamedParameterJdbcOperations": words("query queryForObject queryForList queryForMap update execute"),
    "JdbcClient": words("sql"),
    "DatabaseClient": words("sql"),
    "Statement": words("executeQuery executeUpdate execute addBatch executeLargeUpdate"),
    "Connection": words("prepareStatement prepareCall nativeSQL"),
    "EntityManager": words("createQuery createNativeQuery"),
    "TestEntityManager": words("createQuery"),
    "Session": words("createQuery createNativeQuery createSQLQuery"),
}
"""Classes, and their methods that take a statement as text."""
ANYWHERE = words(
    "executeQuery executeUpdate prepareStatement createNativeQuery createSQLQuery queryForList queryForObject"
)
"""Names of such methods that no other class has."""
ONE = words("queryForObject queryForMap getSingleResult uniqueResult single optional getSingleResultOrNull")
BOUNDS = words("setMaxResults limit setFetchSize")
SPLIT = re.compile(r"And|Or|(?<=[a-z])OrderBy")


def read(run: Run) -> Iterator[Located]:
    """The statements of a function, rows that are changed by setters, and how many rows a caller chooses."""
    calls = run.calls
    for seen in calls:
        found = _data(seen) or _manager(seen) or _text(seen, calls)
        if found is not None:
            yield seen.position, found
        elif seen.method.startswith("set"):
            yield from _changed(seen)
        if seen.name.endswith("PageRequest.of") and len(seen.arguments) > 1:
            size = seen.arguments[1].trace
            if size is not None and size.kind in ("query", "body", "path") and "size" not in size.safe:
                yield (
                    seen.position,
                    PageSize(place=seen.place, function=label(seen), name="the number of rows", trace=size),
                )


def _page(seen: Seen) -> Iterator[Located]:
    size = seen.arguments[1].trace
    if size is not None and size.kind in ("query", "body", "path") and "size" not in size.safe:
        yield seen.position, PageSize(place=seen.place, function=label(seen), name="the number of rows", trace=size)


def text_of(seen: Seen) -> Value | None:
    """The statement that a call is given as text."""
    if not seen.arguments:
        return None
    parts = short(seen.name).split(".")
    known = any(seen.method in TEXTS.get(part, ()) for part in parts[:-1])
    return seen.arguments[0] if known or seen.method in ANYWHERE else None


def _query(seen: Seen, action: str, table: str, *, many: bool = False, bounded: bool = True) -> Query:
    columns = frozenset(_columns(seen.method))
    nodes = [each.value for each in seen.node.arguments]
    return Query(
        place=seen.place,
        function=label(seen),
        action=action,
        table=table,
        columns=columns,
        many=many,
        bounded=bounded,
        by_input=next((trace for each in seen.values() if (trace := each.any_trace())), None),
        caller=names_caller(*nodes) or any(OWNER.match(each) for each in columns),
        loop=seen.loop,
        transaction=seen.transaction,
        locked="ForUpdate" in seen.method or "Lock" in seen.method,
        own_transaction=True,
        result=seen.position,
    )


def _columns(method: str) -> Iterator[str]:
    """The columns that the name of a method names: `findByIdAndOwnerId`."""
    _, by, rest = method.partition("By")
    for part in SPLIT.split(rest) if by else ():
        name = re.sub(r"(Containing|IgnoreCase|Between|LessThan|GreaterThan|Like|In|Not|IsNull|Equals)$", "", part)
        if name:
            yield name[:1].lower() + name[1:]


def kept_by(made: ClassValue) -> str:
    """What a repository keeps: the first type that it is of."""
    for base in made.node.bases:
        if isinstance(base, s.Index) and isinstance(base.key, s.Other) and base.key.parts:
            return last(s.dotted(base.key.parts[0]))
    return entity(made.node.name)


def is_repository(made: ClassValue) -> bool:
    """Whether a class is an interface whose methods a library fills with statements."""
    if made.node.kind != "interface":
        return False
    names = [last(s.dotted(each)) for each in made.node.bases] + [last(each) for each in made.ancestors()]
    told = {last(each.path or each.type) for each in made.decorators}
    return any(DATA.search(each) or each in MAPPERS for each in names) or bool(
        told & {"Mapper", "RepositoryDefinition"}
    )


def _data(seen: Seen) -> Query | None:
    """A method of a repository or of a mapper."""
    made, method = seen.receiver.instance, seen.method
    if made is None or not is_repository(made):
        parts = short(seen.name).split(".")
        if made is not None or len(parts) != 2 or not re.search(r"(Repository|Mapper|Dao)$", parts[0]):
            return None
        table, declared = entity(parts[0]), None
    else:
        table, declared = kept_by(made), made.methods.get(method)
    if COUNT.match(method):
        return _query(seen, "read", table)
    action = next((name for name, shape in ACTIONS if shape.match(method)), "")
    if not action:
        return None
    if action != "read":
        return _query(seen, action, table)
    returns = s.dotted(declared.function.returns) if declared is not None else ""
    many = (
        last(returns) in MANY
        if returns
        else method.startswith(("findAll", "list", "selectList", "selectAll", "selectBy"))
    )
    paged = any(PAGING & {last(each.type), last(each.path)} or "Page" in last(each.type) for each in seen.arguments)
    paged = paged or any(re.search(r"ids$", last(s.dotted(each.value)), re.IGNORECASE) for each in seen.node.arguments)
    limited = declared is not None and any("limit" in _told(each).lower() for each in declared.function.decorators)
    return _query(seen, "read", table, many=many, bounded=paged or limited or BOUND.search(method) is not None)


LISTS = ("findAll", "list", "selectList", "selectAll", "selectBy")
ACTIONS = (("delete", DELETE), ("insert", INSERT), ("update", UPDATE), ("read", READ))


def _told(node: s.Node) -> str:
    """The texts of an annotation."""
    return " ".join(str(each.value) for each in s.walk(node) if isinstance(each, s.Literal))


def _manager(seen: Seen) -> Query | None:
    """A method of an entity manager or a session."""
    owner = short(seen.name).split(".")[0]
    if owner not in ("EntityManager", "Session", "MongoTemplate", "SqlSession", "RedisTemplate"):
        return None
    table = last(s.dotted(seen.node.arguments[0].value)) if seen.node.arguments else ""
    instance = seen.arguments[0].instance if seen.arguments else None
    table = instance.node.name if instance is not None else table
    if seen.method in ("find", "getReference", "get", "findById", "findOne"):
        return _query(seen, "read", table) if owner != "RedisTemplate" else None
    if seen.method in ("persist", "insert"):
        return _query(seen, "insert", table)
    if seen.method in ("merge", "update", "saveOrUpdate", "save", "updateFirst", "updateMulti"):
        return _query(seen, "update", table) if owner != "RedisTemplate" else None
    if seen.method in ("remove", "delete") and owner != "RedisTemplate":
        return _query(seen, "delete", table)
    return None


def _text(seen: Seen, calls: list[Seen]) -> Query | None:
    """A statement that is given as text."""
    given = text_of(seen)
    if given is None:
        return None
    text = known_text(given).strip()
    if re.match(r"from\s", text, re.IGNORECASE):
        text = "select x " + text
    if not re.match(r"(select|insert|update|delete|with|merge|replace)\b", text, re.IGNORECASE):
        return None
    told = parsed(text)
    later = {each.method for each in calls if each.position > seen.position and each.function is seen.function}
    one = seen.method in ONE or bool(ONE & later)
    found = of_text(seen, told, many=told.many and not one)
    return replace(found, bounded=found.bounded or bool(BOUNDS & later), own_transaction=True)


def _changed(seen: Seen) -> Iterator[Located]:
    """A row that a query answered, changed by a setter."""
    source = seen.receiver.source
    name = property_of(seen.method, len(seen.arguments))
    if not name or not isinstance(source, Seen):
        return
    before = _data(source) or _manager(source) or _behind(source)
    if before is not None and before.action == "read":
        yield (
            seen.position,
            Query(
                place=seen.place,
                function=label(seen),
                action="update",
                table=before.table,
                written=frozenset({name}),
                own_transaction=False,
                loop=seen.loop,
                transaction=seen.transaction,
                result=source.position,
            ),
        )


def _behind(seen: Seen) -> Query | None:
    """The statement behind `repository.findById(id).orElseThrow()`."""
    source = seen.receiver.source
    if seen.method in ("orElseThrow", "get", "orElse", "orElseGet") and isinstance(source, Seen):
        return _data(source)
    return None
