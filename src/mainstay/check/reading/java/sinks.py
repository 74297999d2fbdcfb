"""Places in programs of Java where text of a caller may do harm."""

from __future__ import annotations

import re
from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.facts import Sink
from mainstay.check.flow.beans import short
from mainstay.check.flow.program import Returned, Run, Seen
from mainstay.check.flow.value import Value
from mainstay.check.reading.java.queries import text_of
from mainstay.check.reading.queries import injected
from mainstay.check.reading.reader import Located, known_text, last, shown
from mainstay.check.reading.sinks import SHELLS, is_log, own_path
from mainstay.check.words import words

AT: dict[str, dict[str, tuple[str, tuple[int, ...]]]] = {
    "FileInputStream": {"FileInputStream": ("path", (0,))},
    "FileOutputStream": {"FileOutputStream": ("path", (0,))},
    "FileReader": {"FileReader": ("path", (0,))},
    "FileWriter": {"FileWriter": ("path", (0,))},
    "RandomAccessFile": {"RandomAccessFile": ("path", (0,))},
    "PrintWriter": {"PrintWriter": ("path", (0,))},
    "FileSystemResource": {"FileSystemResource": ("path", (0,))},
    "PathResource": {"PathResource": ("path", (0,))},
    "FileUtils": dict.fromkeys(
        ("readFileToString", "writeStringToFile", "readFileToByteArray", "copyFile", "deleteQuietly", "forceDelete"),
        ("path", (0,)),
    ),
    "FileCopyUtils": {"copy": ("path", (1,))},
    "MultipartFile": {"transferTo": ("path", (0,))},
    "UrlResource": {"UrlResource": ("url", (0,))},
    "HttpGet": {"HttpGet": ("url", (0,))},
    "HttpPost": {"HttpPost": ("url", (0,))},
    "Jsoup": {"connect": ("url", (0,))},
    "HttpRequest": {"uri": ("url", (0,)), "newBuilder": ("url", (0,))},
    "WebClient": {"uri": ("url", (0,)), "create": ("url", (0,))},
    "RestClient": {"uri": ("url", (0,))},
    "RestTemplate": dict.fromkeys(
        ("getForObject", "getForEntity", "postForObject", "postForEntity", "exchange", "put", "delete", "execute"),
        ("url", (0,)),
    ),
    "Request": {"url": ("url", (0,))},
    "XStream": {"fromXML": ("deserialise", (0,))},
    "SerializationUtils": {"deserialize": ("deserialise", (0,))},
    "DocumentBuilder": {"parse": ("xml", (0,))},
    "SAXParser": {"parse": ("xml", (0,))},
    "XMLReader": {"parse": ("xml", (0,))},
    "SAXBuilder": {"build": ("xml", (0,))},
    "SAXReader": {"read": ("xml", (0,))},
    "XMLInputFactory": {"createXMLStreamReader": ("xml", (0,)), "createXMLEventReader": ("xml", (0,))},
    "ExpressionParser": {"parseExpression": ("code", (0,))},
    "SpelExpressionParser": {"parseExpression": ("code", (0,))},
    "ScriptEngine": {"eval": ("code", (0,))},
    "GroovyShell": {"evaluate": ("code", (0,)), "parse": ("code", (0,))},
    "MVEL": {"eval": ("code", (0,))},
    "Ognl": {"getValue": ("code", (0,))},
    "ELProcessor": {"eval": ("code", (0,))},
    "Velocity": {"evaluate": ("template", (3,))},
    "VelocityEngine": {"evaluate": ("template", (3,))},
    "HttpServletResponse": {"sendRedirect": ("redirect", (0,))},
    "RedirectView": {"RedirectView": ("redirect", (0,)), "setUrl": ("redirect", (0,))},
    "XPath": {"evaluate": ("xpath", (0,)), "compile": ("xpath", (0,))},
    "LdapTemplate": {"search": ("ldap", (1,)), "authenticate": ("ldap", (1,))},
    "DirContext": {"search": ("ldap", (0, 1))},
    "InitialDirContext": {"search": ("ldap", (0, 1))},
    "LdapContext": {"search": ("ldap", (0, 1))},
    "Pattern": {"compile": ("regex", (0,))},
}
"""Classes, their methods (a constructor has the name of its class), what harm is done there, and by which arguments."""
RECEIVERS: dict[str, dict[str, str]] = {
    "ObjectInputStream": {"readObject": "deserialise"},
    "XMLDecoder": {"readObject": "deserialise"},
    "URL": {"openStream": "url", "openConnection": "url", "getContent": "url"},
    "File": dict.fromkeys(("delete", "mkdirs", "mkdir", "createNewFile", "listFiles", "exists"), "path"),
}
"""Methods that do harm with what they are called on."""
PROCESSES = words("ProcessBuilder.ProcessBuilder ProcessBuilder.command Runtime.exec")
FILES = words(
    """
    readString readAllBytes readAllLines lines write writeString copy move delete deleteIfExists newInputStream
    newOutputStream newBufferedReader newBufferedWriter createFile createDirectories createDirectory list walk
    """
)
PARSERS_SAFE = re.compile(
    r"disallow-doctype-decl|ACCESS_EXTERNAL_DTD|SUPPORT_DTD|supportDTD|external-general-entities|IS_SUPPORTING_EXTERNAL"
)
WRITERS = words("save saveAndFlush saveAll persist merge insert insertOrUpdate saveOrUpdate updateById")
DECIDING = re.compile(
    r"^id$|admin|role|permission|authorit|status|state$|balance|credit|verified|enabled|locked|approved|owner|user_?id"
    r"|created|price|paid|amount",
    re.IGNORECASE,
)
"""Names of fields that are not for callers to set."""
ENTITIES = words("Entity Document Table TableName Node")


