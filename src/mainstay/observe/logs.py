"""The log: one line of JSON for each request and each fault, encoded and written a few times in a tenth of a second."""

from __future__ import annotations

import asyncio
import math
import sys
import time
import traceback
from collections.abc import Callable

import msgspec

from mainstay import clock
from mainstay.events import Broke, Event, IndexMissing, Migrated, RequestFinished, Started, Stopped

LONGEST_PATH = 500
LONGEST_STACK = 20_000
MOST_WAITING = 1_000
"""Lines that are written without waiting."""
WAIT = 0.02
"""Seconds that a line waits for others, so that a busy server makes one write for many; faults do not wait."""

FRACTIONS = tuple(f".{number:03d}Z" for number in range(1000))
"""What stands behind a second, for each of its milliseconds."""

Write = Callable[[bytes], object]


class Access(msgspec.Struct, gc=False):
    """One request."""

    time: str
    level: str
    event: str
    method: str
    path: str
    status: int
    duration_ms: float
    operation: str | None
    actor: str | None
    address: str
    request_id: str


class Fault(msgspec.Struct):
    """Something unforeseen, with the way to it."""

    time: str
    level: str
    event: str
    request_id: str
    error: str
    message: str
    stack: str


class Note(msgspec.Struct):
    """Something about the application itself."""

    time: str
    level: str
    event: str
    message: str


def to_standard_output(data: bytes) -> None:
    """Writes to the standard output as it is at that moment."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


class Log:
    """Listens to events and writes a line for each: JSON escapes control characters, so one event is one line."""

    def __init__(self, write: Write = to_standard_output, clock: Callable[[], float] = clock.seconds) -> None:
        self.write = write
        self.clock = clock
        """Seconds since 1970."""
        self.encode = msgspec.json.Encoder().encode_lines
        self.lines: list[msgspec.Struct] = []
        self.second = -1.0
        self.stamp = ""

    def __call__(self, event: Event) -> None:
        """Takes down one event."""
        if isinstance(event, RequestFinished):  # most of them are
            self.add(self.access(event))
            return
        match event:
            case Broke():
                self.add(self.fault(event))
                self.flush()
            case Migrated():
                self.note("; ".join((f"migration {event.number} {event.title}", *event.changes)))
            case IndexMissing():
                self.note(f"an index is missing: {event.sql}", "warning")
            case Started():
                self.note(f"{event.name} serves {event.operations} operations on {event.database}")
            case Stopped():
                self.note(f"{event.name} has stopped")
                self.flush()

    def access(self, event: RequestFinished) -> Access:
        """The line of a request."""
        path = event.path
        if len(path) > LONGEST_PATH or not path.isprintable():
            path = printable(path[:LONGEST_PATH])
        return Access(
            self.now(),
            "info" if event.status < 500 else "error",
            "request",
            event.method[:20],
            path,
            event.status,
            math.floor(event.seconds * 1_000_000) / 1000,  # to the microsecond; `round` takes ten times as long
            event.operation,
            event.actor,
            event.address,
            event.request_id,
        )

    def fault(self, event: Broke) -> Fault:
        """The line of a fault; of a long stack its end, which is nearest to the fault."""
        error = event.error
        stack = "".join(traceback.format_exception(error))[-LONGEST_STACK:]
        return Fault(self.now(), "error", "broke", event.request_id, type(error).__name__, str(error)[:1000], stack)

    def note(self, message: str, level: str = "info") -> None:
        """Takes down a sentence about the application itself."""
        self.add(Note(self.now(), level, "application", message))

    def now(self) -> str:
        """The time in UTC to the millisecond, as RFC 3339 writes it."""
        moment = self.clock()
        fraction = moment - self.second
        if not 0 <= fraction < 1:
            self.second = moment // 1
            self.stamp = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(moment))
            fraction = moment - self.second
        return self.stamp + FRACTIONS[math.floor(fraction * 1000)]

    def add(self, line: msgspec.Struct) -> None:
        """Adds a line to those that are written soon."""
        self.lines.append(line)
        if len(self.lines) == 1:
            try:
                asyncio.get_running_loop().call_later(WAIT, self.flush)
            except RuntimeError:
                self.flush()
        elif len(self.lines) >= MOST_WAITING:
            self.flush()

    def flush(self) -> None:
        """Writes what waits, in one write."""
        if self.lines:
            lines, self.lines = self.lines, []
            try:
                encoded = self.encode(lines)
            except (UnicodeEncodeError, TypeError):
                encoded = b"".join([self.one(line) for line in lines])
            self.write(encoded)

    def one(self, line: msgspec.Struct) -> bytes:
        """One line, and what it is of where it cannot be written as JSON."""
        try:
            return self.encode([line])
        except (UnicodeEncodeError, TypeError):
            return self.encode([Note(self.now(), "error", "log", repr(line)[:2000])])


def printable(text: str) -> str:
    """The text with everything escaped that a terminal or a reader of lines takes for more than a character."""
    return "".join(letter if letter.isprintable() else f"\\u{ord(letter):04x}" for letter in text)
