"""What only programs of NestJS have: answers of controllers, exceptions, its client, tokens, CORS, uploads."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Answer, Cors, Fact, OutgoingCall, Setting, Sink, TokenUse, Upload
from mainstay.check.flow.program import Raised, Returned, Run, Seen
from mainstay.check.flow.value import Trace, Value
from mainstay.check.reading.answers import leak
from mainstay.check.reading.configured import origins_of
from mainstay.check.reading.queries import injected
from mainstay.check.reading.reader import Located, known_text, label, last, shown, stands_in, under
from mainstay.check.reading.sinks import own_path
from mainstay.check.words import words

COMMON = "@nestjs/common."
VERBS = words("Get Post Put Patch Delete All")
CLIENT = ("@nestjs/axios.HttpService", "?HttpService")
SENDS = words("get post put patch delete head request")
JWT = ("@nestjs/jwt.JwtService", "?JwtService")
STATUS = {
    "BadRequestException": 400,
    "UnauthorizedException": 401,
    "ForbiddenException": 403,
    "NotFoundException": 404,
    "ConflictException": 409,
    "UnprocessableEntityException": 422,
    "InternalServerErrorException": 500,
    "BadGatewayException": 502,
    "ServiceUnavailableException": 503,
}
LOCAL = re.compile(r"(local|dev|test|example|sample|seed|spec)", re.IGNORECASE)


def read(run: Run) -> Iterator[Located]:
    """The facts of a function that are NestJS's own."""
    if not run.unit.source.is_javascript:
        return
    told = {last(each.path or each.type) for each in run.decorators if (each.path or each.type).startswith(COMMON)}
    if told & VERBS:
        for event in run.events:
            if isinstance(event, Returned) and event.function is run.function:
                yield from _answered(event, told)
    verifies = any(each.method in ("verify", "verifyAsync") and under(each.name, *JWT) for each in run.calls)
    for event in run.events:
        if isinstance(event, Seen):
            for fact in _called(event):
                if not (isinstance(fact, TokenUse) and not fact.verified and event.method == "decode" and verifies):
                    yield event.position, fact
        elif isinstance(event, Raised):
            yield from _raised(event)
    if "UseInterceptors" in told or "UploadedFile" in str(run.function.parameters if run.function else ""):
        yield from _upload(run)


def _sink(event: Seen | Returned, purpose: str, call: str, trace: Trace) -> Sink:
    function = event.function.label if event.function is not None else ""
    return Sink(place=event.place, function=function, purpose=purpose, call=call, trace=trace)


def _answered(event: Returned, told: set[str]) -> Iterator[Located]:
    """A page that a controller answers, and the address that it leads to under `@Redirect()`."""
    value = event.value
    if "Redirect" in told:
        url = (value.fields or {}).get("url")
        trace = injected(url, "redirect")
        if url is not None and trace is not None and "begun" not in url.marks and not own_path(url):
            yield event.position, _sink(event, "redirect", "@Redirect()", trace)
    elif "text" in value.marks and re.search(r"<\w", known_text(value)):
        trace = injected(value, "html")
        if trace is not None:
            yield event.position, _sink(event, "html", "return", trace)


def _called(seen: Seen) -> Iterator[Fact]:
    name, method = seen.name, seen.method
    if under(name, *CLIENT) and method in SENDS:
        given = seen.argument(0, "url")
        trace = injected(given, "url")
        if given is not None and trace is not None and "begun" not in given.marks:
            yield _sink(seen, "url", shown(seen), trace)
        yield OutgoingCall(
            place=seen.place,
            function=label(seen),
            call=shown(seen),
            timeout="timed" in seen.receiver.marks or _timed(seen),
            idempotent=method in ("get", "head"),
            transaction=seen.transaction,
            loop=seen.loop,
        )
    elif under(name, *JWT):
        yield from _token(seen)
    elif method == "enableCors":
        yield from _cors(seen, seen.arguments[0] if seen.arguments else None)
    elif name == "@nestjs/core.NestFactory.create":
        flag = seen.argument(-1, "cors")
        if flag is not None:
            yield from _cors(seen, flag if flag.const is not True else None)
    elif method in ("forRoot", "forRootAsync", "DataSource") and "typeorm" in name.lower():
        yield from _synchronised(seen)
    elif method == "super" or name.startswith("super"):
        yield from _strategy(seen)


