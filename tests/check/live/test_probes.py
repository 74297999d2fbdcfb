"""Each probe finds its flaw in the vulnerable API, as surely as can be, and nothing in the mended one."""

from __future__ import annotations

import pytest

from mainstay.check.live.probe import Probe
from mainstay.check.probes import ORDER, all_probes
from mainstay.check.review import Review

FOUND = {
    "secret-answered": {("GET /debug/users", "proven")},
    "row-of-others-read": {("GET /notes/{note_id}", "proven")},
    "row-of-others-changed": {
        ("PUT /notes/{note_id}", "proven"),
        ("DELETE /notes/{note_id}", "proven"),
        ("PUT /users/{username}/password", "proven"),
    },
    "admin-operation-open": {("GET /admin/users", "likely")},
    "answered-without-sign-in": {("DELETE /notes/{note_id}", "proven")},
    "forbidden-field-set": {("POST /sign-up", "proven")},
    "forged-token-accepted": {("GET /me", "proven")},
    "sql-injected": {("GET /books", "proven")},
    "address-fetched": {("POST /previews", "proven")},
    "upload-trap": {("POST /files", "proven")},
    "unsigned-webhook-accepted": {("POST /webhooks/payments", "likely")},
    "repeated-write": {("POST /orders", "proven")},
    "cors-any-origin": {("GET /me", "proven")},
    "private-answer-cached": {("GET /me", "likely")},
    "health-unanswered": {("GET /health", "likely")},
    "undocumented-route": {("GET /debug/vars", "proven")},
    "endless-list": {("GET /notes", "likely")},
    "slow-list": {("GET /notes", "likely")},
    "wrong-input-breaks": {
        ("POST /previews", "proven"),
        ("POST /sign-up", "proven"),
        ("PUT /notes/{note_id}", "proven"),
        ("PUT /users/{username}/password", "proven"),
    },
    "route-not-there": {("GET /reports", "proven")},
    "error-details-answered": {
        ("GET /books", "proven"),
        ("POST /previews", "proven"),
        ("POST /sign-up", "proven"),
        ("PUT /notes/{note_id}", "proven"),
        ("PUT /users/{username}/password", "proven"),
    },
    "security-headers-missing": {("GET /openapi.json", "proven")},
    "request-id-missing": {("GET /books", "proven")},
    "session-cookie-open": {("POST /sign-in", "proven")},
    "account-enumeration": {("POST /sign-in", "proven")},
    "slow-pattern": {("PUT /me/email", "proven")},
    "guesses-unlimited": {("POST /sign-in", "likely")},
}
"""What each probe finds."""


@pytest.mark.parametrize("rule", FOUND)
def test_a_probe_finds_its_flaw_where_it_is_and_nowhere_else(on_vulnerable: Review, rule: str) -> None:
    found = {(str(each.place), each.confidence) for each in on_vulnerable.findings if each.rule == rule}
    assert found == FOUND[rule], on_vulnerable.notes


def test_the_mended_api_has_nothing_to_be_found(on_mended: Review) -> None:
    told = [(each.rule, str(each.place), each.confidence, each.what) for each in on_mended.findings]
    assert told == []
    assert not [note for note in on_mended.notes if "left behind" not in note]


def test_every_probe_is_shown_by_a_finding() -> None:
    assert set(FOUND) == {probe.name for probe in all_probes()}
    assert len(ORDER) == len(FOUND)


@pytest.mark.parametrize("probe", all_probes(), ids=lambda probe: probe.name)
def test_a_page_says_what_is_sent_and_when_it_is_fine(probe: Probe) -> None:
    page = probe.page
    assert "## What is sent" in page.text
    assert "## When it is fine" in page.text
    assert page.seed
    assert page.items
    assert page.cwe
    assert page.fix.endswith(".")
