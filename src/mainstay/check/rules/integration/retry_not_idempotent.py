"""A retry of what must happen once."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Facts, OutgoingCall, Query, Retry
from mainstay.check.finding import Confidence, Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """Retries around calls that are neither idempotent nor keyed."""
    for handler in facts.handlers:
        for retry in handler.of(Retry):
            calls = [each for each in handler.of(OutgoingCall) if not each.idempotent and not each.key]
            inserts = [each for each in handler.of(Query) if each.action == "insert"]
            if calls:
                what = f"{calls[0].call} is made again after every error, also when it had worked"
                sure: Confidence = "likely" if not retry.selective else "review"
                yield Found(retry.place, what, sure, (Step(calls[0].place, "what is repeated"),))
                after = [each for each in handler.of(Query) if each.action == "update" and each.place > calls[0].place]
                if after and calls[0].client == "payment":
                    what = (
                        "a crash after this call and before what records it is followed by the retry, which calls again"
                    )
                    yield Found(calls[0].place, what, "likely", (Step(after[0].place, "recorded only here"),))
            elif inserts and not retry.selective:
                yield Found(retry.place, "a row is inserted again after every error", "review")
