"""Proofs of a Mainstay application in the report of its review: proven items, holding ones, and witnesses."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from examples.recipes.app import app as recipes
from mainstay.check.checklist import judge
from mainstay.check.promises import all_promises
from mainstay.check.proving import Broken, Proof, proven
from mainstay.check.report import html, markdown
from mainstay.check.report.json import as_json
from mainstay.check.review import Progress, Review, Shown, review
from mainstay.cli import app
from mainstay.cli.check_proofs import Access, Declared
from mainstay.engine import work
from mainstay.proofs.access.proof import Scale

APPLICATION = "tests.proofs.notes_app:app"
FAST = Scale(rows=4, alike=1, everybody=False, mutants=12, sampled=8, interference=False)


class Counting:
    """A prover of one item, as somebody else may hand one in."""

    name = "counting"

    def __init__(self, *broken: Broken) -> None:
        self.broken = broken

    def prove(self, progress: Progress) -> Proof:
        """Says what it was told to."""
        shown = () if self.broken else (Shown("security-2", "proven", "3 of 3"),)
        return Proof(shown, self.broken, ("it was quick",))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text("from mainstay import Mainstay\n\napp = Mainstay(resources=[])\n")
    return tmp_path


def verdicts(result: Review) -> dict[str, tuple[str, str]]:
    return {each.item.id: (each.verdict, each.evidence) for each in judge(result)}


def check(*arguments: object) -> tuple[int, str]:
    answer = CliRunner().invoke(app, ["check", *map(str, arguments)])
    return answer.exit_code, answer.output


def test_what_is_shown_stands_at_its_item_and_a_sure_finding_goes_before_it(folder: Path) -> None:
    result = proven(review(folder), [Counting()])
    assert verdicts(result)["security-2"] == ("proven", "3 of 3")
    assert result.notes == ["it was quick"]
    broken = Broken("access-disagrees", "GET /orders/{id}", "a stranger reads", witness=("persona: other", "got: 200"))
    result = proven(review(folder), [Counting(), Counting(broken)])
    assert verdicts(result)["security-2"][0] == "fails"
    (finding,) = result.findings
    assert (finding.rule, finding.confidence, str(finding.place)) == ("access-disagrees", "proven", "GET /orders/{id}")
    assert [step.what for step in finding.proof] == ["persona: other", "got: 200"]
    known = proven(review(folder), [Counting(broken)], known=frozenset({finding.fingerprint}))
    assert (known.findings, len(known.known)) == ([], 1)


def test_a_part_of_a_policy_that_nobody_notices_is_for_a_person(folder: Path) -> None:
    broken = Broken("policy-unnoticed", "notes.read", "nobody notices it", "review")
    assert verdicts(proven(review(folder), [Counting(broken)]))["security-2"][0] == "to review"


def test_the_recipes_hold_by_construction_and_their_access_is_proven(folder: Path) -> None:
    application, storage = recipes.application, recipes.compiled.storage
    found = verdicts(proven(review(folder), [Declared(application), Access(application, storage, FAST)]))
    verdict, evidence = found["security-2"]
    assert verdict == "proven"
    cells, disagreements, mutants = evidence.split(", ")
    assert int(cells.split()[0]) > 100
    assert disagreements == "0 disagreements"
    killed, _, of, _ = mutants.split()
    assert killed == of
    assert int(of) > 3
    assert found["observability-4"] == ("holds", "/health, /health/ready and /health/live")
    assert "at most 100 rows" in found["performance-4"][1]
    assert "operations have a limit of calls" in found["security-5"][1]
    assert found["integration-4"][0] == "not decidable here", "nothing is said of what nothing is known of"


def test_the_command_shows_the_proof_in_its_table_and_its_json(folder: Path) -> None:
    status, text = check(folder, "--prove", APPLICATION, "--checklist")
    assert status == 0, text
    line = next(each for each in text.splitlines() if "Authorization checks on resources" in each)
    assert line.split()[0] == "proven"
    assert "0 disagreements" in line
    assert line.endswith("mutants)")
    assert "May each caller" not in text, "what is proven is no question"


@pytest.mark.parametrize("writer", [as_json, html.text, markdown.text])
def test_each_form_of_the_report_has_what_is_proven(folder: Path, writer: Callable[[Review], object]) -> None:
    result = proven(review(folder), [Counting()])
    assert result.stacks == ("mainstay",)
    assert "3 of 3" in str(writer(result))
    assert "proven" in str(writer(result))


def test_a_fault_of_the_engine_is_a_proven_finding_with_its_witness(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One function of the engine is replaced, since no declaration can ask for a fault."""
    honest = work.check_statement
    monkeypatch.setattr(
        work,
        "check_statement",
        lambda schema, plan: honest(schema, type(plan)(plan.table, plan.columns, (), plan.guards)),
    )
    status, text = check(folder, "--prove", APPLICATION)
    assert status == 1
    assert "[access-disagrees, proven]" in text
    assert "request: curl -X" in text
    assert "expected: " in text
    assert "got: " in text


def test_an_application_that_is_not_proven_says_how_it_could_be(folder: Path) -> None:
    status, text = check(folder)
    assert status == 0
    assert "--prove app:app" in " ".join(text.split())
    status, text = check(folder, "--prove", "nowhere:app")
    assert status == 2
    assert "nowhere" in text


@pytest.mark.parametrize("promise", all_promises(), ids=lambda promise: promise.name)
def test_a_promise_has_a_page(promise: object) -> None:
    name = getattr(promise, "name", "")
    status, text = check("--explain", name)
    assert status == 0
    assert "## When it is fine" in text
