"""Calls of other services in Rust, mail, and work that holds up the threads that run async functions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import BlockingCall, Effect, OutgoingCall
from mainstay.check.flow.program import Run, Seen
from mainstay.check.reading.outgoing import KEYS
from mainstay.check.reading.reader import Located, chain_before, label, last, own_nodes, shown, under
from mainstay.check.words import words

BLOCKING: dict[str, str] = {
    "std.thread.sleep": "tokio::time::sleep(..).await",
    "std.fs": "tokio::fs",
    "std.process.Command": "tokio::process::Command",
    "reqwest.blocking": "the async reqwest::Client",
    "ureq": "the async reqwest::Client",
    "rusqlite": "tokio::task::spawn_blocking",
    "bcrypt.hash": "tokio::task::spawn_blocking",
    "bcrypt.verify": "tokio::task::spawn_blocking",
    "std.net.TcpStream.connect": "tokio::net::TcpStream",
}
"""What holds a thread of the runtime, and what to use instead."""
FILES = words("read read_to_string write remove_file remove_dir_all create_dir_all read_dir copy rename open create")
MADE = ("reqwest.Client.new", "reqwest.Client.builder", "reqwest.Client.default", "reqwest.ClientBuilder.new")
"""How clients are made; what one from elsewhere was told is not seen."""
CALLS = words("std.thread.sleep bcrypt.hash bcrypt.verify std.net.TcpStream.connect")
"""Of these what is called itself holds the thread, and not what is done with its answer."""
RUNS = words("output status")
MAILS = words("send_email send_mail")


def read(run: Run) -> Iterator[Located]:
    """Outgoing calls, effects and blocking calls of a function."""
    for seen in run.calls:
        call = _outgoing(seen, run)
        if call is not None:
            yield seen.position, call
        mails = seen.method in MAILS or (seen.method == "send" and under(seen.name, "lettre"))
        if mails and not seen.name.startswith("!"):
            told = Effect(
                place=seen.place, function=label(seen), kind="mail", call=shown(seen), transaction=seen.transaction
            )
            yield seen.position, told
        blocking = _blocking(seen)
        if blocking is not None:
            yield seen.position, blocking


def _outgoing(seen: Seen, run: Run) -> OutgoingCall | None:
    """A request that is sent: `reqwest::get(..)`, or the `send` of a client that was built here."""
    links = chain_before(seen)[::-1]
    alone = seen.name in ("reqwest.get", "reqwest.blocking.get")
    if not alone and not (seen.method == "send" and links[-1].name in MADE):
        return None
    methods = {each.method for each in links}
    names = [each.id if isinstance(each, s.Name) else each.name for each in own_nodes(run)
             if isinstance(each, s.Name | s.Member)]  # fmt: skip
    return OutgoingCall(
        place=seen.place,
        function=label(seen),
        call=shown(seen),
        timeout="timeout" in methods or any(each in ("timeout", "connect_timeout") for each in names),
        idempotent=alone or bool({"get", "head"} & methods),
        key=any(KEYS.search(str(each.value)) for each in own_nodes(run) if isinstance(each, s.Literal)),
        transaction=seen.transaction,
        loop=seen.loop,
        unbounded=not alone or not seen.name.startswith("reqwest.blocking"),
    )


def _blocking(seen: Seen) -> BlockingCall | None:
    if seen.function is None or not seen.function.is_async or seen.awaited or seen.name.startswith("!"):
        return None
    name = seen.name.removeprefix("?")
    root = next((each for each in BLOCKING if under(name, each)), None)
    if root is None or (root == "std.fs" and last(name) not in FILES) or (root in CALLS and name != root):
        return None
    if root == "std.process.Command" and seen.method not in RUNS:
        return None
    if root in ("rusqlite", "ureq", "reqwest.blocking") and not re.search(r"(query|execute|call|send|get)\w*$", name):
        return None
    return BlockingCall(place=seen.place, function=label(seen), call=shown(seen), instead=BLOCKING[root])
