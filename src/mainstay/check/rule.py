"""A rule: a page, and the function that reads facts."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

from mainstay.check import page as pages
from mainstay.check.facts import Facts
from mainstay.check.finding import Found

FOLDER = Path(__file__).parent / "rules"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule, as its page and its module say."""

    page: pages.Page
    findings: Callable[[Facts], Iterator[Found]]

    @property
    def name(self) -> str:
        """The name that reports and comments use."""
        return self.page.name


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule there is, by name: a page `rules/<area>/<name>.md` with its module beside it."""
    out = []
    for path in sorted(FOLDER.glob("*/*.md")):
        module = import_module(f"mainstay.check.rules.{path.parent.name}.{path.stem}")
        out.append(Rule(pages.read(path), module.findings))
    return tuple(sorted(out, key=lambda each: each.name))
