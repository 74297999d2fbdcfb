"""Tests that cannot fail."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Test
from mainstay.check.flow.value import Unit
from mainstay.check.reading.reader import last
from mainstay.check.words import words

FILES = re.compile(r"(^|/)(test_[^/]*|[^/]*_test|tests)\.py$|[._](test|spec)\.[cm]?[jt]sx?$|(^|/)__tests__/")
ASSERTS = re.compile(
    r"^(assert|expect|should|fail|raises|warns|verify|check|match_snapshot|toMatch|has_calls|deepEqual|equal|ok$|is$|throws|rejects|strictEqual|run_|_assert|validate)",
    re.IGNORECASE,
)


CLIENT = re.compile(r"client|^api$|^app$|request|^http|browser|page", re.IGNORECASE)
PLAIN = words("print len range str int dict list set sorted open isinstance getattr setattr fetch require next iter")
"""Functions of the language; any other may assert by itself."""


def read(units: Iterable[Unit]) -> Iterator[Test]:
    """The tests of test files, and of blocks that import a test runner."""
    for unit in units:
        block = unit.source.first > 1 and re.search(
            r"import pytest|import unittest|from '@jest|vitest", unit.source.text
        )
        if not FILES.search(unit.source.path) and not block:
            continue
        if unit.source.language == "python":
            yield from _python(unit)
        elif unit.source.is_javascript:
            yield from _javascript(unit)


def _python(unit: Unit) -> Iterator[Test]:
    for node in unit.nodes:
        if (
            isinstance(node, s.Function)
            and node.name.startswith("test")
            and not any("fixture" in s.dotted(each) for each in node.decorators)
        ):
            if (
                any("skip" in s.dotted(each) or "benchmark" in s.dotted(each) for each in node.decorators)
                or not node.body
            ):
                continue
            yield Test(
                place=unit.place(node),
                name=node.name,
                asserts=_asserts(node.body),
                why=_vacuous(node.body),
                may_raise=_may_raise(node.body),
            )


def _javascript(unit: Unit) -> Iterator[Test]:
    for node in unit.nodes:
        if isinstance(node, s.Call) and s.dotted(node.function) in ("it", "test") and len(node.arguments) > 1:
            function = node.arguments[1].value
            if isinstance(function, s.Function) and not any(each.name == "done" for each in function.parameters):
                name = (
                    str(node.arguments[0].value.value) if isinstance(node.arguments[0].value, s.Literal) else "a test"
                )
                yield Test(
                    place=unit.place(node),
                    name=name,
                    asserts=_asserts(function.body),
                    why=_vacuous(function.body),
                    may_raise=_may_raise(function.body),
                )


def _asserts(body: list[s.Node]) -> bool:
    """Whether anything in a body can fail on purpose."""
    for node in s.walk(*body):
        if isinstance(node, s.Raise):
            return True
        if isinstance(node, s.Call):
            parts = s.dotted(node.function).replace("()", "").split(".")
            if any(ASSERTS.match(each) for each in parts):
                return True
            if parts[0] == "cy":
                return True
            if (parts[0] == "self" and len(parts) == 2) or (
                len(parts) == 1 and parts[0][:1].islower() and parts[0] not in PLAIN
            ):
                return True
            if last(parts[-1]) in ("skip", "xfail", "importorskip"):
                return True
    return False


def _may_raise(body: list[s.Node]) -> bool:
    """Whether it calls anything but a client, whose answer tells what went wrong and raises nothing."""
    calls = [s.dotted(each.function) for each in s.walk(*body) if isinstance(each, s.Call)]
    return any(each and not CLIENT.search(each.split(".")[0]) and each not in PLAIN for each in calls)


def _vacuous(body: list[s.Node]) -> str:
    """Why what is asserted is always so."""
    checks = [
        each
        for each in s.walk(*body)
        if isinstance(each, s.If)
        and isinstance(each.test, s.Unary)
        and len(each.then) == 1
        and isinstance(each.then[0], s.Raise)
    ]
    if checks and all(isinstance(each.test, s.Unary) and _always(each.test.value) for each in checks):
        return "what it asserts is always so"
    expects = [
        each for each in s.walk(*body) if isinstance(each, s.Call) and s.dotted(each.function).startswith("expect()")
    ]
    if expects and all(_constant_expectation(each) for each in expects):
        return "what it expects is always so"
    return ""


def _always(test: s.Node) -> bool:
    if isinstance(test, s.Literal):
        return bool(test.value)
    return (
        isinstance(test, s.Binary)
        and test.operator == "=="
        and isinstance(test.left, s.Name | s.Literal)
        and test.left == test.right
    )


def _constant_expectation(call: s.Call) -> bool:
    inner = call.function.object if isinstance(call.function, s.Member) else None
    if not isinstance(inner, s.Call) or not inner.arguments or not call.arguments:
        return False
    one, other = inner.arguments[0].value, call.arguments[0].value
    return isinstance(one, s.Literal) and isinstance(other, s.Literal) and one.value == other.value
