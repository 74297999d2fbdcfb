"""Every block of every rule's page: the bad ones are found where they are marked, the good ones are not."""

from __future__ import annotations

import re

import pytest

from mainstay.check.config import Config
from mainstay.check.page import LIVE, Example
from mainstay.check.project import of_sources
from mainstay.check.review import review_project
from mainstay.check.rule import Rule, all_rules
from mainstay.check.source import Source

BLOCKS = [
    pytest.param(rule, example, id=f"{rule.name}-{example.stack}-{'good' if example.good else 'bad'}-{example.line}")
    for rule in all_rules()
    for example in rule.page.examples
    if example.stack not in LIVE
]
FILE = re.compile(r"^(?:#|--|//) file: (\S+)$")
SUFFIXES = {
    "python": "py",
    "javascript": "js",
    "typescript": "ts",
    "java": "java",
    "go": "go",
    "rust": "rs",
    "yaml": "yml",
    "sql": "sql",
    "graphql": "graphql",
    "http": "http",
}
MANIFESTS = {
    "fastapi": "fastapi",
    "flask": "flask",
    "django": "django",
    "express": '"express"',
    "nestjs": '"@nestjs/common"',
    "spring": "org.springframework.boot",
    "gin": "github.com/gin-gonic/gin",
    "echo": "github.com/labstack/echo",
    "nethttp": "",
    "axum": "axum",
    "actix": "actix-web",
    "any": "",
}


def files(example: Example, name: str) -> list[Source]:
    """The files of an example: a comment `file: versions/1.py` begins another."""
    lines = example.text.splitlines(keepends=True)
    marks = [(at, found.group(1)) for at, line in enumerate(lines) if (found := FILE.match(line))]
    if not marks:
        return [Source(f"{name}.{SUFFIXES[example.language]}", example.language, example.text)]
    ends = [at for at, _ in marks[1:]] + [len(lines)]
    return [
        Source(path, example.language, "".join(lines[at:end]), first=at + 1)
        for (at, path), end in zip(marks, ends, strict=True)
    ]


def found(rule: Rule, example: Example) -> dict[int, str]:
    """Lines of an example at which its rule finds something, and how sure it is."""
    name = "test_app" if rule.page.area == "testing" else "app"
    ignore = tuple(each.name for each in all_rules() if each is not rule)
    result = review_project(of_sources(files(example, name), MANIFESTS[example.stack]), Config(ignore=ignore))
    assert result.skipped == []
    return {each.place.line: each.confidence for each in result.findings}


@pytest.mark.parametrize("rule,example", BLOCKS)
def test_a_block_is_found_where_it_is_marked_and_nowhere_else(rule: Rule, example: Example) -> None:
    assert found(rule, example) == example.expected
    assert bool(example.expected) != example.good, "a bad block marks what is found, a good one marks nothing"


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.name)
def test_every_stack_that_a_page_claims_has_a_bad_and_a_good_block(rule: Rule) -> None:
    shown = {(example.stack, example.good) for example in rule.page.examples}
    assert shown == {(stack, good) for stack in rule.page.stacks for good in (True, False)}
    assert rule.page.seed
    assert rule.page.items
    assert rule.page.fix.endswith(".")
    assert "## When it is fine" in rule.page.text
