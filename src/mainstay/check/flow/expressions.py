"""Expressions, followed: what is known of the value that each one makes."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mainstay.check import syntax as s
from mainstay.check.flow.beans import harmless
from mainstay.check.flow.containers import taken
from mainstay.check.flow.environment import held
from mainstay.check.flow.folding import COMPARISONS, FOLD, LONGEST_FOLD
from mainstay.check.flow.frame import Frame, Inputs
from mainstay.check.flow.marking import KEPT
from mainstay.check.flow.meaning import BUILTINS, SAFE_FOR, is_secret_name
from mainstay.check.flow.meaning_go import ERROR_FIELDS
from mainstay.check.flow.narrowing import named, narrowed
from mainstay.check.flow.program import Compared, Program, Seen
from mainstay.check.flow.value import (
    EVERYTHING,
    NOTHING,
    UNKNOWN,
    Closure,
    Scope,
    Step,
    Trace,
    Value,
    begins,
    merged,
)
from mainstay.check.languages.go_expressions import QUOTED

REQUESTS = ("express.Request", "?Request")
SIGNED_IN = ("user", "auth")
"""Types of requests, and their attributes under which a guard leaves who is signed in."""
ADDRESSES = frozenset({"urlparse", "urlsplit", "URL"})
"""What reads an address into its parts."""


class Expressions(ABC):
    """Follows expressions; how a function's body is followed is its subclass's to say."""

    def __init__(self, program: Program, inputs: Inputs) -> None:
        self.program = program
        self.inputs = inputs
        self.hashed: set[str] = set()
        """Fields, with their classes, that a validator hashes."""

    @abstractmethod
    def call(self, node: s.Call, frame: Frame) -> Value:
        """What is known of what a call answers."""

    @abstractmethod
    def define(self, function: s.Function, frame: Frame) -> Value:
        """The value of a function where it is defined."""

    @abstractmethod
    def assign(self, target: s.Node, value: Value, frame: Frame, statement: s.Assign | None = None) -> None:
        """Gives a value to what is assigned to."""

    # ------------------------------------------------------------ values

    def value(self, node: s.Node | None, frame: Frame) -> Value:
        """What is known of an expression's value."""
        if node is None:
            return NOTHING
        return _KINDS[type(node)](self, node, frame) if type(node) in _KINDS else NOTHING

    def _name(self, node: s.Name, frame: Frame) -> Value:
        found = frame.scope.find(node.id)
        if found is not None:
            return found
        known = self.inputs.attributes.get(node.id)
        if known is not None:
            return Value(path=node.id, type=node.id)
        if frame.unit.source.language == "java":
            own = frame.scope.find("self")
            if own is not None and own.instance is not None and own.instance.find(node.id) is not None:
                return self.attribute(own, node.id, node, frame)
        return Value(path=node.id) if node.id in SAFE_FOR or node.id in BUILTINS else Value(type="?" + node.id)

    def _member(self, node: s.Member, frame: Frame) -> Value:
        if frame.narrowings:
            told = frame.scope.find(s.dotted(node))
            if told is not None:
                return told
        return self.attribute(self.value(node.object, frame), node.name, node, frame)

    def attribute(self, owner: Value, name: str, node: s.Node, frame: Frame) -> Value:
        """What is known of an attribute of a value; what belongs to the caller stays marked as the caller's."""
        found = self._attribute(owner, name, node, frame)
        signed_in = name in SIGNED_IN and owner.type in REQUESTS
        if (signed_in or "caller" in owner.marks) and found.callee is None:
            return replace(found, marks=found.marks | {"caller"})
        return found

    def _attribute(self, owner: Value, name: str, node: s.Node, frame: Frame) -> Value:
        if owner.fields is not None and name in owner.fields:
            return owner.fields[name]
        variable = held(owner, name, self.inputs.environment)
        if variable is not None:
            return variable
        for known in (owner.type, owner.path):
            table = self.inputs.attributes.get(known) if known else None
            if table is not None and name in table:
                kind = table[name]
                if kind.startswith("="):
                    return Value(type=kind[1:])
                whole = kind.removesuffix("-")
                entered = Trace(whole, (Step(frame.place(node), f"the caller's {whole} ({s.dotted(node) or name})"),))
                return Value(type=f"{known}.{name}", trace=entered if whole == kind else entered.safe_for("path"))
        for holder in (owner.instance, owner.made):
            found = holder.find(name) if holder is not None else None
            if found is not None:
                if found.callee is not None and owner.instance is not None and _takes(found.callee, owner, frame):
                    return replace(found, callee=replace(found.callee, self_value=owner))
                if owner.trace is not None and found.callee is None and found.trace is None:
                    return self._part(found, name, owner, frame)
                return found
        if name == "0" and frame.unit.source.language == "rust" and not owner.path:
            return owner
        if owner.path == "super" and (above := _inherited(name, frame)) is not None:
            return above
        if owner.path:
            return Value(path=f"{owner.path}.{name}", trace=owner.trace)
        if name == "Error" and owner.type.startswith(ERROR_FIELDS):
            return Value(type="error", marks=frozenset({"error"}), source=owner.source)
        if "error" in owner.marks:
            return Value(type=f"error.{name}", marks=owner.marks)
        marks = frozenset({"secret"}) if is_secret_name(name) else frozenset()
        if f"{owner.type}.{name}" in self.hashed:
            marks |= {"hashed"}
        return Value(
            type=f"{owner.type}.{name}" if owner.type else "", trace=owner.trace, source=owner.source, marks=marks
        )

    def _part(self, found: Value, name: str, owner: Value, frame: Frame) -> Value:
        """An attribute of what came from a caller; of a type that holds no text, it can do no harm."""
        if "whole" in owner.marks and found.instance is not None and _is_own(name, frame):
            return found
        kept = frame.unit.source.keeps_types
        return replace(found, trace=harmless(found, owner.trace) if kept else owner.trace, source=owner.source)

    def _index(self, node: s.Index, frame: Frame) -> Value:
        owner = self.value(node.object, frame)
        key = self.value(node.key, frame)
        return self.item(owner, key, node, frame)

    def item(self, owner: Value, key: Value, node: s.Node, frame: Frame) -> Value:
        """What is known of an item of a value."""
        if owner.path.endswith("Annotated") or owner.path.rpartition(".")[2] in ("Optional", "Union", "List", "list"):
            inner = key.fields if key.fields is not None else {"0": key}
            return replace(owner, fields=inner)
        if owner.fields is not None:
            return taken(owner, key)
        variable = held(owner, key.text, self.inputs.environment)
        if variable is not None:
            return variable
        if owner.text is not None and isinstance(key.const, int) and -len(owner.text) <= key.const < len(owner.text):
            return Value(const=owner.text[key.const])
        name = key.text
        if name is not None:
            marks = frozenset({"secret"}) if is_secret_name(name) else frozenset()
            return Value(
                type=f"{owner.type}.{name}" if owner.type else "", trace=owner.trace, source=owner.source, marks=marks
            )
        kind = owner.type + "[]" if owner.type else ""
        return Value(type=kind, trace=owner.trace, source=owner.source, marks=owner.marks & KEPT)

    def _literal(self, node: s.Literal, frame: Frame) -> Value:
        return Value(const=node.value)

    def _pattern(self, node: s.Pattern, frame: Frame) -> Value:
        return Value(type="RegExp", const=node.text)

    def _template(self, node: s.Template, frame: Frame) -> Value:
        values = [self.value(part, frame) for part in node.parts]
        if all(each.const is not UNKNOWN for each in values):
            return Value(const="".join(str(each.const) for each in values))
        return self.joined(values, node, frame)

    def joined(self, values: list[Value], node: s.Node, frame: Frame) -> Value:
        """A text that is put together."""
        traces = [each.trace for each in values if each.trace]
        trace = min(traces, key=lambda each: (EVERYTHING in each.safe, len(each.safe)), default=None)
        if trace is not None:
            trace = trace.then(frame.place(node), "becomes part of a text")
        marks = frozenset({"text"}).union(*(each.marks - {"begun"} for each in values))
        if values and ("begun" in values[0].marks or begins(values)):
            marks |= {"begun"}
        shown = "".join(str(each.const) if each.const is not UNKNOWN else "{}" for each in values)
        return (
            Value(trace=trace, marks=marks, fields=None, type="", source=None, path="", const=UNKNOWN, callee=None)
            if not shown
            else Value(trace=trace, marks=marks, type="text:" + shown[:LONGEST_FOLD])
        )

    def _binary(self, node: s.Binary, frame: Frame) -> Value:
        left = self.value(node.left, frame)
        if node.operator in ("and", "or"):
            right = self.value(node.right, frame)
            if left.const is not UNKNOWN and not isinstance(left.const, str):
                return right if bool(left.const) == (node.operator == "and") else left
            return merged(left, right)
        right = self.value(node.right, frame)
        if left.const is not UNKNOWN and right.const is not UNKNOWN and node.operator in FOLD:
            try:
                folded = FOLD[node.operator](left.const, right.const)
            except (TypeError, ZeroDivisionError, ValueError, OverflowError):
                return NOTHING
            if not isinstance(folded, str) or len(folded) < LONGEST_FOLD:
                return Value(const=folded)
        if node.operator in COMPARISONS:
            trace = left.trace or right.trace
            marks = (left.marks | right.marks) & KEPT
            if marks:
                events = frame.run.events
                events.append(Compared(node, frame.place(node), marks, frame.function, len(events)))
            return NOTHING if trace is None else Value(trace=trace.safe_for(EVERYTHING))
        lifetimes = any(each.type.startswith("lifetime:") for each in (left, right))
        if node.operator in ("+", "%") and not lifetimes:
            texts = any(each.text is not None or "text" in each.marks for each in (left, right))
            if texts or left.trace is not None or right.trace is not None:
                extra = list(right.fields.values()) if right.fields is not None and node.operator == "%" else []
                made = self.joined([_shown(left), _shown(right), *extra], node, frame)
                return made if texts else replace(made, marks=made.marks - {"text"})
        kind = next((each.type for each in (left, right) if each.type.startswith("lifetime:")), "")
        if node.operator == "/" and left.type.startswith("pathlib."):
            kind = left.type
        return Value(type=kind, trace=left.trace or right.trace, marks=(left.marks | right.marks) & KEPT)

    def _unary(self, node: s.Unary, frame: Frame) -> Value:
        inner = self.value(node.value, frame)
        if node.operator == QUOTED:
            return Value(trace=inner.trace.safe_for("log", "header") if inner.trace is not None else None)
        if inner.const is UNKNOWN:
            return NOTHING
        if node.operator == "not":
            return Value(const=not inner.const)
        if node.operator == "-" and isinstance(inner.const, int | float):
            return Value(const=-inner.const)
        return NOTHING

    def _mapping(self, node: s.Mapping, frame: Frame) -> Value:
        fields: dict[str, Value] = {}
        trace = None
        for pair in node.pairs:
            value = self.value(pair.value, frame)
            key = self.value(pair.key, frame) if pair.key is not None else NOTHING
            if pair.key is None and value.fields is not None:
                fields.update(value.fields)
            elif pair.key is None:
                trace = trace or value.trace
                fields.setdefault("**", value)
            elif key.const is not UNKNOWN:
                fields[str(key.const)] = value
            else:
                trace = trace or value.trace
        return Value(type="mapping", fields=fields, trace=trace)

    def _sequence(self, node: s.Sequence, frame: Frame) -> Value:
        return Value(type="sequence", fields={str(i): self.value(each, frame) for i, each in enumerate(node.items)})

    def _await(self, node: s.Await, frame: Frame) -> Value:
        frame.awaited, before = True, frame.awaited
        found = self.value(node.value, frame)
        frame.awaited = before
        return found

    def _conditional(self, node: s.Conditional, frame: Frame) -> Value:
        test = self.value(node.test, frame)
        if test.const is not UNKNOWN:
            return self.value(node.then if test.const else node.otherwise, frame)
        then, otherwise = self.value(node.then, frame), self.value(node.otherwise, frame)
        for holds, branch in ((True, node.then), (False, node.otherwise)):
            for name, purposes in narrowed(node.test, holds):
                if s.dotted(branch) == name:
                    if holds and then.trace is not None:
                        then = then.with_trace(then.trace.safe_for(*purposes))
                    elif not holds and otherwise.trace is not None:
                        otherwise = otherwise.with_trace(otherwise.trace.safe_for(*purposes))
        return merged(then, otherwise)

    def _comprehension(self, node: s.Comprehension, frame: Frame) -> Value:
        inner = replace(frame, scope=Scope({}, frame.scope), loop=frame.place(node), awaited=False)
        first = True
        for target, items in zip(node.targets, node.items, strict=True):
            value = self.value(items, frame if first else inner)
            self.assign(target, self.element(value), inner)
            first = False
        for test in node.tests:
            self.value(test, inner)
            for name, purposes in narrowed(test, True):
                self.narrow(name, purposes, inner)
        element = self.value(node.element, inner)
        return Value(
            type="sequence",
            trace=element.any_trace(),
            marks=element.marks,
            fields={"*": element} if element.fields else None,
        )

    def _other(self, node: s.Other, frame: Frame) -> Value:
        out = NOTHING
        for part in node.parts:
            out = merged(out, self.value(part, frame))
        return out

    def _function(self, node: s.Function, frame: Frame) -> Value:
        return self.define(node, frame)

    def _assignment(self, node: s.Assign, frame: Frame) -> Value:
        value = self.value(node.value, frame)
        for target in node.targets:
            self.assign(target, value, frame, node)
        return value

    def element(self, value: Value) -> Value:
        """What is known of one item of a value that is gone through."""
        if value.fields is not None and value.type == "sequence":
            out = NOTHING
            for each in value.fields.values():
                out = merged(out, each)
            return out
        return Value(type=value.type + "[]" if value.type else "", trace=value.any_trace(), source=value.source)

    def narrow(self, name: str, purposes: tuple[str, ...], frame: Frame) -> None:
        """Remembers that a variable was tested."""
        found = frame.scope.find(name)
        if found is None and "." in name:
            head, *rest = name.split(".")
            found = frame.scope.find(head)
            for part in rest:
                if found is None:
                    return
                self._narrow_origin(found, frame)
                found = self.attribute(found, part, s.Name(1, part), frame)
        trace = found.any_trace() if found is not None else None
        if found is not None and trace is not None:
            frame.scope.names[name] = found.with_trace(trace.safe_for(*purposes))
            frame.narrowings = frame.narrowings or "." in name

    def _narrow_origin(self, value: Value, frame: Frame) -> None:
        """Where a part of an address was tested, what the address was read from leads nowhere else."""
        if isinstance(value.source, Seen) and value.source.method in ADDRESSES:
            for each in value.source.node.arguments[:1]:
                for name in named(each.value):
                    self.narrow(name, ("redirect", "url"), frame)


