"""Rust, read with the grammar of ast-grep; what is only compiled for tests is left out."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from ast_grep_py import SgNode, SgRoot

from mainstay.check import syntax as s
from mainstay.check.languages import rust_macros as macros
from mainstay.check.languages.nodes import broken_lines, named, refuse_lines
from mainstay.check.languages.rust_statements import Statements
from mainstay.check.languages.rust_types import base_of, type_
from mainstay.check.languages.unreadable import Unreadable
from mainstay.check.words import words

TEST = re.compile(r"^#!?\[\s*(cfg\(\s*(all\()?\s*test\b|(\w+::)*test\b|(\w+::)*rstest\b|bench\b)")
TOLD = words("validate serde diesel sqlx error debug_handler")
"""Attributes of which the arguments matter."""
ROUTES = words("path get post put patch delete head options connect route")
"""Attributes whose arguments are expressions: they say which requests a function answers."""


DECLARES = re.compile(r"^\s*(?:(?:pub|async fn|fn|use|mod|struct|enum|impl|trait|static|const)\b|#\[)", re.MULTILINE)


def read(text: str) -> s.Module:
    """The tree of a text; raises Unreadable."""
    refuse_lines(text)
    root = SgRoot(text, "rust").root()
    body = named(root)
    reading = Items()
    reading.missed += broken_lines(root, body, "Rust")
    try:
        return s.Module(reading.items(body), missed=reading.missed)
    except RecursionError:
        raise Unreadable("nested too deeply") from None


def read_fragment(text: str) -> s.Module:
    """As `read`, of an example in a text: it may be statements alone."""
    if DECLARES.search(text):
        return read(text)
    function = read("fn example() {" + text + "\n}").body[0]
    return s.Module(function.body if isinstance(function, s.Function) else [])


class Items(Statements):
    """Reads functions, types, implementations and imports."""

    def items(self, nodes: list[SgNode]) -> list[s.Node]:
        """What a file or a module declares; methods stand beside their types, and name them."""
        out: list[s.Node] = []
        attributes: list[SgNode] = []
        for node in nodes:
            kind = node.kind()
            if kind == "attribute_item":
                attributes.append(node)
            elif kind not in ("line_comment", "block_comment", "inner_attribute_item"):
                try:
                    out += self.item(node, attributes) or []
                except IndexError:
                    self.missed.append(self.line(node))
                attributes = []
        _give_bases(out)
        return [each for each in out if not isinstance(each, Implemented)]

    def item(self, node: SgNode, attributes: list[SgNode]) -> list[s.Node] | None:
        """A function, type or import; None where it is none of these."""
        known = _KINDS.get(node.kind())
        if known is None:
            return None
        if any(TEST.match(each.text()) for each in attributes):
            return []
        made = known(self, node)
        told = [found for each in attributes if (found := self._attribute(each)) is not None] if attributes else []
        for each in made[:1]:
            if isinstance(each, s.Function | s.Class):
                each.decorators = told
        return made

    def _attribute(self, node: SgNode) -> s.Node | None:
        inner = named(node)
        parts = named(inner[0]) if inner else []
        if not parts:
            return None
        line, target = self.line(node), parts[0]
        path = self.expression(target, line)
        name = target.text().rpartition("::")[2]
        tree = next((each for each in parts[1:] if each.kind() == "token_tree"), None)
        if tree is None:
            return path
        if name == "derive":
            return s.Call(line, path, macros.names_in(tree, line))
        if name in ROUTES:
            return s.Call(line, path, [macros.argument(each) for each in self.fragment(macros.inside(tree), line)])
        texts = [s.Argument(line, s.Literal(line, tree.text()))] if name in TOLD else []
        return s.Call(line, path, texts)

    def _function(self, node: SgNode) -> list[s.Node]:
        line, name, body, result = self.line(node), node.field("name"), node.field("body"), node.field("return_type")
        listed = node.field("parameters")
        given = named(listed) if listed is not None else []
        parameters = [self.parameter(each) for each in given if each.kind() in ("parameter", "self_parameter")]
        is_async = any("async" in each.text() for each in node.children() if each.kind() == "function_modifiers")
        return [
            s.Function(
                line,
                name.text() if name is not None else "",
                parameters,
                self.body(body, result is not None) if body is not None else [],
                is_async=is_async,
                end=node.range().end.line + 1,
                returns=type_(result, line, self.owner) if result is not None else None,
                owner=self.owner,
                is_abstract=body is None,
            )
        ]

    def _implementation(self, node: SgNode) -> list[s.Node]:
        kind, trait, body = node.field("type"), node.field("trait"), node.field("body")
        if kind is None or body is None:
            return []
        owner, before = base_of(kind), self.owner
        self.owner = owner
        out = self.items([each for each in named(body) if each.kind() in ("function_item", "attribute_item")])
        self.owner = before
        if trait is not None:
            line = self.line(node)
            out.append(Implemented(line, owner, type_(trait, line, owner)))
        return out

    def _trait(self, node: SgNode) -> list[s.Node]:
        line, name, body = self.line(node), node.field("name"), node.field("body")
        own, before = name.text() if name is not None else "", self.owner
        self.owner = own
        inside = named(body) if body is not None else []
        functions = [found for each in inside if "function" in each.kind() for found in self._function(each)]
        self.owner = before
        return [s.Class(line, own, [], functions, [], node.range().end.line + 1, "interface")]

    def _record(self, node: SgNode) -> list[s.Node]:
        line, name, body = self.line(node), node.field("name"), node.field("body")
        own = name.text() if name is not None else ""
        fields = self._fields(body) if body is not None else []
        return [s.Class(line, own, [], fields, [], node.range().end.line + 1)]

    def _fields(self, body: SgNode) -> list[s.Node]:
        out: list[s.Node] = []
        attributes: list[s.Node] = []
        for each in named(body):
            kind, line = each.kind(), self.line(each)
            if kind == "attribute_item":
                attributes += [found] if (found := self._attribute(each)) is not None else []
            elif kind == "field_declaration":
                name, meant = each.field("name"), each.field("type")
                if name is not None and meant is not None:
                    target = s.Name(line, name.text())
                    out.append(s.Assign(line, [target], None, "", type_(meant, line, self.owner), attributes))
                attributes = []
            elif kind not in ("visibility_modifier", "line_comment", "block_comment"):
                target = s.Name(line, str(len(out)))
                out.append(s.Assign(line, [target], None, "", type_(each, line, self.owner)))
        return out

    def _enumeration(self, node: SgNode) -> list[s.Node]:
        line, name, body = self.line(node), node.field("name"), node.field("body")
        out: list[s.Node] = []
        for each in named(body) if body is not None else []:
            at, label, inner = self.line(each), each.field("name"), each.field("body")
            if each.kind() == "enum_variant" and label is not None and inner is not None:
                held = [field for field in self._fields(inner) if isinstance(field, s.Assign)]
                kinds = [field.annotation or s.Other(at, []) for field in held]
                out.append(s.Assign(at, [s.Name(at, label.text())], None, "", s.Sequence(at, kinds)))
        return [s.Class(line, name.text() if name is not None else "", [], out, [], node.range().end.line + 1, "enum")]

    def _constant(self, node: SgNode) -> list[s.Node]:
        line, name, kind, value = self.line(node), node.field("name"), node.field("type"), node.field("value")
        if name is None or value is None:
            return []
        annotation = type_(kind, line, self.owner) if kind is not None else None
        return [s.Assign(line, [s.Name(line, name.text())], self.expression(value, line), "", annotation)]

    def _alias(self, node: SgNode) -> list[s.Node]:
        line, name, kind = self.line(node), node.field("name"), node.field("type")
        if name is None or kind is None:
            return []
        return [s.Assign(line, [s.Name(line, name.text())], type_(kind, line, self.owner))]

    def _module(self, node: SgNode) -> list[s.Node]:
        line, name, body = self.line(node), node.field("name"), node.field("body")
        own = name.text() if name is not None else ""
        if body is None:
            return [s.Import(line, f"self::{own}", "", own)]
        return [s.Import(line, "self", "", own), *self.items(named(body))]

    def _use(self, node: SgNode) -> list[s.Node]:
        given, line = node.field("argument"), self.line(node)
        return list(_imports(given, "", line)) if given is not None else []

    def _nothing(self, node: SgNode) -> list[s.Node]:
        return []


class Implemented(s.Node):
    """`impl Trait for Type`, until the type is told."""

    __slots__ = ("name", "trait")

    def __init__(self, line: int, name: str, trait: s.Node) -> None:
        super().__init__(line)
        self.name = name
        self.trait = trait


def _give_bases(made: list[s.Node]) -> None:
    """Types know the traits that are implemented for them beside them."""
    classes = {each.name: each for each in made if isinstance(each, s.Class)}
    for each in made:
        if isinstance(each, Implemented) and each.name in classes:
            classes[each.name].bases.append(each.trait)


def _imports(node: SgNode, front: str, line: int) -> list[s.Import]:
    """Each name of a `use`, with the module that it is from."""
    kind = node.kind()
    if kind == "use_list":
        return [found for each in named(node) for found in _imports(each, front, line)]
    if kind == "scoped_use_list":
        around, listed = node.field("path"), node.field("list")
        inner = _joined(front, around.text() if around is not None else "")
        return _imports(listed, inner, line) if listed is not None else []
    if kind == "use_as_clause":
        path, alias = node.field("path"), node.field("alias")
        if path is None or alias is None:
            return []
        return [_import(_joined(front, path.text()), alias.text(), line)]
    if kind == "use_wildcard":
        whole = named(node)
        return [s.Import(line, _joined(front, whole[0].text() if whole else ""), "*", "*")]
    text = node.text()
    if text == "self":
        return [_import(front, front.rpartition("::")[2], line)]
    if not re.fullmatch(r"(r#)?\w+(::(r#)?\w+)*", text):
        return []
    return [_import(_joined(front, text), text.rpartition("::")[2], line)]


def _joined(front: str, path: str) -> str:
    return f"{front}::{path}" if front and path else front or path


def _import(path: str, alias: str, line: int) -> s.Import:
    front, _, name = path.rpartition("::")
    return s.Import(line, front, name, alias) if front else s.Import(line, name, "", alias)


_KINDS: dict[str, Callable[[Any, SgNode], list[s.Node]]] = {
    "function_item": Items._function,
    "impl_item": Items._implementation,
    "trait_item": Items._trait,
    "struct_item": Items._record,
    "union_item": Items._record,
    "enum_item": Items._enumeration,
    "const_item": Items._constant,
    "static_item": Items._constant,
    "type_item": Items._alias,
    "mod_item": Items._module,
    "use_declaration": Items._use,
    "macro_definition": Items._nothing,
    "extern_crate_declaration": Items._nothing,
    "foreign_mod_item": Items._nothing,
}