def read(run: Run) -> Iterator[Located]:
    """The sinks of a function that text of the caller reaches."""
    for event in run.events:
        if isinstance(event, Seen):
            for purpose, value in _sinks(event):
                yield from _told(event, purpose, value, shown(event))
        elif isinstance(event, Returned) and event.function is run.function:
            for purpose, value in _returned(event, run):
                yield from _told(event, purpose, value, "return")


def _told(event: Seen | Returned, purpose: str, value: Value, call: str) -> Iterator[Located]:
    trace = injected(value, purpose)
    if trace is None or (purpose in ("redirect", "url") and "begun" in value.marks):
        return
    if purpose in ("redirect", "url", "log") and own_path(value):
        return
    function = event.function.label if event.function is not None else ""
    sure = purpose != "fields" or _holds_more(value)
    yield (
        event.position,
        Sink(place=event.place, function=function, purpose=purpose, call=call, trace=trace, sure=sure),
    )


def _holds_more(value: Value) -> bool:
    """Whether a row has fields that a caller must not set: its key, unless the program sets it, and what decides."""
    made = value.instance
    names = set(made.attributes) - set(value.fields or {}) if made is not None else set()
    return any(DECIDING.search(each) for each in names)


def _sinks(seen: Seen) -> Iterator[tuple[str, Value]]:
    if seen.name.startswith("!"):
        return
    name = short(seen.name)
    owner, method = name.partition(".")[0], seen.method
    found = AT.get(owner, {}).get(method)
    if found is not None and not (found[0] == "xml" and PARSERS_SAFE.search(seen.unit.source.text)):
        for position in found[1]:
            if position < len(seen.arguments):
                yield found[0], seen.arguments[position]
    purpose = RECEIVERS.get(owner, {}).get(method)
    if purpose is not None:
        yield purpose, seen.receiver
    if owner == "Files" and method in FILES:
        yield from (("path", each) for each in seen.arguments[: 2 if method in ("copy", "move") else 1])
    elif f"{owner}.{method}" in PROCESSES:
        yield from _process(seen)
    elif owner == "Yaml" and method in ("load", "loadAs") and "SafeConstructor" not in seen.unit.source.text:
        yield from (("deserialise", each) for each in seen.arguments[:1])
    elif owner == "Template" and method == "Template" and len(seen.arguments) > 1:
        yield "template", seen.arguments[1]
    elif owner == "Builder" and method == "url" and seen.arguments:
        yield "url", seen.arguments[0]
    elif method in ("write", "print", "println", "append") and ".getWriter" in seen.name and seen.arguments:
        if re.search(r"<\w", known_text(seen.arguments[0])):
            yield "html", seen.arguments[0]
    elif method == "header" and len(seen.arguments) > 1 and known_text(seen.arguments[0]) == "Location":
        yield "redirect", seen.arguments[1]
    elif is_log(seen):
        yield from (("log", each) for each in seen.arguments)
    statement = text_of(seen)
    if statement is not None:
        yield "sql", statement
    yield from _mapped(seen)
    if method in WRITERS and seen.arguments and _is_row(seen.arguments[0]):
        yield "fields", seen.arguments[0]


