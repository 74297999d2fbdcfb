"""Calls of other services in Go: net/http, whose clients wait for ever unless told, and mail."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Effect, OutgoingCall
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.outgoing import BREAKERS, CHARGES, KEYS, MONEY
from mainstay.check.reading.reader import Located, label, own_nodes, shown, under
from mainstay.check.words import words

SENDS = words("Get Head Post PostForm Do")
BOUNDED = re.compile(r"WithTimeout|WithDeadline|TimeoutHandler|AfterFunc")
QUEUES = words("Publish PublishWithContext SendMessage WriteMessages Enqueue EnqueueContext Produce")
MAILS = words("SendMail DialAndSend SendEmail")


def read(run: Run) -> Iterator[Located]:
    """Outgoing calls and effects of a function."""
    for seen in run.calls:
        call = _outgoing(seen, run)
        if call is not None:
            yield seen.position, call
        kind = "mail" if seen.method in MAILS else "queue" if seen.method in QUEUES and seen.receiver.type else ""
        if kind and not seen.name.startswith("!"):
            told = Effect(
                place=seen.place, function=label(seen), kind=kind, call=shown(seen), transaction=seen.transaction
            )
            yield seen.position, told


def _outgoing(seen: Seen, run: Run) -> OutgoingCall | None:
    name, method = seen.name, seen.method
    front = name.rpartition(".")[0]
    is_http = (under(name, "net/http.Client", "net/http.DefaultClient") or front == "net/http") and method in SENDS
    money = MONEY.search(front) is not None and method.lower() in CHARGES and not name.startswith("!")
    if not is_http and not money:
        return None
    words_ = [each.id if isinstance(each, s.Name) else each.name for each in s.walk(seen.node)
              if isinstance(each, s.Name | s.Member)]  # fmt: skip
    keyed = any(KEYS.search(str(each.value)) for each in own_nodes(run) if isinstance(each, s.Literal))
    return OutgoingCall(
        place=seen.place,
        function=label(seen),
        call=shown(seen),
        client="payment" if money else "http",
        known=is_http,
        timeout=money or _timed(seen, run),
        idempotent=method in ("Get", "Head") or (method == "Do" and not _posts(run)),
        key=keyed or any(KEYS.search(each) for each in words_),
        breaker=any(BREAKERS.search(each) for each in seen.within),
        transaction=seen.transaction,
        loop=seen.loop,
    )


def _posts(run: Run) -> bool:
    return any(
        seen.method in ("NewRequest", "NewRequestWithContext")
        and any(str(each.const).upper() in ("POST", "PATCH") or each.path.endswith(("MethodPost", "MethodPatch"))
                for each in seen.arguments[:2])
        for seen in run.calls
    )  # fmt: skip


def _timed(seen: Seen, run: Run) -> bool:
    """Whether the client, or the context of the request, ends the call."""
    if any(BOUNDED.search(each.method) for each in run.calls):
        return True
    if seen.method == "Do" and _bounded_request(seen.arguments[0] if seen.arguments else None):
        return True
    client = seen.receiver
    if client.path in ("net/http", "net/http.DefaultClient"):
        return False
    made = client.source
    if not isinstance(made, Seen) or made.name not in ("net/http.Client", "?new"):
        return True
    given = set(made.keywords) | set(client.fields or {})
    return bool({"Timeout", "Transport"} & given)


def _bounded_request(value: Value | None) -> bool:
    """A request with a context that comes from elsewhere may have an end."""
    made = value.source if value is not None else None
    if not isinstance(made, Seen) or made.method not in ("NewRequest", "NewRequestWithContext"):
        return made is None or made.method in ("WithContext", "Clone")
    if made.method == "NewRequest":
        return False
    context = made.arguments[0] if made.arguments else None
    source = context.source if context is not None else None
    return not (isinstance(source, Seen) and source.name in ("context.Background", "context.TODO"))
