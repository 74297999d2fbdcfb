"""Calls, followed: into functions of the program, and of what is known of others."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Any

from mainstay.check import syntax as s
from mainstay.check.flow.beans import answered, streams
from mainstay.check.flow.constructing import constructs, is_callback
from mainstay.check.flow.containers import contained
from mainstay.check.flow.environment import asked
from mainstay.check.flow.expressions import Expressions
from mainstay.check.flow.folding import seconds
from mainstay.check.flow.frame import Frame
from mainstay.check.flow.marking import made
from mainstay.check.flow.meaning import (
    FRESH,
    FRESH_OF,
    LOOPING,
    ON_TEXT,
    ON_TEXT_OF,
    SAFE_FOR,
    SAFE_METHODS,
    SAFE_METHODS_OF,
)
from mainstay.check.flow.narrowing import without
from mainstay.check.flow.passing import failure, filled, is_kept, passed, repeats
from mainstay.check.flow.program import Seen
from mainstay.check.flow.value import (
    EVERYTHING,
    NOTHING,
    UNKNOWN,
    ClassValue,
    Closure,
    Step,
    Trace,
    Unit,
    Value,
    merged,
)
from mainstay.check.words import words

TRANSACTIONS = words(
    """
    transaction $transaction withTransaction with_transaction run_in_transaction Transaction RunInTransaction
    WithTransaction RunInTx InTransaction WithTx InTx
    """
)
MOST_HELD = 24
"""Functions in one field of a type that are followed where it is called."""
ON_ERROR = words("map_err unwrap_or_else or_else inspect_err ok_or_else map_or_else")
"""Methods of Rust that call what they are given for an error."""
GROUPING = words("Route Group")
"""Methods of routers of Go that call what they are given with a part of them."""
ON_VALUE = words("and_then then inspect map_or is_some_and")
"""Methods of Rust that call what they are given for a value, once."""

ROWS = frozenset({"get", "get_object_or_404", "get_or_404"})
"""Functions that are given a model and answer a row of it."""


class Calling(Expressions):
    """Follows calls; how a function's body is followed is its subclass's to say."""

    @abstractmethod
    def enter(
        self, closure: Closure, arguments: list[Value], keywords: dict[str, Value], frame: Frame, node: s.Call
    ) -> Value | None:
        """Follows a function of the program with these arguments; None where it is not followed."""

    @abstractmethod
    def required(self, module: str, name: str, importer: Unit) -> Value:
        """What a module of JavaScript gives: one of its names, or all."""

    def call(self, node: s.Call, frame: Frame) -> Value:
        """What is known of what a call answers; the call is written down."""
        awaited, frame.awaited = frame.awaited, False
        receiver = NOTHING
        if isinstance(node.function, s.Member):
            receiver = self.value(node.function.object, frame)
            callee = (
                self._member(node.function, frame)
                if frame.narrowings
                else self.attribute(receiver, node.function.name, node.function, frame)
            )
            front = receiver.path or receiver.type
            name = callee.path or (f"{front}.{node.function.name}" if front else "?." + node.function.name)
        else:
            callee = self.value(node.function, frame)
            name = callee.path or callee.type or "?" + s.dotted(node.function)
        if callee.made is not None:
            name = callee.made.name
        elif callee.callee is not None and not callee.path:
            name = "!" + callee.callee.function.label
        name = name.removeprefix("text:") if "text:" not in name else "text." + name.rpartition(".")[2]
        arguments: list[Value] = []
        keywords: dict[str, Value] = {}
        spread = False
        closures: list[Value] = []
        for each in node.arguments:
            value = self.value(each.value, frame)
            if value.callee is not None:
                closures.append(value)
            if each.spread:
                spread = True
                if value.fields is not None and each.name is None:
                    keywords.update({key: v for key, v in value.fields.items() if key != "**"})
                elif value.trace is not None:
                    keywords["**"] = value
            elif each.name is not None:
                keywords[each.name] = value
            else:
                arguments.append(value)
        seen = Seen(
            name,
            node,
            frame.place(node),
            frame.unit,
            receiver,
            arguments,
            keywords,
            frame.function,
            frame.loop,
            frame.transaction,
            awaited,
            frame.caught,
            frame.within,
            spread,
            None,
            len(frame.run.events),
        )
        frame.run.events.append(seen)
        result = self._answer(seen, callee, frame)
        if closures:
            self._hand_over(seen, closures, result, frame)
        seen.result = result
        if seen.unit.source.is_linked:
            for target, value in filled(seen, self._entering(seen)):
                self.assign(target, value, frame)
        return result

    def _answer(self, seen: Seen, callee: Value, frame: Frame) -> Value:
        owner, written = seen.receiver.instance, seen.node.function
        held = owner.functions.get(written.name) if owner is not None and isinstance(written, s.Member) else None
        if held is not None:
            return self._any_of([*held, *([callee.callee] if callee.callee is not None else [])], seen, frame)
        if callee.callee is not None:
            called = callee.callee.fitting(len(seen.arguments)) if callee.callee.overloads else callee.callee
            if constructs(seen, called.function):
                return self._constructed(seen, called, frame)
            entered = self.enter(called, seen.arguments, seen.keywords, frame, seen.node)
            if entered is not None:
                return entered if entered.source is not None else replace(entered, source=seen)
        if callee.made is not None:
            if seen.unit.source.is_linked:
                keep_functions(callee.made, seen.keywords)
            instance = Value(
                type=callee.made.name, instance=callee.made, fields=dict(seen.keywords) or None, source=seen
            )
            start = callee.made.find("__init__") or callee.made.find("constructor")
            if start is not None and start.callee is not None:
                called = start.callee.fitting(len(seen.arguments))
                self.enter(replace(called, self_value=instance), seen.arguments, seen.keywords, frame, seen.node)
            elif seen.arguments:
                instance.trace = next((each.any_trace() for each in seen.arguments if each.any_trace()), None)
            return instance
        return self._unknown(seen, frame)

    def _any_of(self, held: list[Closure], seen: Seen, frame: Frame) -> Value:
        """What a function answers that is kept in a field: any of those that were put there."""
        out = NOTHING
        for each in held:
            out = merged(out, self.enter(each, seen.arguments, seen.keywords, frame, seen.node) or NOTHING)
        return out

    def _constructed(self, seen: Seen, closure: Closure, frame: Frame) -> Value:
        """What a function makes that is called as a constructor: an object with what it gives `this`."""
        made = Value(type=seen.method or s.dotted(seen.node.function), fields={}, source=seen)
        self.enter(replace(closure, self_value=made, builds=True), seen.arguments, seen.keywords, frame, seen.node)
        return made

    def _unknown(self, seen: Seen, frame: Frame) -> Value:
        method, receiver = seen.method, seen.receiver
        if seen.name == "require" and seen.arguments and seen.arguments[0].text is not None:
            return self.required(seen.arguments[0].text, "", seen.unit)
        told = asked(seen, self.inputs.environment)
        if told is not None:
            return told
        table = self.inputs.attributes.get(receiver.type or receiver.path)
        if table is not None and f"{method}()" in table:
            kind = table[f"{method}()"]
            if kind.startswith("="):
                return Value(type=kind[1:], source=seen)
            return Value(type=seen.name, trace=None if kind.startswith("&") else _entered(seen, kind), source=seen)
        moved = passed(seen) if seen.unit.source.is_linked else contained(seen)
        if moved is None and seen.language == "java":
            moved = answered(seen, lambda values: self.joined(values, seen.node, frame))
        if moved is not None:
            return moved
        safe = SAFE_FOR.get(
            seen.name.removeprefix("?"),
            SAFE_METHODS_OF.get(seen.language, SAFE_METHODS).get(method) if receiver is not NOTHING else None,
        )
        given = next((each.any_trace() for each in seen.values() if each.any_trace()), None)
        own = receiver.any_trace()
        if given is not None and seen.unit.source.is_linked and is_kept(seen):
            given = None
        fresh, on_text = FRESH_OF.get(seen.language, FRESH), ON_TEXT_OF.get(seen.language, ON_TEXT)
        if own is not None and (method in on_text or method not in fresh):
            trace: Trace | None = own
            if given is not None and EVERYTHING in own.safe:
                trace = given
        elif method in ("format", "join") or method not in fresh:
            trace = given
        else:
            trace = None
        marks = made(seen)
        if method == "replace" and seen.arguments and seen.arguments[0].text is not None:
            safe = without(seen.arguments[0].text)
        if trace is not None:
            trace = trace.safe_for(*safe) if safe else trace
            if not trace.safe and method not in on_text:
                trace = trace.then(seen.place, f"through {s.dotted(seen.node.function) or method}")
        if method == "copy":
            return Value(type="copied", trace=trace, source=seen, marks=receiver.marks, fields={"**": receiver})
        if method == "timedelta":
            return Value(type=f"lifetime:{seconds(seen.keywords)}", source=seen)
        text = receiver.text
        if text is not None and method == "format" and "text" in marks:
            return Value(type="text:" + text, trace=trace, marks=marks, source=seen)
        const: Any = UNKNOWN
        if text is not None and not seen.arguments and method in ("lower", "upper", "strip", "encode", "decode"):
            const = text if method in ("encode", "decode") else getattr(text, method)()
        kind = "pathlib.Path" if method == "joinpath" else seen.name
        row = seen.arguments[0].made if seen.arguments and method in ROWS else None
        return Value(type=kind, trace=trace, marks=marks, source=seen, const=const, instance=row)

    def _entering(self, seen: Seen) -> Trace | None:
        """The way of what a call fills its argument with, where stacks tell that it is the caller's: `&body`."""
        table = self.inputs.attributes.get(seen.receiver.type or seen.receiver.path) or {}
        kind = table.get(f"{seen.method}()", "")
        return _entered(seen, kind[1:]) if kind.startswith("&") else None

    def _hand_over(self, seen: Seen, closures: list[Value], result: Value, frame: Frame) -> None:
        """Follows functions that were given to a call, as far as it is known that it calls them there."""
        method = seen.method
        registers = method in self.inputs.registers and (
            not frame.stack or (seen.receiver.type or seen.receiver.path).startswith(self.inputs.registering_types)
        )
        if registers:
            return
        inner = replace(frame, awaited=False)
        first = NOTHING
        linked = seen.unit.source.is_linked
        java = seen.language == "java"
        looping = method in LOOPING and (not linked or repeats(seen)) and (not java or streams(seen))
        if looping and (linked or isinstance(seen.node.function, s.Member)):
            inner.loop = seen.place
            first = self.element(seen.receiver)
        elif linked and method in ON_ERROR:
            first = failure(seen.receiver)
        elif linked and method in LOOPING | ON_VALUE:
            first = seen.receiver
        elif linked and method in GROUPING:
            first = result
        elif method in TRANSACTIONS:
            inner.transaction = seen.place
        elif method == "then":
            first = seen.receiver
        for value in closures:
            closure = value.callee
            if closure is not None and is_callback(closure):
                self.enter(closure, [Value(type="error", marks=frozenset({"error"})), result], {}, inner, seen.node)
                continue
            if closure is None or (closure.function.name and method not in LOOPING and method not in TRANSACTIONS):
                continue
            self.enter(closure, [] if linked and first is NOTHING else [first], {}, inner, seen.node)


def keep_functions(made: ClassValue, given: dict[str, Value]) -> None:
    """Remembers which functions the fields of a type are given."""
    for name, value in given.items():
        held = made.functions.setdefault(name, []) if value.callee is not None else []
        if (
            value.callee is not None
            and len(held) < MOST_HELD
            and all(each.function is not value.callee.function for each in held)
        ):
            held.append(value.callee)


def _entered(seen: Seen, kind: str) -> Trace:
    """The beginning of a way; `path-` is one part of a path, in which no other is named."""
    whole = kind.removesuffix("-")
    trace = Trace(whole, (Step(seen.place, f"the caller's {whole} ({s.dotted(seen.node)})"),))
    return trace if whole == kind else trace.safe_for("path")