def _is_row(value: Value) -> bool:
    """Whether it is a whole body that was read into a row's own class."""
    made = value.instance
    row = made is not None and any(last(each.path or each.type) in ENTITIES for each in made.decorators)
    return row and "whole" in value.marks


def _process(seen: Seen) -> Iterator[tuple[str, Value]]:
    listed = [each for given in seen.arguments for each in (given.fields.values() if given.fields else [given])]
    if listed and known_text(listed[0]) in SHELLS:
        yield from (("shell", each) for each in listed[1:])
    elif listed:
        yield "shell", listed[0]


def _mapped(seen: Seen) -> Iterator[tuple[str, Value]]:
    """`${name}` in a statement of MyBatis is replaced by the text itself."""
    made = seen.receiver.instance
    method = made.methods.get(seen.method) if made is not None else None
    if method is None or not method.function.is_abstract:
        return
    texts = "".join(
        str(each.value) for each in s.walk(*method.function.decorators) if isinstance(each, s.Literal) and each.value
    )
    named = set(re.findall(r"\$\{\s*(\w+)", texts))
    for parameter, value in zip(method.function.parameters, seen.arguments, strict=False):
        told = {str(each.value) for each in s.walk(*parameter.decorators) if isinstance(each, s.Literal)}
        if named & (told | {parameter.name, "value" if len(seen.arguments) == 1 else ""}):
            yield "sql", value


def _returned(event: Returned, run: Run) -> Iterator[tuple[str, Value]]:
    """What a controller answers: an address to go to, the name of a view, or a page."""
    value = event.value
    told = {last(each.path or each.type) for each in run.decorators}
    if not any(each.endswith("Mapping") for each in told):
        return
    text = known_text(value)
    owner = event.function.owner
    made = run.unit.scope.find(owner) if owner else None
    rest = (
        made is not None
        and made.made is not None
        and any(last(each.path or each.type).endswith("RestController") for each in made.made.decorators)
    )
    if text.startswith("redirect:"):
        rest_of = text.removeprefix("redirect:")
        if not re.match(r"(/[^/{]|https?://[^/{]+/)", rest_of):
            yield "redirect", value
    elif rest or "ResponseBody" in told:
        body = _body(value)
        if body is not None and re.search(r"<\w", known_text(body)):
            yield "html", body
    elif (
        value.trace is not None
        and ("text" in value.marks or value.type == "String")
        and s.dotted(event.function.returns) == "String"
    ):
        yield "template", value


def _body(value: Value) -> Value | None:
    """The text in an answer: itself, or what `ResponseEntity.ok(..)` was given."""
    if "text" in value.marks:
        return value
    seen = value.source
    if isinstance(seen, Seen) and seen.method in ("ok", "body", "ResponseEntity") and seen.arguments:
        return seen.arguments[0]
    return None
