"""Modules, classes and functions: what a program defines, and what the types that it declares tell."""

from __future__ import annotations

import sys
from abc import abstractmethod
from dataclasses import replace

from mainstay.check import syntax as s
from mainstay.check.flow.frame import Frame, Inputs
from mainstay.check.flow.importing import Importing
from mainstay.check.flow.meaning import NUMBERS, is_secret_name
from mainstay.check.flow.packages import Packages
from mainstay.check.flow.program import Program, Run, Seen
from mainstay.check.flow.value import EVERYTHING, NOTHING, ClassValue, Closure, Scope, Trace, Unit, Value
from mainstay.check.source import Place
from mainstay.check.words import words

SHAPED = frozenset({"Pattern()", "Email", "Email()"})
"""Annotations of Java's validation after which a text can hold neither spaces nor signs of other languages."""
UNTOLD = words("any unknown object Object String string str var String[] void error")
"""Types that tell nothing of a value."""
LISTS = words("[] Vec HashMap BTreeMap VecDeque HashSet")
"""Types of Go and Rust that hold many of another."""


class Definitions(Importing):
    """Follows what defines names; `closures` are all functions that were defined on the way."""

    def __init__(self, program: Program, inputs: Inputs) -> None:
        super().__init__(program, inputs)
        self.closures: dict[int, Closure] = {}
        self.decorators: dict[int, list[Value]] = {}
        self.classes: list[tuple[Unit, ClassValue]] = []
        self.modules: list[Run] = []
        self.packages = Packages(program.units)
        self.dead: list[Place] = []
        """What is switched off by the environment that was told."""
        self._results: dict[int, Value] = {}
        self._entered: dict[int, dict[tuple[object, ...], Value | None]] = {}
        self._fills: dict[tuple[object, ...], dict[str, Trace]] = {}
        """For calls of functions of Go, the parameters that they read a request into."""
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
        if isinstance(node, s.Index) and frame.unit.source.declares_types:
            return self.annotated(node.object, frame)
        found = frame.scope.find(node.id) if isinstance(node, s.Name) else None
        if found is None:
            found = self.value(node, replace(frame, run=Run(frame.unit, None)))
        if found.path.rpartition(".")[2] in ("Annotated", "Optional", "Union") and found.fields:
            first, *rest = found.fields.values()
            return first, rest
        return found, []

    def typed(self, parameter: s.Parameter, frame: Frame) -> Value:
        """What the annotation of a parameter, or else its name, tells of its value."""
        return self.declared(parameter.annotation, parameter.name, frame)

    def declared(self, annotation: s.Node | None, name: str, frame: Frame) -> Value:
        """What a type, or else a name, tells of a value."""
        marks = frozenset({"secret"}) if is_secret_name(name) else frozenset()
        if isinstance(annotation, s.Index) and s.dotted(annotation.object) in LISTS and frame.unit.source.is_linked:
            key = annotation.key.items[-1] if isinstance(annotation.key, s.Sequence) else annotation.key
            item = self.declared(key, name, frame)
            return Value(type="sequence", fields={"*": item}) if item.instance is not None else Value(type="?" + name)
        kind, _ = self.annotated(annotation, frame)
        if kind.made is not None:
            return Value(type=kind.made.name, instance=kind.made, marks=marks)
        if frame.unit.source.is_linked and s.dotted(annotation) in NUMBERS:
            return Value(type=s.dotted(annotation), marks=marks)
        if kind.path and kind.path not in ("str", "Any", "typing.Any"):
            return Value(type=kind.path, marks=marks)
        if kind.type.startswith("?") and kind.type[1:2].isupper():
            return Value(type=kind.type, marks=marks)
        return Value(type="?" + name, marks=marks)

    def refined(self, value: Value, annotation: s.Node | None, frame: Frame) -> Value:
        """A value, and what the type that it is declared with tells of it."""
        if annotation is None or not frame.unit.source.declares_types or value.callee is not None:
            return value
        name = s.dotted(annotation)
        if name in UNTOLD or value.made is not None or "error" in value.marks:
            return value
        if frame.unit.source.keeps_types and name in NUMBERS and value.trace is not None:
            return value.with_trace(value.trace.safe_for(EVERYTHING))
        if value.instance is not None or value.fields is not None or value.type.startswith("text:"):
            return value
        told = self.declared(annotation, "", frame)
        if told.instance is not None:
            return replace(value, type=told.type, instance=told.instance)
        if frame.unit.source.is_linked and value.type and not value.type.startswith(("?", "!")):
            return value
        known = len(told.type) > 1 and (not told.type.startswith("?") or frame.unit.source.language == "java")
        return replace(value, type=told.type) if known else value

    def _hashed(self, made: ClassValue) -> None:
        """Fields that a validator of the class hashes: what is read from them is a digest, and no password."""
        for closure in made.methods.values():
            for value in self.decorators.get(id(closure.function), []):
                seen = value.source
                if isinstance(seen, Seen) and seen.method in ("field_validator", "validator", "validates"):
                    names = [s.dotted(each.function) for each in closure.function.nodes if type(each) is s.Call]
                    if any("hash" in name.lower() for name in names):
                        self.hashed.update(f"{made.name}.{each.text}" for each in seen.arguments if each.text)

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
        made = self.packages.classes.get(id(node)) or ClassValue(node, f"{frame.unit.name}.{node.name}", [], {}, {})
        typed = frame.unit.source.declares_types
        made.bases = [self.annotated(each, frame)[0] if typed else self.value(each, frame) for each in node.bases]
        for base in made.bases:
            if base.made is not None:
                base.made.subclasses.append(made)
        self.classes.append((frame.unit, made))
        frame.scope.names[node.name] = Value(path=made.name, made=made)
        made.decorators = [self.value(each, frame) for each in node.decorators]
        instance = Value(type=made.name, instance=made)
        inner = replace(frame, scope=Scope({}, frame.scope), returned=[])
        for each in node.body:
            if isinstance(each, s.Function):
                closure = self.define(each, inner).callee
                if closure is not None:
                    static = any(decorator.endswith("staticmethod") for decorator in closure.decorators)
                    closure.scope = frame.scope
                    closure.self_value = None if static else instance
                    before = made.methods.get(each.name)
                    if before is not None and typed and before.function.is_abstract == each.is_abstract:
                        closure.overloads = (before, *before.overloads)
                    made.methods[each.name] = closure
            else:
                self.statement(each, inner)
                if typed and isinstance(each, s.Assign) and isinstance(each.targets[0], s.Name):
                    name = each.targets[0].id
                    if name not in inner.scope.names:
                        inner.scope.names[name] = self.declared(each.annotation, name, inner)
                    told = {s.dotted(node).rpartition(".")[2] for node in each.decorators}
                    if told & SHAPED:
                        known = inner.scope.names[name]
                        inner.scope.names[name] = replace(known, marks=known.marks | {"shaped"})
        made.attributes.update({k: v for k, v in inner.scope.names.items() if v.callee is None})
        self._hashed(made)
        start = made.methods.get("__init__") or made.methods.get("constructor")
        if start is not None:
            self._entered.setdefault(id(frame.run), {})
            quiet = replace(frame, run=Run(frame.unit, start.function), stack=(-1,), function=start.function)
            self.enter(start, [], {}, quiet, s.Call(node.line, s.Name(node.line, node.name), []))
