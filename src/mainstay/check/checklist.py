"""The checklist of the guides: 29 items, 6 anti-patterns, 5 constraints, and what a review says of each.

Which rules look at an item stands in the rules' pages.  An item that no program can decide has a reason instead, and
stays a question for a person.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from mainstay.check.finding import Finding
from mainstay.check.review import Review

Verdict = Literal["fails", "to review", "proven", "holds", "not decidable here"]


@dataclass(frozen=True, slots=True)
class Item:
    """One item: where it stands, its words, what has to be there to be looked at, and what a person is asked."""

    id: str
    group: str
    text: str
    looks_at: tuple[str, ...] = ()
    """Kinds of facts of which there must be one, or else nothing can be said."""
    reason: str = ""
    """Why no program can decide it."""
    question: str = ""


ROUTES, CALLS, QUERIES = ("routes",), ("OutgoingCall",), ("Query",)
ITEMS: tuple[Item, ...] = (
    Item("api-1", "API layer", "Endpoints follow REST conventions", ROUTES),
    Item("api-2", "API layer", "Request validation at boundary", ROUTES),
    Item("api-3", "API layer", "Response schema is consistent", ("Answer",)),
    Item("api-4", "API layer", "Error responses include actionable codes", ("Answer",)),
    Item("api-5", "API layer", "API versioning strategy defined (if needed)", ("routes", "Header")),
    Item("business-1", "Business logic", "Service layer separated from routes",
         reason="where a layer ends is a matter of meaning, and not of form",
         question="Can the business rules be called, and tested, without a request?"),
    Item("business-2", "Business logic", "Business rules are explicit and testable", ("Test", "Table", "MovedMoney"),
         question="Is each rule of the business in one place, with a name and a test?"),
    Item("business-3", "Business logic", "Edge cases handled (empty, null, duplicates)", QUERIES),
    Item("business-4", "Business logic", "Idempotency for operations that need it",
         ("routes", "OutgoingCall", "MovedMoney")),
    Item("security-1", "Security", "Authentication required where needed", ROUTES,
         question="Which routes are meant for everybody?"),
    Item("security-2", "Security", "Authorization checks on resources", ROUTES,
         question="May each caller who is signed in reach exactly the rows that are his?"),
    Item("security-3", "Security", "No secrets in code (use environment)", ("files",)),
    Item("security-4", "Security", "Input sanitized (no injection vectors)", ROUTES),
    Item("security-5", "Security", "Rate limiting on sensitive endpoints", ROUTES),
    Item("integration-1", "Integration", "External calls have timeouts", ("OutgoingCall", "HealthCheck")),
    Item("integration-2", "Integration", "Retry logic with exponential backoff", CALLS),
    Item("integration-3", "Integration", "Circuit breaker for unreliable services", CALLS),
    Item("integration-4", "Integration", "Webhook signatures verified", ROUTES),
    Item("performance-1", "Performance", "Caching strategy appropriate for data", ("CacheUse", "Loader")),
    Item("performance-2", "Performance", "No blocking calls in async context", ("async functions",)),
    Item("performance-3", "Performance", "Background tasks for slow operations", ("Effect",)),
    Item("performance-4", "Performance", "Pagination for list endpoints", ("routes", "GraphField")),
    Item("observability-1", "Observability", "Request logging (id, method, path, status, duration)", ("RequestId",),
         question="Is there a line, or a span, for every request?"),
    Item("observability-2", "Observability", "Error logging with stack traces", ("functions",)),
    Item("observability-3", "Observability", "Business events logged for debugging",
         reason="which events matter to the business is not written in the code",
         question="Can support tell from the log what happened to an order?"),
    Item("observability-4", "Observability", "Health check endpoint exists", ROUTES),
    Item("delegation-1", "Delegation", "Data model designed by database-engineer", ("Table", "MoneyAsFloat"),
         question="Has somebody who knows databases drawn the tables?"),
    Item("delegation-2", "Delegation", "Complex queries reviewed by database-engineer", ("Index", "Query"),
         question="Has somebody who knows databases read the largest queries and their plans?"),
    Item("delegation-3", "Delegation", "Schema changes have migration plan", ("Migration", "Index"),
         question="Is it written down how a release goes back?"),
    Item("anti-1", "Anti-patterns", "N+1 queries", QUERIES),
    Item("anti-2", "Anti-patterns", "No input validation", ROUTES),
    Item("anti-3", "Anti-patterns", "Secrets in code", ("files",)),
    Item("anti-4", "Anti-patterns", "Synchronous heavy operations", ("async functions",)),
    Item("anti-5", "Anti-patterns", "No rate limiting", ROUTES),
    Item("anti-6", "Anti-patterns", "Missing indexes", ("Table", "Index")),
    Item("constraint-1", "Constraints", "Never store passwords in plaintext", ("PasswordUse",)),
    Item("constraint-2", "Constraints", "Always validate and sanitize input", ROUTES),
    Item("constraint-3", "Constraints", "Don't expose internal errors to clients", ("Answer",)),
    Item("constraint-4", "Constraints", "Log appropriately (no secrets)", ("LogCall",)),
    Item("constraint-5", "Constraints", "Handle rate limiting and abuse", ROUTES),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Judged:
    """What a review says of an item, with its evidence."""

    item: Item
    verdict: Verdict
    evidence: str
    findings: tuple[Finding, ...]
    rules: tuple[str, ...]


def judge(review: Review) -> list[Judged]:
    """Every item, judged by what the review found and by what there was to look at."""
    return [_judged(item, review) for item in ITEMS]


def _judged(item: Item, review: Review) -> Judged:
    rules = tuple(rule.name for rule in review.rules if item.id in rule.page.items)
    findings = tuple(each for each in review.findings if item.id in each.items)
    sure = [each for each in findings if each.confidence != "review"]
    there = {kind: review.seen[kind] for kind in item.looks_at if review.seen.get(kind)}
    looked = ", ".join(f"{count} {_words(kind)}" for kind, count in there.items())
    shown = review.shown.get(item.id)
    if item.reason:
        return Judged(item, "not decidable here", item.reason, (), rules)
    if sure:
        return Judged(
            item,
            "fails",
            f"{len(sure)} of {len(rules)} rules' findings are sure; first {sure[0].place}",
            findings,
            rules,
        )
    if findings:
        return Judged(
            item, "to review", f"a person has to look at {len(findings)}; first {findings[0].place}", findings, rules
        )
    if shown is not None:
        return Judged(item, shown.verdict, shown.evidence, (), rules)
    if not rules:
        return Judged(item, "not decidable here", "nothing of what was asked is about it", (), rules)
    if not there:
        kinds = " or ".join(_words(each) for each in item.looks_at)
        return Judged(item, "not decidable here", f"no {kinds} to look at", (), rules)
    return Judged(item, "holds", f"{len(rules)} rules looked at {looked}", (), rules)


def _words(kind: str) -> str:
    """The name of a kind of fact as words: `OutgoingCall` is "outgoing calls"."""
    if kind[:1].islower():
        return kind
    spaced = "".join(f" {each.lower()}" if each.isupper() and at else each.lower() for at, each in enumerate(kind))
    return {"query": "queries", "graph field": "fields of GraphQL", "index": "indexes", "cache use": "uses of a cache",
            "password use": "uses of passwords", "money as float": "amounts", "log call": "log lines",
            "moved money": "transfers"}.get(spaced, spaced + "s")  # fmt: skip
