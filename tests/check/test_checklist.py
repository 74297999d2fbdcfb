"""The 29 items, 6 anti-patterns and 5 constraints: each has a rule or a stated reason, and a verdict with evidence."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from mainstay.check.checklist import ITEMS, judge
from mainstay.check.review import review
from mainstay.check.rule import all_rules

SEEDS = Path(__file__).parent / "seeds"


@pytest.mark.requirement("A9.08", "A9.09", "A9.10")
def test_the_checklist_is_that_of_the_guides_word_for_word() -> None:
    boxes = re.findall(r"^- \[ \] (.+)$", (SEEDS / "003.md").read_text(), re.MULTILINE)
    assert [each.text for each in ITEMS[:29]] == [_without_note(each) for each in boxes]
    guide = (SEEDS / "001.md").read_text()
    patterns = re.findall(
        r"^\| ([^|]+?) \|", guide.partition("## Anti-Patterns")[2].partition("\n## ")[0], re.MULTILINE
    )
    assert [each.text for each in ITEMS[29:35]] == patterns[2:] if patterns[1].startswith("-") else patterns[1:]
    constraints = re.findall(r"^- (.+)$", guide.partition("## Constraints")[2].partition("\n## ")[0], re.MULTILINE)
    assert [each.text for each in ITEMS[35:]] == constraints


def _without_note(text: str) -> str:
    """Some items have a remark in brackets that is not part of the rule."""
    shown = {each.text for each in ITEMS}
    return text if text in shown else re.sub(r" \([^)]*\)$", "", text)


@pytest.mark.parametrize("item", ITEMS, ids=lambda item: item.id)
def test_an_item_has_a_rule_or_a_stated_reason(item: object) -> None:
    rules = [rule.name for rule in all_rules() if getattr(item, "id", "") in rule.page.items]
    reason, question = getattr(item, "reason", ""), getattr(item, "question", "")
    assert bool(rules) != bool(reason), "rules look at it, or it says why none can"
    assert not reason or question, "what no program decides is a question for a person"


def test_a_page_names_items_that_exist() -> None:
    known = {item.id for item in ITEMS}
    assert {name: set(rule.page.items) - known for rule in all_rules() if (name := rule.name)} == {
        rule.name: set() for rule in all_rules()
    }


@pytest.mark.requirement("A11.01", "A11.02")
def test_there_are_forty_rules_on_the_four_stacks_and_twenty_on_each() -> None:
    stacks = {rule.name: set(rule.page.stacks) for rule in all_rules()}
    each = Counter(stack for names in stacks.values() for stack in names)
    assert min(each["fastapi"], each["flask"], each["django"], each["express"]) >= 20
    assert sum(bool(names & {"fastapi", "flask", "django", "express"}) for names in stacks.values()) >= 40


@pytest.mark.requirement("A11.01", "A11.04")
def test_there_are_thirty_rules_on_nestjs_and_on_spring() -> None:
    each = Counter(stack for rule in all_rules() for stack in rule.page.stacks)
    assert min(each["nestjs"], each["spring"]) >= 30


@pytest.mark.requirement("A11.03", "A11.05")
@pytest.mark.parametrize("stack", ["gin", "echo", "nethttp", "axum", "actix"])
def test_there_are_twenty_rules_on_each_stack_of_go_and_rust(stack: str) -> None:
    assert sum(stack in rule.page.stacks for rule in all_rules()) >= 20


def test_a_program_without_a_fault_holds_and_says_what_was_looked_at(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text(
        "import httpx\nfrom fastapi import Depends, FastAPI\n\napp = FastAPI()\n\n\n"
        '@app.get("/v1/rates")\nasync def rates(user=Depends(get_current_user)):\n'
        "    async with httpx.AsyncClient(timeout=5) as client:\n"
        '        return (await client.get("https://rates.example")).json()\n'
    )
    judged = {each.item.id: each for each in judge(review(tmp_path))}
    assert judged["integration-1"].verdict == "holds"
    assert "1 outgoing calls" in judged["integration-1"].evidence
    assert judged["constraint-1"].verdict == "not decidable here"
    assert judged["constraint-1"].evidence == "no uses of passwords to look at"
    assert judged["business-1"].verdict == "not decidable here"
    assert judged["business-1"].item.question


def test_the_guides_fail_their_own_checklist() -> None:
    verdicts = Counter(each.verdict for each in judge(review(SEEDS)))
    assert verdicts["fails"] >= 20
    assert sum(verdicts.values()) == 40
