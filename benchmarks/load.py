"""A client whose connections are kept open, each with one request at a time; every answer is looked at.

    python -m benchmarks.load PORT WORK SECONDS SEED CONNECTIONS LANGUAGE

It prints one JSON object.  It runs in a process of its own, on another core than the server.
"""

from __future__ import annotations

import select
import socket
import sys
import time
from collections.abc import Callable
from random import Random

import msgspec

from benchmarks import requests
from benchmarks.translation import TRANSLATIONS

CONNECTIONS = 64
"""As many as there are where nothing else is said."""
DIFFERENT = 4_000
"""Requests that are made beforehand and sent in turn."""
LEAST = {"H": 12, "W1": 300, "W2": 6_000, "W3": 7_000, "W4": 300, "W5": 6_000, "W6": 7_000, "L": 6_000, "LP": 6_000}
"""Bytes that a right answer has at least."""


class Load(msgspec.Struct):
    """What a run of the client saw."""

    requests: int
    wrong: int
    seconds: float
    median_ms: float
    p99_ms: float
    first_wrong: str = ""


def messages(work: str, seed: int, number: int, language: str = "") -> list[bytes]:
    """Random requests, ready to be sent."""
    random = Random(seed)
    translated = TRANSLATIONS[language].request
    return [translated(requests.made(work, random)).message() for _ in range(number)]


class Connection:
    """One connection and the request it waits for."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun = 0.0
        self.received = b""
        self.whole = 0
        """Bytes that the whole answer has; 0 before its headers are there, -1 where it comes in chunks."""

    def complete(self) -> bool:
        """Whether the answer is all there."""
        if not self.whole:
            end = self.received.find(b"\r\n\r\n")
            if end < 0:
                return False
            body = length(self.received[:end])
            self.whole = -1 if body is None else end + 4 + body
        if self.whole < 0:
            return self.received.endswith(b"\r\n0\r\n\r\n")
        return len(self.received) >= self.whole


def length(head: bytes) -> int | None:
    """The bytes of the body that a head announces; None where it comes in chunks (RFC 9112, 7.1)."""
    lower = head.lower()
    place = lower.find(b"content-length:")
    if place < 0:
        return None
    end = lower.find(b"\r\n", place)
    return int(lower[place + 15 : end if end >= 0 else None])


def run(
    port: int, messages: list[bytes], seconds: float, right: Callable[[bytes, int], bool], number: int = CONNECTIONS
) -> Load:
    """Sends the messages in turn for so many seconds."""
    poll = select.epoll()
    connections = {}
    for _ in range(number):
        connection = Connection(port)
        connections[connection.socket.fileno()] = connection
        poll.register(connection.socket.fileno(), select.EPOLLIN)
    times: list[float] = []
    wrong, first, turn = 0, "", 0
    clock = time.perf_counter
    start = clock()
    until = start + seconds
    for connection in connections.values():
        connection.begun = clock()
        connection.socket.send(messages[turn % len(messages)])
        turn += 1
    busy = len(connections)
    while busy:
        ready = poll.poll(10)
        if not ready:
            raise TimeoutError("no answer for ten seconds")
        for descriptor, _ in ready:
            connection = connections[descriptor]
            chunk = connection.socket.recv(262_144)
            if not chunk:
                raise ConnectionError("the server closed a connection")
            connection.received = connection.received + chunk if connection.received else chunk
            if not connection.complete():
                continue
            now = clock()
            times.append(now - connection.begun)
            if not right(connection.received, len(connection.received)):
                wrong += 1
                first = first or connection.received[:300].decode(errors="replace")
            connection.received, connection.whole = b"", 0
            if now < until:
                connection.begun = now
                connection.socket.send(messages[turn % len(messages)])
                turn += 1
            else:
                busy -= 1
    passed = clock() - start
    for connection in connections.values():
        connection.socket.close()
    times.sort()
    middle, late = times[len(times) // 2] * 1000, times[int(len(times) * 0.99)] * 1000
    return Load(len(times), wrong, passed, middle, late, first)


def main() -> None:
    """Loads a server as the arguments say."""
    port, work, seconds, seed, connections, language = sys.argv[1:]
    least = LEAST[work]

    def right(answer: bytes, length: int) -> bool:
        return answer.startswith((b"HTTP/1.1 200", b"HTTP/1.1 201")) and length >= least

    seen = run(int(port), messages(work, int(seed), DIFFERENT, language), float(seconds), right, int(connections))
    sys.stdout.buffer.write(msgspec.json.encode(seen))


if __name__ == "__main__":
    main()
