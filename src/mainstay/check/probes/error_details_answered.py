"""An answer that shows how the server is made: a stack, a statement, a path, the page of a debugger."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.finding import Found
from mainstay.check.live.answer import Answer
from mainstay.check.live.probe import found
from mainstay.check.live.service import Service

DEBUGGER = re.compile(
    r"Werkzeug Debugger|EVALEX\s*=|you have <code>DEBUG = True|Whoops! There was an error|better-errors", re.IGNORECASE
)
STACK = re.compile(
    r'Traceback \(most recent call last\)|File "[^"\n]+\.py", line \d+|goroutine \d+ \[running\]|\.rb:\d+:in [`\']'
    r"|\.php on line \d+|\bat [\w.$]+\(\w+\.java:\d+\)|\s+at [\w.$<>\[\] ]+ \(?(/|[A-Z]:\\|node:|file:)[^)\n]*:\d+"
)
STATEMENT = re.compile(
    r"\[SQL: |SQLSTATE\[|sqlite3\.\w+Error|psycopg\d?\.errors|SequelizeDatabaseError"
    r"|PrismaClient\w+Error|java\.sql\.|org\.hibernate"
    r"|(SELECT .{1,200} FROM|INSERT INTO|UPDATE \w+ SET|DELETE FROM) .{1,400}(WHERE|VALUES|syntax|error)",
    re.DOTALL,
)
FILE = re.compile(
    r"(?<![\w/:.])/(home|root|usr/(lib|local|src)|var/(www|lib|task)|srv|opt|app/(src|node_modules))/[\w./-]+"
    r"\.(py|js|ts|rb|php|java|go)\b|[A-Z]:\\\\?[\w\\]+\.(py|js|cs|php)\b"
)
SHOWN = (
    ("the page of a debugger", DEBUGGER),
    ("a stack", STACK),
    ("a statement of SQL", STATEMENT),
    ("a path of the server", FILE),
)
ODD = ("%00", "%F0%9F%92%A9", "..%2F..%2Fetc", "a" * 3_000, "%25", "'\"%3C%3E")


def ask(service: Service) -> Iterator[Found]:
    """Asks for what is odd, and looks through everything that was answered to all probes so far."""
    for operation in service.operations:
        if operation.method == "GET" and not operation.is_harmful:
            names = operation.names
            path = service.path_of(operation, service.asker)
            if path is None:
                continue
            row = service.row_for(operation, service.asker)
            for odd in ODD if names else ():
                values = {**(row.values if row is not None else {}), names[-1]: "ODD"}
                service.client.send("GET", (operation.filled(values) or path).replace("ODD", odd), service.asker)
            for each in [each for each in operation.parameters if each.place == "query"][:4]:
                service.client.send("GET", f"{path}?{each.name}=%00%27%22{{", service.asker)
    seen: set[str] = set()
    for answer in service.client.journal:
        told = _shown(answer)
        if told is not None:
            operation_name = _operation(service, answer)
            if operation_name not in seen:
                seen.add(operation_name)
                yield found(operation_name, f"the answer shows {told[0]}: {told[1]}", "proven", answer)


def _shown(answer: Answer) -> tuple[str, str] | None:
    """What an answer shows of the server, and where; None for nothing, or what it was sent itself."""
    if answer.status < 400 or not answer.is_text:
        return None
    for words, pattern in SHOWN:
        found = pattern.search(answer.text)
        if found is not None and found[0].encode() not in answer.request.content:
            return words, " ".join(found[0].split())[:80]
    return None


def _operation(service: Service, answer: Answer) -> str:
    """The operation that was asked, by the shape of its path."""
    operation = service.operation_of(answer)
    return (
        str(operation)
        if operation is not None
        else f"{answer.request.method} {answer.request.path.partition('?')[0][:60]}"
    )
