"""What calls of Go and Rust hand on: the value itself, an error in other words, or what they fill a variable with."""

from __future__ import annotations

import re
from dataclasses import replace

from mainstay.check import syntax as s
from mainstay.check.flow.meaning import NUMBERS
from mainstay.check.flow.program import Seen
from mainstay.check.flow.value import EVERYTHING, NOTHING, UNKNOWN, Trace, Value, merged
from mainstay.check.words import words

SAME = words(
    """
    unwrap expect unwrap_or_default map_err ok ok_or ok_or_else context with_context clone cloned to_owned as_ref
    as_mut as_deref as_str as_slice into try_into into_inner borrow borrow_mut lock iter into_iter iter_mut deref
    inspect_err get_ref as_bytes into_boxed_str boxed
    """
)
"""Methods of Rust whose answer is what they were called on, once it is there."""
APPENDS = words("push push_str push_back WriteString WriteByte WriteRune")
"""Methods that put something to the end of a text or list."""
FILLS: dict[str, int] = {
    "encoding/json.Unmarshal": 0,
    "encoding/xml.Unmarshal": 0,
    "gopkg.in/yaml.Unmarshal": 0,
    "github.com/goccy/go-json.Unmarshal": 0,
}
"""Functions that fill their second argument with what stands in the first."""
SCANS: dict[str, int | None] = {"First": 1, "Take": 1, "Last": 1, "Find": 1, "Scan": None, "StructScan": 1}
"""Methods that fill their first arguments, or all of them, with rows of a database."""
DECODES = words("Decode DecodeElement")
"""Methods that fill their argument with what they were called on."""
REFUSES = re.compile(
    r"^(Should|Must)?Bind|^(Parse|Atoi|Decode|Unmarshal|Validate|Struct|Compare|Verify|Var$|FormFile|Cookie|ReadJSON)"
)
"""Calls whose errors tell what is wrong with what was sent."""
READS = re.compile(
    r"^(Get|Find|List|Fetch|Load|Create|Save|Insert|Update|Delete|Remove|Search|Select|Count|Exists|Query|Add|Register"
    r"|Login|Authenticate|Check|get|find|list|fetch|load|create|save|insert|update|delete|remove|search|select|count"
    r"|exists|query|add|register|login|authenticate|check)([A-Z_]|$)"
)
"""Names of functions that answer what is kept, and not what they were given."""


def passed(seen: Seen) -> Value | None:
    """The answer of a call that hands a value on as it is; None for any other."""
    method = seen.method
    if method in APPENDS and seen.receiver is not NOTHING and seen.arguments:
        seen.receiver.trace = seen.receiver.trace or seen.arguments[-1].any_trace()
        return NOTHING
    if seen.keywords and not seen.arguments:
        return Value(type=seen.name, fields=dict(seen.keywords), source=seen)
    if seen.name == "?append" and seen.arguments and seen.unit.source.language == "go":
        return _appended(seen)
    if seen.name in ("?as_type", "?new") and seen.arguments:
        return _typed(seen)
    if method in SAME and seen.unit.source.language == "rust" and seen.receiver.source is not None:
        return seen.receiver
    if method in SAME and seen.unit.source.language == "rust" and seen.receiver.any_trace() is not None:
        return seen.receiver
    if method == "String" and seen.receiver.type.startswith("net/url.") and seen.receiver.trace is None:
        return _address(seen)
    if method in ("Error", "to_string") and not seen.arguments and {"error", "refusal"} & seen.receiver.marks:
        return Value(type=f"error.{method}", marks=seen.receiver.marks, source=seen)
    if seen.name in ("fmt.Errorf", "github.com/pkg/errors.Wrap", "github.com/pkg/errors.Wrapf"):
        marked = (found for each in seen.arguments if (found := each.marks & {"error", "refusal"}))
        return Value(type="error", marks=next(marked, frozenset({"refusal"})), source=seen)
    if seen.name in ("errors.New", "github.com/pkg/errors.New"):
        return Value(type="error", marks=frozenset({"refusal"}), source=seen)
    return None


def _appended(seen: Seen) -> Value:
    """A list with more at its end: each by its place, or in a loop any of them."""
    before, *added = seen.values()
    fields = dict(before.fields or {}) if before.type == "sequence" else {}
    for each in added:
        if seen.loop is not None or "*" in fields:
            fields["*"] = merged(fields.get("*", NOTHING), each)
        else:
            fields[str(len(fields))] = each
    trace = before.trace or next((found for each in added if (found := each.any_trace())), None)
    return Value(type="sequence", fields=fields, trace=trace, source=before.source)


def _address(seen: Seen) -> Value:
    """The text of a `url.URL`: only who chose its host chooses where it leads."""
    fields = seen.receiver.fields or {}
    host = fields.get("Host", NOTHING).any_trace()
    others = seen.receiver.any_trace()
    marks = frozenset({"text"} if host is not None else {"text", "begun"})
    return Value(type=seen.name, trace=host or others, marks=marks, source=seen)


def _typed(seen: Seen) -> Value:
    value, kind = seen.arguments[0], seen.arguments[-1]
    if seen.name == "?new":
        value = Value()
    made = kind.made
    name = made.name if made is not None else kind.path or value.type
    trace = value.trace.safe_for(EVERYTHING) if value.trace is not None and kind.path in NUMBERS else value.trace
    return replace(value, type=name, instance=made, trace=trace, fields=value.fields if made is None else None)


def is_kept(seen: Seen) -> bool:
    """Whether a function that is not seen answers what is kept somewhere, by its name."""
    return READS.match(seen.method) is not None


def repeats(seen: Seen) -> bool:
    """Whether a function that is given to a method of Rust is called for each of many, and not for one that may be."""
    written = s.dotted(seen.node.function)
    return seen.method == "for_each" or any(f".{each}()" in written for each in ("iter", "into_iter", "iter_mut"))


def failure(value: Value) -> Value:
    """The error that a call answers beside a value: the library's own words, or a refusal of what was sent."""
    name = value.source.name if isinstance(value.source, Seen) else ""
    if not name or name.startswith(("?", "!")):
        return Value(type="error", source=value.source)
    marks = frozenset({"refusal" if REFUSES.search(name.rpartition(".")[2]) else "error"})
    return Value(type="error", marks=marks, source=value.source)


def _kept(value: Value, seen: Seen) -> Value:
    return replace(value, trace=None, fields=None, const=UNKNOWN, source=seen)


def filled(seen: Seen, entered: Trace | None) -> list[tuple[s.Node, Value]]:
    """Variables that a call fills with text of the caller, and what they are then; `entered` is known by a stack."""
    out: list[tuple[s.Node, Value]] = []
    trace = entered
    targets = list(zip(seen.node.arguments, seen.arguments, strict=False))
    if seen.method in SCANS and trace is None:
        kept = targets if SCANS[seen.method] is None else targets[: SCANS[seen.method]]
        return [(argument.value, _kept(value, seen)) for argument, value in kept if isinstance(argument.value, s.Name)]
    if trace is not None:
        targets = targets[:1]
    elif seen.name in FILLS and len(targets) > 1:
        trace, targets = seen.arguments[FILLS[seen.name]].any_trace(), targets[1:2]
    elif seen.method in DECODES:
        trace = seen.receiver.any_trace()
    if trace is not None:
        for argument, value in targets:
            if isinstance(argument.value, s.Name | s.Member) and value.callee is None:
                made = replace(value, trace=trace, fields=None, const=UNKNOWN, marks=value.marks | {"whole"})
                out.append((argument.value, made))
    return out