def _timed(seen: Seen) -> bool:
    return any(isinstance(each, s.Literal) and each.value in ("timeout", "signal") for each in s.walk(seen.node))


def _token(seen: Seen) -> Iterator[TokenUse]:
    options = seen.argument(1)
    told = (options.fields or {}) if options is not None else {}
    if seen.method in ("sign", "signAsync"):
        payload = seen.argument(0)
        claims = frozenset(payload.fields) if payload is not None and payload.fields is not None else None
        if claims is not None and ("expiresIn" in told or "expires" in seen.receiver.marks):
            claims |= {"exp"}
        elif options is not None and options.fields is None:
            claims = None
        yield TokenUse(place=seen.place, function=label(seen), action="encode", library="@nestjs/jwt", claims=claims)
    elif seen.method == "decode":
        why = "decode only reads; verify verifies"
        yield _read(seen, why)
    elif seen.method in ("verify", "verifyAsync"):
        expired = told.get("ignoreExpiration")
        yield _read(seen, "ignoreExpiration lets expired tokens in" if expired and expired.const is True else "")


def _strategy(seen: Seen) -> Iterator[TokenUse]:
    """A strategy of Passport that reads tokens."""
    given = seen.argument(0)
    told = (given.fields or {}) if given is not None else {}
    expired = told.get("ignoreExpiration")
    if "jwtFromRequest" in told and expired is not None and expired.const is True:
        yield _read(seen, "ignoreExpiration lets expired tokens in")


def _read(seen: Seen, why: str) -> TokenUse:
    return TokenUse(
        place=seen.place,
        function=label(seen),
        action="decode",
        library="@nestjs/jwt",
        verified=not why,
        why_unverified=why,
    )


def _cors(seen: Seen, given: Value | None) -> Iterator[Cors]:
    told = (given.fields or {}) if given is not None else {}
    if given is not None and not told:
        return
    credentials = told.get("credentials")
    yield Cors(
        place=seen.place,
        function=label(seen),
        origins=origins_of(told.get("origin")),
        credentials=credentials is not None and credentials.const is True,
    )


def _synchronised(seen: Seen) -> Iterator[Setting]:
    """A schema that is changed at every start to what the classes say."""
    if LOCAL.search(seen.unit.source.path.rpartition("/")[2]) and seen.unit.source.first == 1:
        return
    for each in s.walk(seen.node):
        if isinstance(each, s.Pair) and isinstance(each.key, s.Literal) and isinstance(each.value, s.Literal):
            place = seen.unit.place(each)
            if each.key.value == "synchronize" and each.value.value is True:
                yield Setting(place=place, function=label(seen), name="synchronize", value=True, stack="nestjs")


def _raised(event: Raised) -> Iterator[Located]:
    seen = event.value.source
    if not isinstance(seen, Seen) or not (under(seen.name, "@nestjs/common") or seen.name == "?HttpException"):
        return
    if seen.method == "HttpException":
        status = seen.arguments[1].const if len(seen.arguments) > 1 else None
        code = status if isinstance(status, int) else None
    elif seen.method.endswith("Exception"):
        code = STATUS.get(seen.method)
    else:
        return
    body = seen.argument(0)
    keys = frozenset(body.fields) if body is not None and body.type == "mapping" and body.fields is not None else None
    yield (
        event.position,
        Answer(place=seen.place, function=label(seen), status=code, keys=keys, leaks=leak(body)),
    )


def _upload(run: Run) -> Iterator[Located]:
    """A file that a controller takes: what its interceptor and its pipes ask of it."""
    if run.function is None:
        return
    files = [
        each
        for parameter in run.function.parameters
        for each in parameter.decorators
        if last(s.dotted(each).removesuffix("()")) in ("UploadedFile", "UploadedFiles")
    ]
    if not files:
        return
    nodes = list(s.walk(*run.function.decorators, *files))
    names = {str(each.value) for each in nodes if isinstance(each, s.Literal)} | stands_in(run)
    names |= {each.id for each in nodes if isinstance(each, s.Name)}
    yield (
        0,
        Upload(
            place=run.unit.place(files[0]),
            function=run.function.label,
            size_checked=any(re.search(r"limits|size|MaxFileSize|Multer", each, re.IGNORECASE) for each in names),
            type_checked=any(re.search(r"fileFilter|type|mime|Multer", each, re.IGNORECASE) for each in names),
        ),
    )
