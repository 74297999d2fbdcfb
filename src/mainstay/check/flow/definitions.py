"""Modules, classes and functions: what a program defines, and what the types that it declares tell."""

from __future__ import annotations

import sys
from abc import abstractmethod
from dataclasses import replace

from mainstay.check import syntax as s
from mainstay.check.flow.frame import Frame, Inputs
from mainstay.check.flow.importing import Importing
from mainstay.check.flow.meaning import is_secret_name
from mainstay.check.flow.program import Program, Run
from mainstay.check.flow.value import NOTHING, ClassValue, Closure, Scope, Unit, Value


class Definitions(Importing):
    """Follows what defines names; `closures` are all functions that were defined on the way."""

    def __init__(self, program: Program, inputs: Inputs) -> None:
        super().__init__(program, inputs)
        self.closures: dict[int, Closure] = {}
        self.decorators: dict[int, list[Value]] = {}
        self.classes: list[tuple[Unit, ClassValue]] = []
        self.modules: list[Run] = []
        self._results: dict[int, Value] = {}
        self._entered: dict[int, set[tuple[object, ...]]] = {}
        sys.setrecursionlimit(max(sys.getrecursionlimit(), 6_000))

    @abstractmethod
    def block(self, body: list[s.Node], frame: Frame) -> None:
        """Follows statements in order."""

    @abstractmethod
    def statement(self, node: s.Node, frame: Frame) -> None:
        """Follows one statement."""

    def module(self, unit: Unit) -> None:
        """Follows a module from its top, once."""
        if unit.started:
            return
        unit.started = True
        run = Run(unit, None)
        self.modules.append(run)
        self.block(unit.tree.body, Frame(unit, unit.scope, run))

    def annotated(self, node: s.Node | None, frame: Frame) -> tuple[Value, list[Value]]:
        """The type that an annotation names, and what `Annotated` says beside it."""
        if node is None:
            return NOTHING, []
        if isinstance(node, s.Binary) and node.operator == "|":
            left, beside = self.annotated(node.left, frame)
            return (left, beside) if left.path or left.made else self.annotated(node.right, frame)
        if isinstance(node, s.Literal) and isinstance(node.value, str) and node.value.isidentifier():
            node = s.Name(node.line, node.value)
        found = self.value(node, replace(frame, run=Run(frame.unit, None)))
        if found.path.rpartition(".")[2] in ("Annotated", "Optional", "Union") and found.fields:
            first, *rest = found.fields.values()
            return first, rest
        return found, []

    def typed(self, parameter: s.Parameter, frame: Frame) -> Value:
        """What the annotation of a parameter, or else its name, tells of its value."""
        marks = frozenset({"secret"}) if is_secret_name(parameter.name) else frozenset()
        kind, _ = self.annotated(parameter.annotation, frame)
        if kind.made is not None:
            return Value(type=kind.made.name, instance=kind.made, marks=marks)
        if kind.path and kind.path not in ("str", "Any", "typing.Any"):
            return Value(type=kind.path, marks=marks)
        if kind.type.startswith("?") and kind.type[1:2].isupper():
            return Value(type=kind.type, marks=marks)
        return Value(type="?" + parameter.name, marks=marks)

    def define(self, function: s.Function, frame: Frame) -> Value:
        """A function where it is defined: it sees the variables around it."""
        closure = Closure(function, frame.scope, frame.unit)
        self.closures[id(function)] = closure
        if function.decorators:
            self.decorators[id(function)] = [self.value(each, frame) for each in function.decorators]
            closure.decorators = tuple(each.path or each.type for each in self.decorators[id(function)])
        return Value(callee=closure)

    def class_(self, node: s.Class, frame: Frame) -> None:
        """A class where it is defined."""
        bases = [self.value(each, frame) for each in node.bases]
        made = ClassValue(node, f"{frame.unit.name}.{node.name}", bases, {}, {})
        self.classes.append((frame.unit, made))
        frame.scope.names[node.name] = Value(path=made.name, made=made)
        for each in node.decorators:
            self.value(each, frame)
        instance = Value(type=made.name, instance=made)
        inner = replace(frame, scope=Scope({}, frame.scope), returned=[])
        for each in node.body:
            if isinstance(each, s.Function):
                closure = self.define(each, inner).callee
                if closure is not None:
                    static = any(decorator.endswith("staticmethod") for decorator in closure.decorators)
                    closure.scope = frame.scope
                    closure.self_value = None if static else instance
                    made.methods[each.name] = closure
            else:
                self.statement(each, inner)
        made.attributes.update({k: v for k, v in inner.scope.names.items() if v.callee is None})
        start = made.methods.get("__init__") or made.methods.get("constructor")
        if start is not None:
            self._entered.setdefault(id(frame.run), set())
            quiet = replace(frame, run=Run(frame.unit, start.function), stack=(-1,), function=start.function)
            self.enter(start, [], {}, quiet, s.Call(node.line, s.Name(node.line, node.name), []))
