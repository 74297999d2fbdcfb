"""Places in Rust where text of a caller may do harm: statements, commands, paths, addresses, pages, logs."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.reached import reached
from mainstay.check.reading.reader import Located, known_text, last, under
from mainstay.check.reading.rustlang.databases import MACROS, statement_of
from mainstay.check.reading.sinks import SHELLS
from mainstay.check.words import words

FILES = words(
    """
    read read_to_string write remove_file remove_dir remove_dir_all create_dir create_dir_all read_dir rename copy open
    create metadata
    """
)
FILE_MODULES = ("std.fs", "tokio.fs", "async_std.fs", "actix_files.NamedFile", "tokio.fs.File", "std.fs.File")
REDIRECTS = words("to temporary permanent see_other")
REQUESTS = words("get post put patch delete head request")


def read(run: Run) -> Iterator[Located]:
    """The sinks of a function that text of the caller reaches."""
    yield from reached(run, _sinks)


def _sinks(seen: Seen) -> Iterator[tuple[str, Value]]:
    name, method, given = seen.name.removeprefix("?"), seen.method, seen.arguments
    if method not in MACROS:
        text = statement_of(seen)
        if text is not None:
            yield "sql", text
    if method == "push" and under(name, "sqlx.QueryBuilder", "sqlx.query_builder.QueryBuilder") and given:
        yield "sql", given[0]
    if name in ("diesel.dsl.sql", "diesel.sql_query") and given:
        yield "sql", given[0]
    if last(name) == "new" and name.endswith("Command.new") and given:
        yield "shell", given[0]
    elif method in ("arg", "args") and "Command" in seen.receiver.type:
        yield from _arguments(seen)
    elif method in FILES and under(name, *FILE_MODULES) and given:
        yield "path", given[0]
    elif method in REDIRECTS and under(name, "axum.response.Redirect") and given:
        yield "redirect", given[0]
    elif method in ("append_header", "insert_header") and given:
        yield from _location(seen)
    elif method in REQUESTS and (under(name, "reqwest", "ureq", "surf", "awc") or _is_client(seen)) and given:
        yield "url", given[1 if method == "request" and len(given) > 1 else 0]
    elif given and (under(name, "axum.response.Html", "maud.PreEscaped") or (method == "body" and _is_page(seen))):
        yield "html", given[0]
    elif method in ("render_str", "one_off", "from_string", "template_from_str", "render_template") and given:
        yield "template", given[0]


def _arguments(seen: Seen) -> Iterator[tuple[str, Value]]:
    """What a shell is given to run: `Command::new("sh").arg("-c").arg(text)`."""
    source, depth = seen.receiver.source, 0
    while isinstance(source, Seen) and depth < 20:
        if source.method == "new":
            if source.arguments and known_text(source.arguments[0]) in SHELLS:
                yield from (("shell", each) for each in seen.arguments)
                yield from (("shell", item) for each in seen.arguments for item in (each.fields or {}).values())
            return
        source, depth = source.receiver.source, depth + 1


def _location(seen: Seen) -> Iterator[tuple[str, Value]]:
    """`("Location", address)` as a header of actix."""
    given = seen.arguments[0]
    fields = given.fields or {}
    name = fields.get("0")
    if name is not None and (known_text(name).lower() == "location" or last(name.path) == "LOCATION") and "1" in fields:
        yield "redirect", fields["1"]


def _is_client(seen: Seen) -> bool:
    kind = seen.receiver.type
    named = re.search(r"http_?client", kind, re.IGNORECASE) is not None
    return named or under(kind, "reqwest.Client", "reqwest.blocking.Client")


def _is_page(seen: Seen) -> bool:
    """Whether an answer of actix says that it is a page."""
    source, depth = seen.receiver.source, 0
    while isinstance(source, Seen) and depth < 12:
        told = [inner for each in source.arguments for inner in (each, *(each.fields or {}).values())]
        types = source.method in ("content_type", "insert_header", "append_header")
        if types and any("html" in f"{known_text(each)} {each.path} {each.type}".lower() for each in told):
            return True
        source, depth = source.receiver.source, depth + 1
    return False