def _inherited(name: str, frame: Frame) -> Value | None:
    """What `super` has under a name: of the first class of the program above that has it, for the same instance."""
    own = frame.scope.find("self")
    bases = own.instance.bases if own is not None and own.instance is not None else []
    for base in bases:
        found = base.made.find(name) if base.made is not None else None
        if found is not None and found.callee is not None:
            return replace(found, callee=replace(found.callee, self_value=own))
    return None


def _is_own(name: str, frame: Frame) -> bool:
    """Whether a field of Go is no other package's to write: what reads a request leaves it alone."""
    return frame.unit.source.language == "go" and name[:1].islower()


def _takes(closure: Closure, owner: Value, frame: Frame) -> bool:
    """Whether a method is to know the very value that it was called on, and not only its class."""
    if closure.self_value is None:
        return not frame.unit.source.is_linked
    if not frame.unit.source.is_linked:
        return frame.unit.source.declares_types and (owner.trace is not None or owner.source is not None)
    return owner.instance is closure.self_value.instance


def _shown(value: Value) -> Value:
    """A text that was put together counts as what it is known to be."""
    if value.const is UNKNOWN and value.type.startswith("text:"):
        return replace(value, const=value.type[5:])
    return value


_KINDS: dict[type[s.Node], Callable[[Any, Any, Frame], Value]] = {
    s.Name: Expressions._name,
    s.Member: Expressions._member,
    s.Index: Expressions._index,
    s.Literal: Expressions._literal,
    s.Pattern: Expressions._pattern,
    s.Template: Expressions._template,
    s.Binary: Expressions._binary,
    s.Unary: Expressions._unary,
    s.Mapping: Expressions._mapping,
    s.Sequence: Expressions._sequence,
    s.Await: Expressions._await,
    s.Conditional: Expressions._conditional,
    s.Comprehension: Expressions._comprehension,
    s.Other: Expressions._other,
    s.Function: Expressions._function,
    s.Assign: Expressions._assignment,
    s.Call: lambda follower, node, frame: follower.call(node, frame),
}
