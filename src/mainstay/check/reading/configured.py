"""How an application is set up: debug mode, who may call from a browser, limits of calls, uploads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Cors, Limit, Setting, Upload
from mainstay.check.flow.program import Changed, Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.reader import Located, known_text, label, last, stands_in, under

LIMIT = re.compile(
    r"^\s*\d+\s*(/|per)\s*\d*\s*(second|minute|hour|day|month|year|sec|min|s|m|h|d)s?\s*([;,|].*)?$", re.IGNORECASE
)
DEBUG = re.compile(r"(^|\.)(DEBUG|debug)$")
SETTINGS = re.compile(r"(^|/)(settings|config|conf|base|production|prod)[^/]*\.py$|settings/")
LOCAL = re.compile(r"(local|dev|test|example|debug|sample)", re.IGNORECASE)
SIZES = re.compile(r"(max_?\w*(size|bytes|length)|size|content_?length|limits?|too_?large|413)", re.IGNORECASE)
KINDS = re.compile(
    r"(content_?type|mime_?type|allowed_\w+|extension|ext|suffix|filetype|magic|imghdr|splitext|endswith|fileFilter|extname|PIL|Image|sniff|is_valid|clean\w*|verify)",
    re.IGNORECASE,
)


def read(run: Run) -> Iterator[Located]:
    """The settings that a function or module makes."""
    local = LOCAL.search(run.unit.source.path.rpartition("/")[2]) is not None and run.unit.source.first == 1
    for event in run.events:
        if isinstance(event, Seen):
            yield from _cors(event)
            yield from _limit(event)
            yield from _debug(event, local)
            yield from _templates(event)
        elif isinstance(event, Changed):
            yield from _changed(event, local)
    if run.function is None:
        yield from _module(run, local)
    yield from _upload(run)


def _cors(seen: Seen) -> Iterator[Located]:
    name = seen.name
    if (
        seen.method == "add_middleware"
        and seen.arguments
        and last(seen.arguments[0].path or seen.arguments[0].type) == "CORSMiddleware"
    ):
        origins = _origins(seen.keywords.get("allow_origins"))
        pattern = known_text(seen.keywords.get("allow_origin_regex"))
        if pattern in (".*", "^.*$", ".+", "https?://.*"):
            origins = "any"
        credentials = seen.keywords.get("allow_credentials")
    elif name in ("flask_cors.CORS", "flask_cors.cross_origin"):
        told = seen.keywords.get("origins")
        origins = _origins(told) if told is not None else "*"
        credentials = seen.keywords.get("supports_credentials")
    elif name == "cors" and seen.is_javascript:
        given = seen.arguments[0].fields if seen.arguments and seen.arguments[0].fields is not None else {}
        origins = origins_of(given.get("origin"))
        credentials = given.get("credentials")
    else:
        return
    yield (
        seen.position,
        Cors(
            place=seen.place,
            function=label(seen),
            origins=origins,
            credentials=credentials is not None and credentials.const is True,
        ),
    )


def origins_of(origin: Value | None) -> str:
    """Who may call, by the option `origin` of cors: everybody unless it is given."""
    return "*" if origin is None else "any" if origin.const is True or _reflects(origin) else _origins(origin)


def _reflects(origin: Value) -> bool:
    """A function that answers `callback(null, true)` whatever the origin."""
    if origin.callee is None:
        return False
    body = origin.callee.function.body
    return not any(isinstance(each, s.If | s.Conditional) for each in s.walk(*body)) and any(
        isinstance(each, s.Literal) and each.value is True for each in s.walk(*body)
    )


def _origins(value: Value | None) -> str:
    if value is None:
        return ""
    listed = [known_text(each) for each in value.fields.values()] if value.fields is not None else [known_text(value)]
    return "*" if "*" in listed else ",".join(each for each in listed if each)


def _limit(seen: Seen) -> Iterator[Located]:
    name, method = seen.name, seen.method
    if method in ("limit", "shared_limit") and re.search(r"[lL]imiter", seen.receiver.type):
        given = seen.argument(0, "limit_value")
        text = known_text(given)
        if given is not None and given.callee is not None:
            text = next(
                (_joined(each.value) for each in s.walk(*given.callee.function.body) if isinstance(each, s.Return)), ""
            )
        if not text and seen.node.arguments and isinstance(seen.node.arguments[0].value, s.Function):
            text = next(
                (
                    _joined(each.value)
                    for each in s.walk(*seen.node.arguments[0].value.body)
                    if isinstance(each, s.Return)
                ),
                "",
            )
        wrong = ""
        if text and not LIMIT.match(text):
            wrong = f"{text!r} is no limit"
        yield seen.position, Limit(place=seen.place, function=label(seen), text=text, wrong=wrong)
    elif name in ("slowapi.Limiter", "flask_limiter.Limiter"):
        key = seen.argument(0, "key_func")
        by_address = key is not None and last(key.path or key.type) in ("get_remote_address", "get_ipaddr")
        storage = seen.keywords.get("storage_uri") or seen.keywords.get("storage")
        memory = storage is None or known_text(storage).startswith("memory")
        yield (
            seen.position,
            Limit(place=seen.place, function=label(seen), by_address=by_address, in_memory=memory, declared=True),
        )
    elif under(name, "express-rate-limit") and seen.method in ("express-rate-limit", "rateLimit", "default"):
        given_options = seen.arguments[0].fields if seen.arguments and seen.arguments[0].fields is not None else {}
        yield (
            seen.position,
            Limit(
                place=seen.place,
                function=label(seen),
                by_address="keyGenerator" not in given_options,
                in_memory="store" not in given_options,
                declared=True,
            ),
        )


def _joined(node: s.Node | None) -> str:
    if isinstance(node, s.Literal) and isinstance(node.value, str):
        return node.value
    if isinstance(node, s.Template):
        return "".join(str(each.value) if isinstance(each, s.Literal) else "{}" for each in node.parts)
    return ""


def _debug(seen: Seen, local: bool) -> Iterator[Located]:
    flag = seen.keywords.get("debug")
    if (
        seen.method in ("run", "FastAPI", "Starlette", "Flask")
        and flag is not None
        and flag.const is True
        and not local
    ) and (seen.receiver.type.endswith("Flask") or seen.receiver.type == "?app" or seen.method != "run"):
        stack = "flask" if seen.method == "run" else "fastapi"
        yield seen.position, Setting(place=seen.place, function=label(seen), name="debug", value=True, stack=stack)
    if seen.name == "errorhandler" and seen.is_javascript and not _in_development(seen):
        yield (
            seen.position,
            Setting(place=seen.place, function=label(seen), name="errorhandler", value=True, stack="express"),
        )


def _templates(seen: Seen) -> Iterator[Located]:
    """Templates of pages that put values in as they are."""
    if not under(seen.name, "swig", "nunjucks", "jinja2"):
        return
    given = [seen.keywords.get("autoescape"), *((each.fields or {}).get("autoescape") for each in seen.arguments)]
    if any(each is not None and each.const is False for each in given):
        yield seen.position, Setting(place=seen.place, function=label(seen), name="autoescape", stack=seen.name)


def _in_development(seen: Seen) -> bool:
    """Whether a choice around it asks for the environment."""
    for node in seen.unit.nodes:
        if not isinstance(node, s.If):
            continue
        asks = any(isinstance(each, s.Member) and each.name in ("NODE_ENV", "env") for each in s.walk(node.test))
        if asks and any(each is seen.node for each in s.walk(*node.then)):
            return True
    return False


def _changed(event: Changed, local: bool) -> Iterator[Located]:
    target = event.target
    if (
        event.value.const is True
        and not local
        and (target.endswith(("config[DEBUG]", ".debug", "config[PROPAGATE_EXCEPTIONS]")))
    ) and ("flask" in event.object.type or target.startswith("app")):
        yield event.position, Setting(place=event.place, function="", name="debug", value=True, stack="flask")


def _module(run: Run, local: bool) -> Iterator[Located]:
    """Settings of Django are variables of a module."""
    names = run.unit.scope.names
    django = "INSTALLED_APPS" in names or "MIDDLEWARE" in names or "django" in run.unit.source.text.lower()
    if (
        not django
        or local
        or not (SETTINGS.search(run.unit.source.path) or {"INSTALLED_APPS", "ALLOWED_HOSTS", "MIDDLEWARE"} & set(names))
    ):
        return
    every, credentials = (
        names.get("CORS_ALLOW_ALL_ORIGINS") or names.get("CORS_ORIGIN_ALLOW_ALL"),
        names.get("CORS_ALLOW_CREDENTIALS"),
    )
    for node in run.unit.tree.body:
        if (
            not isinstance(node, s.Assign)
            or not isinstance(node.targets[0], s.Name)
            or not isinstance(node.value, s.Literal)
        ):
            continue
        name = node.targets[0].id
        if name == "DEBUG" and node.value.value is True:
            yield 0, Setting(place=run.unit.place(node), name=name, value=True, stack="django")
        elif name in ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL") and every is not None and every.const is True:
            yield (
                0,
                Cors(
                    place=run.unit.place(node),
                    origins="any",
                    credentials=credentials is not None and credentials.const is True,
                ),
            )


def _upload(run: Run) -> Iterator[Located]:
    if run.function is None:
        for seen in run.calls:
            if seen.name == "express-fileupload":
                given = seen.arguments[0].fields or {} if seen.arguments else {}
                yield seen.position, Upload(place=seen.place, size_checked="limits" in given, type_checked=False)
            elif seen.name == "multer":
                options = seen.arguments[0].fields if seen.arguments and seen.arguments[0].fields is not None else {}
                yield (
                    seen.position,
                    Upload(place=seen.place, size_checked="limits" in options, type_checked="fileFilter" in options),
                )
        return
    takes = [
        each
        for each in run.parameters.values()
        if each.type in ("fastapi.UploadFile", "starlette.datastructures.UploadFile")
    ]
    reads = [
        each
        for each in (run.function.nodes if run.unit.source.language == "python" else ())
        if isinstance(each, s.Member) and s.dotted(each) in ("request.files", "request.FILES", "self.request.FILES")
    ]
    if not takes and not reads:
        return
    if not any(
        seen.method in ("save", "write", "upload_fileobj", "write_bytes", "copyfileobj", "put_object", "create", "read")
        for seen in run.calls
    ):
        return
    names = stands_in(run)
    place = run.unit.place(reads[0]) if reads else run.place
    yield (
        0,
        Upload(
            place=place,
            function=run.function.label,
            size_checked=any(SIZES.search(each) for each in names),
            type_checked=any(KINDS.search(each) for each in names),
        ),
    )
