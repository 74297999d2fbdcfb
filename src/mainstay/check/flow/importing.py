"""Imports, followed: the names of other modules of the program, and of libraries."""

from __future__ import annotations

from abc import abstractmethod

from mainstay.check import syntax as s
from mainstay.check.flow.calling import Calling
from mainstay.check.flow.containers import nested
from mainstay.check.flow.frame import Frame
from mainstay.check.flow.packages import Packages
from mainstay.check.flow.value import Unit, Value


class Importing(Calling):
    """Follows imports; how a module is followed is its subclass's to say."""

    packages: Packages

    @abstractmethod
    def module(self, unit: Unit) -> None:
        """Follows a module from its top, once."""

    def bring(self, node: s.Import, frame: Frame) -> None:
        """Gives a name to what an import brings."""
        python = frame.unit.source.language == "python"
        if python:
            found = self._imported_python(node, frame.unit)
            if found is None:
                whole = f"{node.module}.{node.name}" if node.name else node.module
                top = whole if node.name or node.alias != node.module else node.module.partition(".")[0]
                found = Value(path=top)
            name = node.alias if node.name or node.alias != node.module else node.module.partition(".")[0]
            if not node.name and name != node.alias and found.fields is not None:
                found = nested(frame.scope.find(name), node.module.split(".")[1:], found)
        elif frame.unit.source.language == "java":
            self._bring_java(node, frame)
            return
        elif node.name == "*":
            frame.scope.names.update(self.required(node.module, "", frame.unit).fields or {})
            return
        else:
            found = self.required(node.module, node.name, frame.unit)
            name = node.alias
        frame.scope.names[name] = found

    def _bring_java(self, node: s.Import, frame: Frame) -> None:
        if node.name != "*":
            found = self.packages.find(node.module, node.name)
            frame.scope.names[node.alias] = found or Value(path=f"{node.module}.{node.name}")
            return
        around, _, name = node.module.rpartition(".")
        outer = self.packages.find(around, name)
        names = outer.made.attributes if outer is not None and outer.made is not None else {}
        for key, value in {**self.packages.names(node.module), **names}.items():
            frame.scope.names.setdefault(key, value)

    def _imported_python(self, node: s.Import, importer: Unit) -> Value | None:
        if node.name:
            unit = self.program.python_module(node.module, node.level, importer)
            if unit is not None:
                self.module(unit)
                found = unit.scope.names.get(node.name)
                if found is not None:
                    return found
            inner = f"{node.module}.{node.name}" if node.module else node.name
            unit = self.program.python_module(inner, node.level, importer)
        else:
            unit = self.program.python_module(node.module, node.level, importer)
        if unit is None:
            return None
        self.module(unit)
        return Value(type=f"module:{unit.name}", fields=unit.scope.names)

    def required(self, module: str, name: str, importer: Unit) -> Value:
        """What a module of JavaScript gives: one of its names, or all."""
        unit = self.program.javascript_module(module, importer)
        if unit is None:
            bare = module.removeprefix("node:")
            return Value(path=f"{bare}.{name}" if name and name != "default" else bare)
        self.module(unit)
        names = unit.scope.names
        if name and name in names:
            return names[name]
        if "default" in names:
            whole = names["default"]
            return whole.fields[name] if name and whole.fields and name in whole.fields else whole
        return Value(type=f"module:{unit.name}", fields=names)
