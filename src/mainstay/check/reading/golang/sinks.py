"""Places in Go where text of a caller may do harm: statements, commands, paths, addresses, pages, logs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import ClassValue, Value
from mainstay.check.languages.go_expressions import verbs
from mainstay.check.reading.golang.databases import GORM, TEXTS, is_database, statement_of
from mainstay.check.reading.reached import reached
from mainstay.check.reading.reader import Located, known_text, under
from mainstay.check.reading.sinks import SHELLS, At
from mainstay.check.reading.statements import SQL
from mainstay.check.words import words

GIN = "github.com/gin-gonic/gin.Context"
ECHO = "github.com/labstack/echo.Context"
WRITER = ("net/http.ResponseWriter", f"{GIN}.Writer", f"{ECHO}.Response")
CALLS: dict[str, tuple[At, ...]] = {
    "os.Open": (At("path"),),
    "os.OpenFile": (At("path"),),
    "os.Create": (At("path"),),
    "os.ReadFile": (At("path"),),
    "os.WriteFile": (At("path"),),
    "os.ReadDir": (At("path"),),
    "os.Remove": (At("path"),),
    "os.RemoveAll": (At("path"),),
    "os.Mkdir": (At("path"),),
    "os.MkdirAll": (At("path"),),
    "os.Rename": (At("path", (0, 1)),),
    "io/ioutil.ReadFile": (At("path"),),
    "io/ioutil.WriteFile": (At("path"),),
    "io/ioutil.ReadDir": (At("path"),),
    "net/http.ServeFile": (At("path", (2,)),),
    "net/http.Redirect": (At("redirect", (2,)),),
    "net/http.Get": (At("url"),),
    "net/http.Head": (At("url"),),
    "net/http.Post": (At("url"),),
    "net/http.PostForm": (At("url"),),
    "net/http.NewRequest": (At("url", (1,)),),
    "net/http.NewRequestWithContext": (At("url", (2,)),),
    "net.Dial": (At("url", (1,)),),
    "net.DialTimeout": (At("url", (1,)),),
    "html/template.HTML": (At("html"),),
    "html/template.JS": (At("html"),),
    "html/template.HTMLAttr": (At("html"),),
    f"{GIN}.File": (At("path"),),
    f"{GIN}.FileAttachment": (At("path"),),
    f"{GIN}.SaveUploadedFile": (At("path", (1,)),),
    f"{GIN}.Redirect": (At("redirect", (1,)),),
    f"{ECHO}.File": (At("path"),),
    f"{ECHO}.Attachment": (At("path"),),
    f"{ECHO}.Inline": (At("path"),),
    f"{ECHO}.Redirect": (At("redirect", (1,)),),
    f"{ECHO}.HTML": (At("html", (1,)),),
    f"{ECHO}.HTMLBlob": (At("html", (1,)),),
    "plugin.Open": (At("code"),),
}
"""Calls by their qualified names."""
CLAUSES = words("Where Or Not Having Order Group Joins Select Table Raw Exec Pluck Distinct")
"""Methods of gorm whose first argument is a part of the statement, where it is a text."""
INLINE = words("First Find Take Last Delete")
"""Methods of gorm whose second argument is a part of the statement, where it is a text."""
PRINTS = words("Print Printf Println Fatal Fatalf Fatalln Panic Panicf Panicln")
HIDDEN = re.compile(
    r"admin|role|permission|staff|verified|balance|credit|owner|^user_?id$|account_?id|tenant|status|password_?hash",
    re.IGNORECASE,
)
"""Fields of rows that are not the caller's to set."""


def read(run: Run) -> Iterator[Located]:
    """The sinks of a function that text of the caller reaches."""
    yield from reached(run, lambda seen: _sinks(seen, run))


def _sinks(seen: Seen, run: Run) -> Iterator[tuple[str, Value]]:
    name, method = seen.name, seen.method
    for at in CALLS.get(name, ()):
        yield from ((at.purpose, seen.arguments[n]) for n in at.positions if n < len(seen.arguments))
    if under(name, "os/exec") and method in ("Command", "CommandContext"):
        yield from _command(seen)
    elif under(name, "net/http.Client") and method in ("Get", "Head", "Post", "PostForm") and seen.arguments:
        yield "url", seen.arguments[0]
    elif under(name, "github.com/go-resty/resty") and method in ("Get", "Post", "Put", "Delete", "Patch", "Head"):
        yield from (("url", each) for each in seen.arguments[:1])
    elif method in TEXTS or method in CLAUSES or method in INLINE:
        yield from _statement(seen)
    elif under(name, "log") and method in PRINTS:
        told = verbs(known_text(seen.argument(0))) if method.endswith("f") else []
        quoted = {at for at, verb in enumerate(told, 1) if verb == "q"}
        yield from (("log", each) for at, each in enumerate(seen.arguments) if at not in quoted)
    elif under(name, "text/template", "html/template"):
        yield from _template(seen)
    elif under(name, "github.com/go-ldap/ldap") and method == "NewSearchRequest":
        yield from (("ldap", each) for each in seen.arguments)
    yield from _page(seen, run)
    yield from _fields(seen)


