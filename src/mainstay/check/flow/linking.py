"""Languages in which everything of a package is declared before anything of it is run: Go and Rust."""

from __future__ import annotations

import re

from mainstay.check import syntax as s
from mainstay.check.flow.definitions import Definitions
from mainstay.check.flow.frame import Frame, Inputs
from mainstay.check.flow.modules import Modules
from mainstay.check.flow.program import Program, Run
from mainstay.check.flow.value import ClassValue, Scope, Unit, Value

STAND_INS = re.compile(r"mock|fake|stub|noop|dummy|/tests?/|testing", re.IGNORECASE)
"""Of what stands in for another in tests: not what an interface means in the program."""
PASSES = 4
"""Imports are brought this often: what a module of Rust imports, another may import from it."""
VERSION = re.compile(r"/v\d+(?=/|$)|\.v\d+$")
BESIDE_NAME = re.compile(r"^go[-.]|[-.]go$")
"""What the last part of a path of Go has beside the name of the package: `jwt-go` brings `jwt`."""


class Linking(Definitions):
    """Declares the functions, types and imports of all files, and then follows each from its top."""

    def __init__(self, program: Program, inputs: Inputs) -> None:
        super().__init__(program, inputs)
        self.linked = Modules(program.units, program.modules)
        self._is_linked = False
        self.set_up: list[Run] | None = None
        self.set_up_rust: list[Run] | None = None
        """Functions that register routes, followed once for all stacks of their language."""

    def module(self, unit: Unit) -> None:
        """Follows a module from its top, once."""
        if not unit.source.is_linked:
            super().module(unit)
            return
        if not self._is_linked:
            self._is_linked = True
            self._link([each for each in self.program.units if each.source.is_linked])
        if unit.started:
            return
        unit.started = True
        run = Run(unit, None)
        self.modules.append(run)
        frame = Frame(unit, unit.scope, run)
        for node in unit.tree.body:
            if not isinstance(node, s.Function | s.Class | s.Import):
                self.statement(node, frame)
                if isinstance(node, s.Assign) and unit.scope.outer is not None and unit.source.language == "go":
                    self._share(node, unit, unit.scope.outer)

    def _share(self, node: s.Assign, unit: Unit, package: Scope) -> None:
        """A variable of a file is one of its package."""
        for target in s.walk(*node.targets):
            if isinstance(target, s.Name) and target.id in unit.scope.names:
                package.names[target.id] = unit.scope.names[target.id]

    def _link(self, units: list[Unit]) -> None:
        runs = {unit.name: Frame(unit, unit.scope, Run(unit, None)) for unit in units}
        for unit in units:
            shared = unit.scope.outer.names if unit.source.language == "go" and unit.scope.outer else unit.scope.names
            shared.update(self._types(unit))
            for node in unit.tree.body:
                if isinstance(node, s.Function) and not node.owner:
                    shared[node.name] = self.define(node, runs[unit.name])
        for _ in range(PASSES):
            for unit in units:
                if unit.source.language == "rust":
                    unit.scope.names.update(self.linked.around(unit))
                for node in unit.tree.body:
                    if isinstance(node, s.Import):
                        self.bring(node, runs[unit.name])
        for unit in units:
            for node in unit.tree.body:
                if isinstance(node, s.Class):
                    self.class_(node, runs[unit.name])
        for unit in units:
            for node in unit.tree.body:
                if isinstance(node, s.Function):
                    self._method(node, runs[unit.name])
        _fill_interfaces([(unit, made) for unit, made in self.classes if unit.source.language == "go"])

    def _types(self, unit: Unit) -> dict[str, Value]:
        found = {node.name: self.packages.classes.get(id(node)) for node in unit.tree.body if isinstance(node, s.Class)}
        return {name: Value(path=made.name, made=made) for name, made in found.items() if made is not None}

    def _method(self, node: s.Function, frame: Frame) -> None:
        """A method becomes one of its type; attributes of functions are known now that the imports are."""
        if node.owner:
            owner = frame.scope.find(node.owner)
            closure = self.define(node, frame).callee
            if owner is None or owner.made is None or closure is None:
                return
            own = frame.unit.source.language == "go" or any(each.name == "self" for each in node.parameters)
            closure.self_value = Value(type=owner.made.name, instance=owner.made) if own else None
            owner.made.methods[node.name] = closure
        elif node.decorators:
            self.decorators[id(node)] = [self.value(each, frame) for each in node.decorators]

    def bring(self, node: s.Import, frame: Frame) -> None:
        """Gives a name to what an import brings."""
        language = frame.unit.source.language
        if language == "go":
            self._bring_package(node, frame)
        elif language == "rust":
            self._bring_module(node, frame)
        else:
            super().bring(node, frame)

    def _bring_package(self, node: s.Import, frame: Frame) -> None:
        names, found = frame.unit.scope.names, self.linked.package(node.module)
        if found is not None:
            own, scope = found
            if node.name == "*":
                names.update(scope.names)
            elif node.alias not in ("_",):
                names[node.alias or own] = Value(type=f"module:{node.module}", fields=scope.names)
            return
        path = VERSION.sub("", node.module)
        names[node.alias or BESIDE_NAME.sub("", path.rpartition("/")[2])] = Value(path=path)

    def _bring_module(self, node: s.Import, frame: Frame) -> None:
        names = frame.scope.names
        whole = f"{node.module}::{node.name}" if node.name and node.name != "*" else node.module
        found = self.linked.module(whole, frame.unit)
        if node.name == "*":
            given = found.fields if found is not None and found.fields is not None else {}
            for name, value in given.items():
                if name not in ("crate", "super"):
                    names.setdefault(name, value)
            return
        names[node.alias] = found if found is not None else Value(path=whole.replace("::", "."))


def _fill_interfaces(classes: list[tuple[Unit, ClassValue]]) -> None:
    """What an interface means: the one type of the program that has its methods."""
    having: dict[str, list[tuple[Unit, ClassValue]]] = {}
    for unit, made in classes:
        if made.node.kind != "interface" and not STAND_INS.search(f"/{unit.source.path} {made.node.name}"):
            for name in made.methods:
                having.setdefault(name, []).append((unit, made))
    for _, made in classes:
        if made.node.kind != "interface" or not made.methods:
            continue
        wanted = set(made.methods)
        first = min(wanted, key=lambda name: len(having.get(name, ())))
        fitting = [(unit, each) for unit, each in having.get(first, ()) if wanted <= set(each.methods)]
        for _, each in fitting[:1]:
            made.subclasses.append(each)
