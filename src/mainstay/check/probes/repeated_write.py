"""A request that is sent twice, as a network does, and makes two rows."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.finding import Confidence, Found
from mainstay.check.live.collections import Collection
from mainstay.check.live.operations import Operation
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

MONEY = re.compile(
    r"payments?|charges?|orders?|transfers?|checkouts?|refunds?|invoices?|payouts?|withdrawals?|deposits?|bookings?|purchases?",
    re.IGNORECASE,
)
KEY = "idempotency-key"


def ask(service: Service) -> Iterator[Found]:
    """Makes a row twice under one key, where the document knows such keys or the row is worth money."""
    for collection in service.collections:
        create = collection.create
        if create is None or create.body is None or create.is_harmful:
            continue
        promised = any(each.name.lower() == KEY for each in create.parameters if each.place == "header")
        if promised or MONEY.fullmatch(collection.word):
            yield from _twice(service, collection, create, promised=promised)


def _twice(service: Service, collection: Collection, create: Operation, *, promised: bool) -> Iterator[Found]:
    row = service.rows.make(collection, service.asker)
    path = create.filled(row.values) if row is not None else None
    if row is None or path is None:
        return
    body, headers = service.rows.body(create, service.asker), {KEY: service.samples.name()}
    one = service.client.send("POST", path, service.asker, body=body, headers=headers)
    two = service.client.send("POST", path, service.asker, body=body, headers=headers)
    if not (one.went_well and two.went_well):
        return
    rows = [service.rows.made_by(collection, service.asker, row.values, body, each, row.mark) for each in (one, two)]
    service.rows.made += [each for each in rows if each is not None and each.collection.item]
    same = (
        one.json == two.json
        if rows[0] is None or rows[1] is None or not collection.keys
        else rows[0].values == rows[1].values
    )
    if not same:
        sure: Confidence = "proven" if promised else "review"
        words = "which its document promises to look at" if promised else "and nothing else tells a repetition"
        yield found(
            create, f"the same request twice, under one Idempotency-Key, makes two rows, {words}", sure, one, two
        )
