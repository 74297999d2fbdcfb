"""Every block of a rule's page that needs a database: it is run, the database is asked, and the marks are counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.check.config import Config
from mainstay.check.databases.open import read
from mainstay.check.page import LIVE, Example
from mainstay.check.review import review_project
from mainstay.check.rule import Rule, all_rules
from tests.check.databases.live import lay_postgresql, lay_sqlite

BLOCKS = [
    pytest.param(rule, example, id=f"{rule.name}-{example.stack}-{'good' if example.good else 'bad'}")
    for rule in all_rules()
    for example in rule.page.examples
    if example.stack in LIVE
]


@pytest.mark.parametrize("rule,example", BLOCKS)
def test_a_block_is_found_in_the_database_that_it_makes(
    rule: Rule, example: Example, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    if example.stack == "sqlite":
        url = lay_sqlite(tmp_path / "example.db", example.text)
    else:
        url = lay_postgresql(request.getfixturevalue("postgres_url"), example.text)
    ignore = tuple(each.name for each in all_rules() if each is not rule)
    result = review_project(read(url), Config(ignore=ignore))
    assert sorted(each.confidence for each in result.findings) == sorted(example.expected.values())
    assert bool(example.expected) != example.good
    assert all(each.snippet for each in result.findings)
