"""What methods of Java's own classes answer: builders of texts, properties of beans, errors, lists and maps."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from mainstay.check.flow.meaning import NUMBERS
from mainstay.check.flow.meaning_java import SAFE
from mainstay.check.flow.program import Seen
from mainstay.check.flow.value import EVERYTHING, NOTHING, Trace, Value
from mainstay.check.words import words

Join = Callable[[list[Value]], Value]

BUILDERS = words("StringBuilder StringBuffer StringJoiner StringWriter")
LISTS = frozenset({"List.of", "Set.of", "Arrays.asList", "asList", "Collections.singletonList", "Stream.of"})
MAPS = frozenset({"Map.of", "Collections.singletonMap", "Map.entry"})
EMPTY = words("HashMap LinkedHashMap TreeMap ConcurrentHashMap")
TOLD = words("getMessage getLocalizedMessage toString getCause getStackTrace getRootCause")
"""Methods of an error that tell of it."""
LAST_PART = frozenset({"File.getName", "Path.getFileName", "Paths.get.getFileName"})


def short(name: str) -> str:
    """A qualified name from the class on: `java.nio.file.Files.write` is `Files.write`."""
    parts = name.removeprefix("?").split(".")
    at = next((at for at in range(len(parts)) if parts[at][:1].isupper()), len(parts) - 1)
    return ".".join(parts[at:])


def answered(seen: Seen, join: Join) -> Value | None:
    """What a call of Java answers, where more is known of it than of any other."""
    method, receiver = seen.method, seen.receiver
    if "builder" in receiver.marks:
        return _built(seen, join)
    if method in BUILDERS and seen.name.endswith(method):
        begun = join(seen.arguments[:1]) if method != "StringJoiner" and seen.arguments else Value()
        return replace(begun, marks=begun.marks | {"builder"}, source=seen)
    if "error" in receiver.marks and method in TOLD:
        return Value(type="error.stack" if "Stack" in method else f"error.{method}", marks=receiver.marks, source=seen)
    if receiver.instance is not None and receiver.instance.node.kind == "interface":
        return Value(type=seen.name, source=seen)
    name = short(seen.name)
    if name in LISTS:
        return Value(type="sequence", fields={str(at): each for at, each in enumerate(seen.arguments)}, source=seen)
    if name in MAPS:
        pairs = zip(seen.arguments[::2], seen.arguments[1::2], strict=False)
        return Value(type="mapping", fields={str(key.const): value for key, value in pairs}, source=seen)
    if method in EMPTY and not seen.arguments:
        return Value(type="mapping", fields={}, source=seen)
    if method == "put" and len(seen.arguments) == 2 and receiver.fields is not None:
        receiver.fields[str(seen.arguments[0].const)] = seen.arguments[1]
        return NOTHING
    if name in SAFE:
        given = next((trace for each in seen.arguments if (trace := each.any_trace())), None)
        return Value(type=name, trace=given.safe_for(*SAFE[name]) if given is not None else None, source=seen)
    if name in LAST_PART and seen.receiver.trace is not None:
        return replace(receiver, type="String", trace=seen.receiver.trace.safe_for("path"), source=seen)
    return _property(seen)


def _built(seen: Seen, join: Join) -> Value | None:
    """A text that is put together bit by bit: the builder itself changes."""
    receiver, method = seen.receiver, seen.method
    if method in ("append", "insert", "add", "write", "replace") and seen.arguments:
        text = receiver if receiver.type.startswith("text:") or receiver.text is not None else Value(const="")
        made = join([replace(text, marks=text.marks - {"builder"}), seen.arguments[-1]])
        receiver.type, receiver.trace, receiver.const = made.type, made.trace, made.const
        receiver.marks = made.marks | {"builder"}
        return receiver
    if method in ("toString", "substring"):
        return replace(receiver, marks=receiver.marks - {"builder"}, source=seen)
    return NOTHING if method == "setLength" else None


def streams(seen: Seen) -> bool:
    """Whether a call goes through many: `map` of an Optional is called once."""
    before, depth = seen.receiver.source, 0
    while isinstance(before, Seen) and depth < 12:
        if before.method in ("stream", "parallelStream", "fromIterable", "iterate", "entrySet"):
            return True
        before, depth = before.receiver.source, depth + 1
    return seen.method == "forEach" or seen.receiver.type.endswith(("Stream", "Flux", "Stream.of"))


def property_of(method: str, arguments: int) -> str:
    """The property that a getter or setter of that name is for: `getName` is for `name`; empty for others."""
    for front, takes in (("get", 0), ("is", 0), ("set", 1)):
        rest = method.removeprefix(front)
        if rest != method and rest[:1].isupper() and arguments == takes:
            return rest[:1].lower() + rest[1:]
    return ""


def _property(seen: Seen) -> Value | None:
    """Getters and setters that nobody wrote: a library makes them from the fields."""
    receiver, made = seen.receiver, seen.receiver.instance
    if made is None:
        return None
    name = property_of(seen.method, len(seen.arguments)) or (seen.method if not seen.arguments else "")
    told = made.find(name) if name else None
    if told is None or told.callee is not None:
        return None
    if seen.arguments:
        if receiver.source is not None:
            receiver.fields = {**(receiver.fields or {}), name: seen.arguments[0]}
        return NOTHING
    if receiver.fields is not None and name in receiver.fields:
        return receiver.fields[name]
    trace = receiver.trace
    return replace(told, trace=harmless(told, trace), source=receiver.source or seen)


def harmless(told: Value, trace: Trace | None) -> Trace | None:
    """The way of what came from a caller into a property; one that holds no free text can do no harm."""
    number = told.type.rpartition(".")[2].removeprefix("?") in NUMBERS
    return trace.safe_for(EVERYTHING) if trace is not None and (number or "shaped" in told.marks) else trace
