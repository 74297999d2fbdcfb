"""Classes as they are known before any module is followed: modules import one another in circles.

The files of a package of Java see one another's classes without importing them.
"""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.flow.value import NOTHING, ClassValue, Scope, Unit, Value


class Packages:
    """Every class of a program by its node, and the names that the files of each package share."""

    def __init__(self, units: list[Unit]) -> None:
        self.classes: dict[int, ClassValue] = {}
        self._scopes: dict[str, Scope] = {}
        for unit in units:
            if unit.source.language == "java":
                package = unit.tree.package or unit.name
                scope = self._scopes.setdefault(package, Scope({}))
                unit.scope.outer = scope
                scope.names.update(self._declared(unit.tree.body, package))
            elif unit.source.is_javascript:
                unit.scope.names.update(self._declared(unit.tree.body, unit.name))
            elif unit.source.is_linked:
                dict(self._declared(unit.tree.body, unit.name))

    def _declared(self, body: list[s.Node], around: str) -> Iterator[tuple[str, Value]]:
        for node in body:
            if isinstance(node, s.Class):
                name = f"{around}.{node.name}"
                made = ClassValue(node, name, [], {}, {})
                made.attributes.update(self._declared(node.body, name))
                self.classes[id(node)] = made
                yield node.name, Value(path=name, made=made)

    def names(self, package: str) -> dict[str, Value]:
        """The names of a package of the program; none where it is another's."""
        scope = self._scopes.get(package)
        return scope.names if scope is not None else {}

    def find(self, module: str, name: str) -> Value | None:
        """A class of a package, or what stands in a class."""
        found = self.names(module).get(name)
        if found is not None:
            return found
        package, _, outer = module.rpartition(".")
        around = self.names(package).get(outer) or (self.find(package, outer) if "." in package else NOTHING)
        return around.made.find(name) if around is not None and around.made is not None else None