def _command(seen: Seen) -> Iterator[tuple[str, Value]]:
    """The program that is run, and what a shell is given to run."""
    given = seen.arguments[1:] if seen.method == "CommandContext" else seen.arguments
    if not given:
        return
    yield "shell", given[0]
    if known_text(given[0]) in SHELLS:
        yield from (("shell", each) for each in given[1:])


def _statement(seen: Seen) -> Iterator[tuple[str, Value]]:
    gorm = (seen.receiver.type or seen.receiver.path).startswith(GORM)
    if gorm and seen.method in CLAUSES and seen.arguments:
        value = seen.arguments[0]
        if value.instance is None and value.fields is None:
            yield "sql", value
    elif gorm and seen.method in INLINE and len(seen.arguments) == 2:
        value = seen.arguments[1]
        if value.instance is None and value.fields is None:
            yield "sql", value
    elif not gorm:
        found = statement_of(seen)
        if found is not None and (SQL.match(known_text(found)) or (is_database(seen) and not known_text(found))):
            yield "sql", found


def _template(seen: Seen) -> Iterator[tuple[str, Value]]:
    if seen.method == "Parse" and seen.arguments:
        yield "template", seen.arguments[0]
    elif seen.method in ("Execute", "ExecuteTemplate") and under(seen.name, "text/template") and _writes(seen):
        trace = seen.arguments[-1].any_trace()
        if trace is not None:
            yield "html", Value(trace=trace)


def _writes(seen: Seen) -> bool:
    """Whether the first argument is what an answer is written to."""
    return bool(seen.arguments) and is_writer(seen.arguments[0])


def is_writer(value: Value) -> bool:
    """Whether a value is what an answer of net/http is written to."""
    return value.type.startswith(WRITER)


def _page(seen: Seen, run: Run) -> Iterator[tuple[str, Value]]:
    """Answers that a browser takes for a page: with a tag in them, and no other type told."""
    value: Value | None = None
    if seen.name == f"{GIN}.Data" and len(seen.arguments) > 2:
        value = seen.arguments[2] if "html" in known_text(seen.arguments[1]) else None
        if value is not None:
            yield "html", value
        return
    if under(seen.name, "fmt") and seen.method in ("Fprintf", "Fprint", "Fprintln") and _writes(seen):
        value = next((each for each in seen.arguments[1:] if each.trace is not None), None)
    elif seen.name == "io.WriteString" and _writes(seen) and len(seen.arguments) > 1:
        value = seen.arguments[1]
    elif seen.method in ("Write", "WriteString") and is_writer(seen.receiver) and seen.arguments:
        value = seen.arguments[0]
    if value is not None and (re.search(r"<\w", known_text(value)) or "html" in _told_type(run)):
        yield "html", value


def _told_type(run: Run) -> str:
    """The Content-Type that a function sets."""
    for seen in run.calls:
        if seen.method not in ("Set", "Add", "Header") or len(seen.arguments) != 2:
            continue
        if known_text(seen.arguments[0]).lower() == "content-type":
            return known_text(seen.arguments[1])
    return ""


def _fields(seen: Seen) -> Iterator[tuple[str, Value]]:
    """Bodies that are written as they came, with fields that are not the caller's to set."""
    if seen.method not in ("Create", "Save", "Updates", "FirstOrCreate") or not seen.arguments:
        return
    value = seen.arguments[0]
    if not (seen.receiver.type or seen.receiver.path).startswith(GORM) or "whole" not in value.marks:
        return
    if value.instance is None or value.trace is None or value.trace.kind != "body":
        return
    given = value.fields or {}
    if any(name not in given or given[name].trace is not None for name in hidden(value.instance)):
        yield "fields", value


def hidden(made: ClassValue) -> Iterator[str]:
    """Fields that a caller may send and that are not his to set."""
    for node in made.node.body:
        if isinstance(node, s.Assign) and isinstance(node.targets[0], s.Name) and HIDDEN.search(node.targets[0].id):
            tags = "".join(str(each.value) for each in node.decorators if isinstance(each, s.Literal))
            if 'json:"-"' not in tags and node.targets[0].id[:1].isupper():
                yield node.targets[0].id
