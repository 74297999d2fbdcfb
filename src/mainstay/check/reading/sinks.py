"""Places where text of a caller may do harm: statements, shells, paths, addresses, templates, logs and others."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from mainstay.check import syntax as s
from mainstay.check.facts import Sink
from mainstay.check.flow.program import Changed, Returned, Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.queries import TEXTS, injected
from mainstay.check.reading.reader import Located, known_text, label, last, shown, under
from mainstay.check.reading.statements import SQL
from mainstay.check.words import words


@dataclass(frozen=True, slots=True)
class At:
    """Arguments of a call that are a sink: by position and by name."""

    purpose: str
    positions: tuple[int, ...] = (0,)
    names: tuple[str, ...] = ()


CALLS: dict[str, tuple[At, ...]] = {
    "os.system": (At("shell"),),
    "os.popen": (At("shell"),),
    "commands.getoutput": (At("shell"),),
    "subprocess.getoutput": (At("shell"),),
    "subprocess.getstatusoutput": (At("shell"),),
    "asyncio.create_subprocess_shell": (At("shell"),),
    "child_process.exec": (At("shell"),),
    "child_process.execSync": (At("shell"),),
    "shelljs.exec": (At("shell"),),
    "eval": (At("code"),),
    "exec": (At("code"),),
    "Function": (At("code", (0, 1, 2)),),
    "mathjs.eval": (At("code"),),
    "mathjs.evaluate": (At("code"),),
    "vm.runInNewContext": (At("code"),),
    "vm.runInThisContext": (At("code"),),
    "vm.runInContext": (At("code"),),
    "setTimeout": (At("code"),),
    "compile": (At("code"),),
    "open": (At("path"),),
    "io.open": (At("path"),),
    "codecs.open": (At("path"),),
    "pathlib.Path.open": (),
    "os.remove": (At("path"),),
    "os.unlink": (At("path"),),
    "os.listdir": (At("path"),),
    "os.rename": (At("path", (0, 1)),),
    "os.makedirs": (At("path"),),
    "os.mkdir": (At("path"),),
    "os.rmdir": (At("path"),),
    "os.open": (At("path"),),
    "shutil.rmtree": (At("path"),),
    "shutil.copy": (At("path", (0, 1)),),
    "shutil.move": (At("path", (0, 1)),),
    "shutil.copyfile": (At("path", (0, 1)),),
    "aiofiles.open": (At("path"),),
    "flask.send_file": (At("path"),),
    "fastapi.responses.FileResponse": (At("path", (0,), ("path",)),),
    "starlette.responses.FileResponse": (At("path", (0,), ("path",)),),
    "django.http.FileResponse": (),
    "zipfile.ZipFile": (At("path"),),
    "os.stat": (At("path"),),
    "os.path.exists": (At("path"),),
    "pickle.loads": (At("deserialise"),),
    "pickle.load": (At("deserialise"),),
    "_pickle.loads": (At("deserialise"),),
    "dill.loads": (At("deserialise"),),
    "cloudpickle.loads": (At("deserialise"),),
    "marshal.loads": (At("deserialise"),),
    "shelve.open": (At("deserialise"),),
    "jsonpickle.decode": (At("deserialise"),),
    "pandas.read_pickle": (At("deserialise"),),
    "yaml.unsafe_load": (At("deserialise"),),
    "yaml.full_load": (At("deserialise"),),
    "joblib.load": (At("deserialise"),),
    "node-serialize.unserialize": (At("deserialise"),),
    "serialize-javascript.deserialize": (At("deserialise"),),
    "funcster.deepDeserialize": (At("deserialise"),),
    "cryo.parse": (At("deserialise"),),
    "flask.redirect": (At("redirect", (0,), ("location",)),),
    "django.shortcuts.redirect": (At("redirect"),),
    "django.http.HttpResponseRedirect": (At("redirect"),),
    "django.http.HttpResponsePermanentRedirect": (At("redirect"),),
    "fastapi.responses.RedirectResponse": (At("redirect", (0,), ("url",)),),
    "starlette.responses.RedirectResponse": (At("redirect", (0,), ("url",)),),
    "werkzeug.utils.redirect": (At("redirect"),),
    "flask.render_template_string": (At("template", (0,), ("source",)),),
    "jinja2.Template": (At("template"),),
    "mako.template.Template": (At("template", (0,), ("text",)),),
    "django.template.Template": (At("template"),),
    "ejs.render": (At("template"),),
    "pug.render": (At("template"),),
    "pug.compile": (At("template"),),
    "ejs.compile": (At("template"),),
    "handlebars.compile": (At("template"),),
    "Handlebars.compile": (At("template"),),
    "nunjucks.renderString": (At("template"),),
    "lodash.template": (At("template"),),
    "mustache.render": (),
    "dot.compile": (At("template"),),
    "dot.template": (At("template"),),
    "markupsafe.Markup": (At("html"),),
    "flask.Markup": (At("html"),),
    "django.utils.safestring.mark_safe": (At("html"),),
    "fastapi.responses.HTMLResponse": (At("html", (0,), ("content",)),),
    "starlette.responses.HTMLResponse": (At("html", (0,), ("content",)),),
    "django.http.HttpResponse": (At("html", (0,), ("content",)),),
    "flask.make_response": (At("html"),),
    "lxml.etree.fromstring": (),
    "urllib.request.urlopen": (At("url"),),
    "urllib.request.Request": (At("url"),),
    "urllib.request.urlretrieve": (At("url"),),
    "fetch": (At("url"),),
    "got": (At("url"),),
    "node-fetch": (At("url"),),
    "axios": (At("url", (0,), ("url",)),),
    "re.compile": (At("regex"),),
    "re.match": (At("regex"),),
    "re.search": (At("regex"),),
    "re.findall": (At("regex"),),
    "re.fullmatch": (At("regex"),),
    "re.sub": (At("regex"),),
    "RegExp": (At("regex"),),
    "elementpath.select": (At("xpath", (1,)),),
    "xpath.select": (At("xpath"),),
    "lxml.etree.XPath": (At("xpath"),),
    "libxmljs.parseXml": (),
    "importlib.import_module": (At("code"),),
    "__import__": (At("code"),),
    "require": (At("code"),),
}
"""Calls by their qualified names."""

CLIENTS = (
    "requests",
    "httpx",
    "aiohttp",
    "urllib3",
    "axios",
    "got",
    "superagent",
    "needle",
    "http",
    "https",
    "http.client",
    "niquests",
)
VERBS = words("get post put patch delete head options request stream send")
FILES = words(
    """
    readFile readFileSync writeFile writeFileSync createReadStream createWriteStream unlink unlinkSync
    readdir readdirSync stat appendFile rm rmSync mkdir access existsSync appendFileSync copyFile rename
    open
    """
)
PROCESSES = frozenset({"run", "call", "check_call", "check_output", "Popen"})
SHELLS = words("sh bash cmd cmd.exe /bin/sh /bin/bash powershell")
LEVELS = words("debug info warning warn error critical exception log trace fatal")
LOGGERS = re.compile(
    r"(^|\.)\??(log|logger|logging|console|winston|pino|app\.logger|_logger|LOG|current_app\.logger|structlog\.get_logger|logging\.getLogger|loguru\.logger|bunyan)(\.|$)",
    re.IGNORECASE,
)
WHOLE = re.compile(
    r"\.(cleaned_data|validated_data|POST|GET|args|form|json|get_json|query_params|headers|cookies|body|query|params)$|^mapping$"
)
"""Of a mapping with everything that was sent: a log shows its texts with their line breaks escaped."""
XML = ("xml.sax", "xml.dom.minidom", "xml.dom.pulldom", "lxml.etree", "libxmljs", "libxmljs2", "xml.etree.ElementTree")
FIELD_WRITERS = words(
    "create update updateOne findByIdAndUpdate findOneAndUpdate insertOne insert build upsert updateMany"
)
MODELS = frozenset({"Base", "Model", "SQLModel", "DeclarativeBase", "Document"})
SCHEMAS = re.compile(
    r"(Schema|Request|Response|Form|Serializer|Input|Create|Update|DTO|Dto|Params|Config|Settings|In|Filter|Query|Q)$"
)
NOT_MODELS = words(
    """
    Date Error Map Set URL Buffer Promise RegExp Number String Boolean Object Array Router Schema Proxy FormData
    URLSearchParams
    """
)
MONGO = words(
    """
    find findOne findOneAndUpdate updateOne updateMany deleteOne deleteMany findOneAndDelete find_one
    count countDocuments exists where remove update
    """
)


def is_log(seen: Seen) -> bool:
    """Whether a call writes a line for a log."""
    front, _, method = seen.name.rpartition(".")
    return (method in LEVELS and LOGGERS.search(front) is not None) or seen.name == "print"


def read(run: Run) -> Iterator[Located]:
    """The sinks of a function that text of the caller reaches."""
    for event in run.events:
        if isinstance(event, Seen):
            for purpose, value in _sinks(event) if _is_reached(event) else ():
                trace = injected(value, purpose)
                if purpose in ("redirect", "url") and ("begun" in value.marks or own_path(value)):
                    continue
                if trace is not None:
                    yield (
                        event.position,
                        Sink(
                            place=event.place,
                            function=label(event),
                            purpose=purpose,
                            call=shown(event),
                            trace=trace,
                        ),
                    )
        elif isinstance(event, Changed):
            yield from _header_set(event)
        elif isinstance(event, Returned):
            yield from _returned_page(event, run)


def _is_reached(seen: Seen) -> bool:
    """Whether a call is given anything of a caller, or made on it: what is not needs no closer look."""
    return seen.receiver.any_trace() is not None or any(each.any_trace() is not None for each in seen.values())


OWN_PATHS = (".path", ".path_info", ".get_full_path", ".full_path", ".originalUrl", ".getRequestURI")


def own_path(value: Value) -> bool:
    """Whether it is the path of the request itself, which leads to the same host."""
    return value.type.endswith(
        (".path", ".path_info", ".get_full_path", ".full_path", ".originalUrl", ".getRequestURI")
    )


SCRIPTS = (".js", ".ts", ".mjs", ".tsx", ".jsx")


def _header_set(event: Changed) -> Iterator[Located]:
    target = event.target.lower()
    python = event.object.type != "mapping" and not event.place.path.endswith(SCRIPTS)
    if ".headers[" in target or (python and target.startswith(("response[", "resp[", "res["))):
        trace = injected(event.value, "header")
        if trace is not None:
            yield (
                event.position,
                Sink(
                    place=event.place,
                    function=event.function.label if event.function else "",
                    purpose="header",
                    call=event.target,
                    trace=trace,
                ),
            )


JSON = re.compile(r"\s*[\[{]\W*\"")
"""The beginning of a text that is JSON, written by hand."""


def _returned_page(event: Returned, run: Run) -> Iterator[Located]:
    """Flask sends a text that a handler returns as HTML."""
    routed = any((each.path or each.type).endswith((".route", ".get", ".post")) for each in run.decorators)
    if routed and event.function is run.function and "text" in event.value.marks and _uses_flask(run):
        trace = injected(event.value, "html")
        if trace is not None and not JSON.match(known_text(event.value)):
            yield (
                event.position,
                Sink(place=event.place, function=event.function.label, purpose="html", call="return", trace=trace),
            )


def _uses_flask(run: Run) -> bool:
    names = run.unit.scope.names.values()
    return any(each.path.startswith(("flask.", "quart.")) or each.path in ("flask", "quart") for each in names)


def _sinks(seen: Seen) -> Iterator[tuple[str, Value]]:
    name, method = seen.name, seen.method
    if name.startswith("!"):
        return
    for at in CALLS.get(name.removeprefix("?"), ()):
        if name in ("exec",) and seen.is_javascript:
            continue
        yield from _given(seen, at)
    if method in TEXTS or method in ("text", "extra", "literal_column", "RawSQL", "orderByRaw", "whereRaw", "literal"):
        yield from _statement(seen)
    if under(name, "subprocess") and method in PROCESSES:
        yield from _process(seen)
    elif method in ("spawn", "spawnSync", "execFile") and under(name, "child_process"):
        shell = seen.argument(-1, "shell")
        if (shell is not None and shell.const is True) or known_text(seen.argument(0)) in SHELLS:
            yield from (("shell", each) for each in seen.arguments)
            yield from (("shell", item) for each in seen.arguments if each.fields for item in each.fields.values())
        elif seen.arguments:
            yield "shell", seen.arguments[0]
    elif under(name, *CLIENTS) and method in VERBS:
        yield from _given(
            seen,
            At("url", (1,) if method == "request" and seen.language == "python" else (0,), ("url", "base_url", "uri")),
        )
    elif method in FILES and under(name, "fs", "fs/promises", "fs.promises", "fs-extra"):
        yield from _given(seen, At("path"))
    elif (
        method in ("read_text", "read_bytes", "write_text", "write_bytes", "unlink", "iterdir", "open", "exists")
        and "pathlib" in name
    ):
        yield "path", seen.receiver
    elif under(name, "yaml") and method == "load":
        loader = seen.argument(1, "Loader")
        if loader is None or "safe" not in loader.path.lower():
            yield from _given(seen, At("deserialise"))
    elif name.startswith("js-yaml") and method == "load" and seen.argument(-1, "schema") is not None:
        yield from _given(seen, At("deserialise"))
    elif under(name, *XML) and method in (
        "parseString",
        "parse",
        "fromstring",
        "XML",
        "parseXml",
        "parseXmlString",
        "iterparse",
    ):
        yield from _xml(seen)
    elif method in ("xpath", "find", "findall", "iterfind") and (
        "lxml" in name or "ElementTree" in name or "elementpath" in name
    ):
        yield from _given(seen, At("xpath"))
    elif method in ("search", "search_s", "search_ext_s") and "ldap" in name.lower():
        yield from _given(seen, At("ldap", (0, 1, 2), ("search_filter", "filterstr", "search_base")))
    elif is_log(seen):
        for each in seen.arguments:
            if not WHOLE.search(each.type):
                yield "log", each
    yield from _fields(seen)
    yield from _answers(seen)
    if seen.is_javascript and method in MONGO and seen.arguments:
        yield from _operators(seen)


def _fields(seen: Seen) -> Iterator[tuple[str, Value]]:
    """Whole bodies that are written as they came."""
    method = seen.method
    spread = seen.keywords.get("**")
    if seen.language == "python":
        instance = seen.result.instance if seen.result is not None else None
        if instance is not None:
            model = any(last(each) in MODELS for each in instance.ancestors())
        else:
            model = method[:1].isupper() and not method.isupper() and SCHEMAS.search(method) is None
        if spread is not None and (model or method in ("create", "update", "update_or_create", "insert", "values")):
            yield "fields", spread
        elif method in ("insert_one", "replace_one") and seen.arguments:
            yield "fields", seen.arguments[0]
        elif method == "setattr" and len(seen.arguments) == 3 and seen.loop is not None:
            yield "fields", seen.arguments[1]
    elif not seen.is_javascript:
        return
    elif method in FIELD_WRITERS or (method[:1].isupper() and method not in NOT_MODELS and seen.name != "Object"):
        for each in seen.arguments:
            for value in (each, *((each.fields or {}).get(name, each) for name in ("data", "$set"))):
                if value.trace is not None and value.trace.kind == "body" and _whole(value):
                    yield "fields", value
                    return
    elif seen.name == "Object.assign" and len(seen.arguments) > 1 and _whole(seen.arguments[-1]):
        fresh = seen.arguments[0].fields is not None and seen.arguments[0].source is None
        if not fresh:
            yield "fields", seen.arguments[-1]


def _whole(value: Value) -> bool:
    """Whether it is the body itself, and not one of its fields."""
    return (value.type in ("express.Request.body", "mapping") or "whole" in value.marks) and value.trace is not None


def _given(seen: Seen, at: At) -> Iterator[tuple[str, Value]]:
    for position in at.positions:
        value = seen.argument(position, *at.names)
        if value is not None:
            yield at.purpose, value


def _statement(seen: Seen) -> Iterator[tuple[str, Value]]:
    if seen.method == "extra":
        for name in ("where", "select", "tables"):
            given = seen.keywords.get(name)
            yield from (("sql", each) for each in (given.fields or {}).values()) if given is not None else ()
        return
    value = seen.argument(0, "text", "sql", "query", "where", "statement")
    if value is None:
        return
    text = known_text(value)
    tagged = (
        bool(seen.node.arguments)
        and isinstance(seen.node.arguments[0].value, s.Template)
        and seen.method in ("$queryRaw", "$executeRaw")
    )
    if tagged:
        return
    if (SQL.match(text) and "text" in value.marks) or (value.type.startswith("text:") and SQL.match(value.type[5:])):
        yield "sql", value
    elif (
        value.trace is not None
        and not text
        and seen.method
        in ("execute", "raw", "$queryRawUnsafe", "$executeRawUnsafe", "query", "executescript", "executemany", "text")
    ):
        if seen.method != "query" or "pg" in seen.name or "mysql" in seen.name or "db" in seen.name.lower():
            yield "sql", value
    elif seen.method in ("orderByRaw", "whereRaw", "literal_column", "RawSQL"):
        yield "sql", value


def _process(seen: Seen) -> Iterator[tuple[str, Value]]:
    shell = seen.keywords.get("shell")
    command = seen.argument(0, "args")
    if command is None:
        return
    if shell is not None and shell.const is True:
        yield "shell", command
        yield from (("shell", each) for each in (command.fields or {}).values())
    elif command.fields is not None:
        items = list(command.fields.values())
        if items and known_text(items[0]) in SHELLS:
            yield from (("shell", each) for each in items[1:])
        elif items:
            yield "shell", items[0]
    elif command.trace is not None:
        yield "shell", command


def _xml(seen: Seen) -> Iterator[tuple[str, Value]]:
    parser = seen.argument(1, "parser")
    if seen.language == "python":
        safe = under(seen.name, "xml.etree.ElementTree")
        if parser is not None and isinstance(parser.source, Seen) and parser.source.method == "make_parser":
            safe = not any("external" in name and flag.const is True for name, flag in (parser.fields or {}).items())
        elif parser is not None and isinstance(parser.source, Seen):
            flags = parser.source.keywords
            resolves = flags.get("resolve_entities")
            dtd = flags.get("no_network")
            safe = resolves is not None and resolves.const is False and not (dtd is not None and dtd.const is False)
        elif parser is None and under(seen.name, "lxml.etree", "xml.dom.minidom"):
            safe = under(seen.name, "xml.dom.minidom")
        elif parser is not None and parser.const is None:
            safe = True
        if not safe:
            yield from _given(seen, At("xml"))
    else:
        entities = seen.argument(1, "noent")
        if entities is not None and entities.const is True:
            yield from _given(seen, At("xml"))


def _answers(seen: Seen) -> Iterator[tuple[str, Value]]:
    """What Express and others answer with: redirects, pages, files, headers."""
    kind, method = seen.receiver.type, seen.method
    if kind == "express.Response" or kind.startswith("express.Response"):
        if method == "redirect" and seen.arguments:
            yield "redirect", seen.arguments[-1]
        elif method in ("send", "write", "end") and seen.arguments:
            value = seen.arguments[0]
            if re.search(r"<\w", known_text(value)) or (value.type.startswith("express.Request") and method == "send"):
                yield "html", value
        elif method in ("sendFile", "download", "sendfile") and seen.arguments:
            root = seen.argument(1, "root")
            if root is None or "root" not in (seen.arguments[1].fields or {} if len(seen.arguments) > 1 else {}):
                yield "path", seen.arguments[0]
        elif method in ("set", "header", "setHeader", "append") and len(seen.arguments) > 1:
            yield "header", seen.arguments[1]
        elif method == "render" and seen.arguments:
            yield "template", seen.arguments[0]
    elif seen.name.endswith((".headers.set", ".headers.add")) and len(seen.arguments) > 1:
        yield "header", seen.arguments[1]


def _operators(seen: Seen) -> Iterator[tuple[str, Value]]:
    first = seen.arguments[0]
    if under(seen.name, "typeorm", "crypto"):
        return
    first = (first.fields or {}).get("where", first)
    if first.trace is not None and first.fields is None:
        yield "nosql", first
    for key, value in (first.fields or {}).items():
        if value.trace is not None and value.trace.kind in ("body", "query") and "text" not in value.marks:
            yield "nosql", value
        if key == "$where":
            yield "code", value
