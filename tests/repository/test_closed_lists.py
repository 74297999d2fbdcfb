"""The closed lists that callers and listeners rely on: errors with their codes, events with who tells them."""

from __future__ import annotations

import ast
import re
from collections import Counter
from pathlib import Path
from typing import get_args

import pytest

from mainstay import errors, events

SOURCE = Path(__file__).parents[2] / "src" / "mainstay"
ERRORS = [one for one in vars(errors).values() if isinstance(one, type) and issubclass(one, errors.MainstayError)]
EVENTS = [one for one in vars(events).values() if isinstance(one, type) and one.__module__ == events.__name__]


def called(folder: Path) -> set[str]:
    """The names that the modules of a folder call."""
    nodes = (node for module in folder.rglob("*.py") for node in ast.walk(ast.parse(module.read_text())))
    return {node.func.id for node in nodes if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}


def test_every_error_has_a_code_of_its_own() -> None:
    codes = Counter(one.code for one in ERRORS if one is not errors.MainstayError)
    assert [code for code, times in codes.items() if times > 1] == []
    assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code) for code in codes)
    assert all(one.__doc__ for one in ERRORS)


@pytest.mark.requirement("A8.01", "A8.02")
def test_the_tree_of_errors_is_the_one_of_the_classes() -> None:
    drawn, above = [], {0: "MainstayError"}
    tree = re.findall(r"^ {5}((?:│    |     )*)[├└]── (\w+) +(\d{3})  (\w+)$", errors.__doc__ or "", re.MULTILINE)
    for indent, name, status, code in tree:
        depth = len(indent) // 5
        above[depth + 1] = name
        drawn.append((name, above[depth], int(status), code))
    declared = [
        (one.__name__, one.__base__.__name__ if one.__base__ else "", one.status, one.code)
        for one in ERRORS
        if one is not errors.MainstayError
    ]
    assert sorted(drawn) == sorted(declared)


def test_every_event_is_in_the_union_and_told_by_somebody() -> None:
    assert set(get_args(events.Event)) == set(EVENTS)
    assert {one.__name__ for one in EVENTS} <= called(SOURCE)
