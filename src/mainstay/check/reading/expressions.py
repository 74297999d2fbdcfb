"""Regular expressions: those that take exponentially long, tried out in a process, and those that refuse names."""

from __future__ import annotations

import multiprocessing
import re
import signal
import time
from collections.abc import Iterable, Iterator
from functools import lru_cache

from mainstay.check import syntax as s
from mainstay.check.facts import BadExpression
from mainstay.check.flow.value import Unit
from mainstay.check.reading.reader import last
from mainstay.check.words import words

NESTED = re.compile(r"\((?:\?:)?[^()]*[+*][^()]*\)(?:[+*]|\{\d+,\d*\})|\((?:\?:)?[^()|]*\|[^()]*\)[+*]")
"""A repetition in a repetition, or a choice that is repeated: worth trying."""
QUOTES = re.compile(r"""^\[[^\]]*['"][^\]]*\]$""")
PYTHON = words("compile match search fullmatch findall finditer sub split")
SECONDS = 1.0
LONG = 0.25
TOOK_LONG = 3
"""How a trial ends that took longer than `LONG`."""


def read(units: Iterable[Unit]) -> Iterator[BadExpression]:
    """The expressions of a project that are bad."""
    for unit in units:
        for node in unit.nodes:
            text = ""
            if isinstance(node, s.Pattern):
                text = node.text
            elif isinstance(node, s.Call) and s.dotted(node.function).startswith(("re.", "RegExp")) and node.arguments:
                first = node.arguments[0].value
                if (
                    isinstance(first, s.Literal)
                    and isinstance(first.value, str)
                    and last(s.dotted(node.function)) in PYTHON | {"RegExp"}
                ):
                    text = first.value
            elif (
                isinstance(node, s.Argument) and node.name in ("pattern", "regex") and isinstance(node.value, s.Literal)
            ):
                text = str(node.value.value)
            if not text:
                continue
            if len(text) < 400 and NESTED.search(text):
                attack, seconds = tried(text)
                if attack:
                    yield BadExpression(place=unit.place(node), text=text, kind="slow", attack=attack, seconds=seconds)
        yield from _refusing(unit)


def _refusing(unit: Unit) -> Iterator[BadExpression]:
    """Expressions that refuse a quote, where a name is checked."""
    for function in unit.nodes:
        if not isinstance(function, s.Function):
            continue
        about = [
            function.name,
            *(
                str(a.value.value)
                for d in function.decorators
                if isinstance(d, s.Call)
                for a in d.arguments
                if isinstance(a.value, s.Literal)
            ),
        ]
        if not any("name" in each.lower() for each in about):
            continue
        for node in function.nodes:
            if isinstance(node, s.If) and any(isinstance(each, s.Raise) for each in node.then):
                for inner in s.walk(node.test):
                    text = (
                        inner.text
                        if isinstance(inner, s.Pattern)
                        else str(inner.value)
                        if isinstance(inner, s.Literal)
                        else ""
                    )
                    if QUOTES.match(text):
                        yield BadExpression(place=unit.place(inner), text=text, kind="refuses")


@lru_cache(maxsize=256)
def tried(text: str) -> tuple[str, float]:
    """A text on which the expression takes long, and how long that is; empty where none was found.

    What counts is processor time: on a machine that does other work, any expression may take long by the clock.
    """
    try:
        re.compile(text)
    except (re.error, RecursionError, OverflowError):
        return "", 0.0
    for attack in _attacks(text):
        process = multiprocessing.get_context("fork").Process(target=_run, args=(text, attack), daemon=True)
        process.start()
        process.join()
        if process.exitcode == -signal.SIGPROF:
            return attack, SECONDS
        if process.exitcode == TOOK_LONG:
            return attack, LONG
    return "", 0.0


def _run(text: str, attack: str) -> None:
    """Tries one text; the system ends it after so many seconds of the processor."""
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    began = time.process_time()
    re.search(text, attack)
    signal.setitimer(signal.ITIMER_PROF, 0)
    if time.process_time() - began > LONG:
        raise SystemExit(TOOK_LONG)


def _attacks(text: str) -> Iterator[str]:
    """Texts that are likely to take long: what the repetition takes, many times, and then what it does not."""
    for one in _letters(text):
        yield one * 40 + "\x00"
        yield one * 40 + "!"


def _letters(text: str) -> list[str]:
    inner = NESTED.search(text)
    part = inner.group(0) if inner else text
    out = []
    for sign, letter in (
        ("\\d", "0"),
        ("0-9", "0"),
        ("\\w", "a"),
        ("a-z", "a"),
        ("A-Z", "A"),
        ("\\s", " "),
        (".", "a"),
    ):
        if sign in part:
            out.append(letter)
    plain = re.search(r"[A-Za-z0-9]", re.sub(r"\\.", "", part))
    if plain:
        out.append(plain.group(0))
    return list(dict.fromkeys(out))[:3] or ["a"]
