"""A mail about what was never written."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check.facts import Commit, Effect, Facts, Query
from mainstay.check.finding import Found
from mainstay.check.flow.value import Step


def findings(facts: Facts) -> Iterator[Found]:
    """Mails and messages between a write and its commit."""
    for handler in facts.handlers:
        if handler.test:
            continue
        ends = [at for at, each in enumerate(handler.facts) if isinstance(each, Commit)]
        for position, effect in enumerate(handler.facts):
            if not isinstance(effect, Effect):
                continue
            written = [
                each
                for each in handler.facts[:position]
                if isinstance(each, Query) and each.action in ("insert", "update", "delete")
            ]
            committed = [at for at in ends if at < position]
            later = [at for at in ends if at > position]
            if written and later and not committed and not written[-1].own_transaction:
                proof = (Step(written[0].place, "written"), Step(handler.facts[later[0]].place, "committed only here"))
                yield Found(
                    effect.place, f"{effect.call} tells the world before the transaction is committed", "likely", proof
                )
            elif written and effect.transaction is not None and written[-1].transaction == effect.transaction:
                what = f"{effect.call} tells the world inside the transaction"
                yield Found(effect.place, what, "likely", (Step(written[-1].place, "written"),))
