"""What is done with the answer of a lookup: tested, or used as if it were always there."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Branch, Unchecked
from mainstay.check.flow.beans import property_of
from mainstay.check.flow.program import Run, Tested
from mainstay.check.reading.queries import root_result
from mainstay.check.reading.reader import Located, last, own_nodes
from mainstay.check.words import words

MAYBE = words(
    """
    find_one findOne findById findByPk findUnique findFirst first one_or_none fetchone
    scalar_one_or_none fetchrow fetch_one findOneBy scalar
    """
)
"""Methods that answer nothing where there is nothing."""
CHOICES = (s.If, s.Conditional, s.Loop)
PARTS = (s.Member, s.Index)


def read(run: Run) -> Iterator[Located]:
    """The tests of what queries answered, and lookups that are never tested."""
    for event in run.events:
        if isinstance(event, Tested):
            results = {found for value in event.values.values() if (found := root_result(value)) is not None}
            if results:
                names = set(event.values)
                nodes = list(s.walk(event.node.test))
                columns = {
                    property_of(each.name, 0) or each.name
                    for each in nodes
                    if isinstance(each, s.Member) and s.dotted(each.object) in names
                }
                columns |= {
                    str(each.key.value)
                    for each in nodes
                    if isinstance(each, s.Index) and isinstance(each.key, s.Literal) and s.dotted(each.object) in names
                }
                function = event.function.label if event.function is not None else ""
                yield (
                    event.position,
                    Branch(
                        place=event.place,
                        function=function,
                        results=frozenset(results),
                        ends=event.ends,
                        columns=frozenset(columns),
                    ),
                )
    if not run.unit.source.keeps_types:
        yield from _unchecked(run)


def _unchecked(run: Run) -> Iterator[Located]:
    found: dict[str, s.Call] = {}
    tests = [
        each.items if isinstance(each, s.Loop) else each.test for each in own_nodes(run) if isinstance(each, CHOICES)
    ]
    in_tests = {id(each) for test in tests for each in s.walk(test) if isinstance(each, s.Assign)}
    before: set[int] = set()
    for node in own_nodes(run):
        if id(node) in before:
            continue
        if isinstance(node, s.Assign) and isinstance(node.targets[0], s.Name) and id(node) not in in_tests:
            name = node.targets[0].id
            found.pop(name, None)
            if node.value is not None:
                own = (each for each in s.walk(node.value) if isinstance(each, s.Member | s.Index))
                before |= {id(each) for each in own if isinstance(each.object, s.Name) and each.object.id == name}
            call = node.value.value if isinstance(node.value, s.Await) else node.value
            if isinstance(call, s.Call) and isinstance(call.function, s.Member):
                method = last(s.dotted(call.function))
                many = any(isinstance(each.value, s.Function) for each in call.arguments)
                if method in MAYBE and not many and not _counts(call):
                    found[name] = call
        elif isinstance(node, CHOICES):
            test = node.items if isinstance(node, s.Loop) else node.test
            for name in _tested(test):
                found.pop(name, None)
        elif isinstance(node, s.Binary) and node.operator in ("and", "or", "is", "is not", "==", "!="):
            for name in _tested(node):
                found.pop(name, None)
        elif isinstance(node, s.Call):
            for each in node.arguments:
                if isinstance(each.value, s.Name):
                    found.pop(each.value.id, None)
        elif isinstance(node, PARTS) and isinstance(node.object, s.Name) and node.object.id in found:
            name = node.object.id
            lookup = found.pop(name)
            if isinstance(node, s.Member) and node.name == "length":
                continue
            shown = f"{name}.{node.name}" if isinstance(node, s.Member) else f"{name}[..]"
            function = run.function.label if run.function is not None else ""
            yield (
                0,
                Unchecked(
                    place=run.unit.place(node),
                    function=function,
                    lookup=run.unit.place(lookup),
                    call=last(s.dotted(lookup.function)),
                    use=shown,
                ),
            )


def _counts(call: s.Call) -> bool:
    """`SELECT count(*)` always answers a row."""
    for node in s.walk(call):
        if (
            isinstance(node, s.Literal)
            and isinstance(node.value, str)
            and any(
                each in node.value.lower()
                for each in ("count(", "sum(", "max(", "exists(", "returning", "select 1", "version(")
            )
        ):
            return True
        if isinstance(node, s.Name | s.Member) and last(s.dotted(node)) in (
            "count",
            "func",
            "execute_returning",
            "mock",
        ):
            return True
    return False


def _tested(test: s.Node) -> Iterator[str]:
    """Variables that a test looks at themselves, and not only at what is in them."""
    waiting = [test]
    while waiting:
        node = waiting.pop()
        if isinstance(node, s.Name):
            yield node.id
        elif isinstance(node, s.Member | s.Index):
            if not isinstance(node.object, s.Name):
                waiting.append(node.object)
        else:
            waiting.extend(s.children(node))
