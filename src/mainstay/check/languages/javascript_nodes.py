"""Nodes of JavaScript's grammar: what is below them, and what a type names."""

from __future__ import annotations

from ast_grep_py import SgNode

from mainstay.check import syntax as s
from mainstay.check.languages.nodes import end_of, line_of


def children(node: SgNode) -> list[SgNode]:
    """What is directly below and has a name of its own, without comments."""
    return [each for each in node.named_children() if each.kind() != "comment"]


def part(node: SgNode, name: str) -> SgNode | None:
    """The part of a node that the grammar calls so."""
    return node.field(name)


def annotated(node: SgNode | None) -> s.Node | None:
    """The type of an annotation."""
    if node is None:
        return None
    inner = children(node)
    return type_(inner[0]) if inner else None


def type_(node: SgNode) -> s.Node:
    """What a type names."""
    kind, line = node.kind(), line_of(node)
    if kind in ("type_identifier", "predefined_type", "identifier"):
        return s.Name(line, node.text())
    if kind == "generic_type":
        name = part(node, "name")
        return s.Index(
            line, s.Name(line, name.text() if name else ""), s.Other(line, [type_(e) for e in children(node)[1:]])
        )
    if kind in ("nested_type_identifier", "nested_identifier"):
        front, _, last = node.text().rpartition(".")
        return s.Member(line, s.Name(line, front), last)
    return s.Other(line, [type_(each) for each in children(node)])


def string_of(node: SgNode) -> s.Node:
    """A text between quotes."""
    text = node.text()
    raw = text[1:-1] if len(text) > 1 else ""
    if "\\" in raw:
        raw = (
            raw.replace("\\n", "\n").replace("\\t", "\t").replace("\\'", "'").replace('\\"', '"').replace("\\\\", "\\")
        )
    return s.Literal(line_of(node), raw)


def number_of(node: SgNode) -> s.Node:
    """A number; a large one too."""
    text = node.text().replace("_", "").rstrip("n")
    try:
        return s.Literal(line_of(node), int(text, 0))
    except ValueError:
        try:
            return s.Literal(line_of(node), float(text))
        except ValueError:
            return s.Literal(line_of(node), 0)


def import_(node: SgNode) -> list[s.Node]:
    """The names that an import, or an export of another module's names, binds: one for each; `*` binds them all."""
    source = part(node, "source")
    module, line = source.text().strip("\"'`") if source else "", line_of(node)
    out: list[s.Node] = []
    if any(each.kind() == "*" for each in node.children()):
        out.append(s.Import(line, module, "*", "*"))
    for clause in children(node):
        kind = clause.kind()
        for each in children(clause) if kind == "import_clause" else [clause] if kind == "export_clause" else []:
            if each.kind() == "identifier":
                out.append(s.Import(line, module, "default", each.text()))
            elif each.kind() == "namespace_import":
                out.append(s.Import(line, module, "", children(each)[0].text()))
            elif each.kind() in ("named_imports", "export_clause"):
                for named in children(each):
                    name, alias = part(named, "name"), part(named, "alias")
                    if name is not None:
                        out.append(s.Import(line, module, name.text(), (alias or name).text()))
    return out


def enum_(node: SgNode) -> s.Node:
    """An enumeration: a class with a constant for each of its values."""
    name, body = part(node, "name"), part(node, "body")
    inside: list[s.Node] = []
    for each in children(body) if body is not None else []:
        key, value = part(each, "name") or each, part(each, "value")
        text = key.text().strip("\"'")
        made = string_of(value) if value is not None and value.kind() == "string" else s.Literal(line_of(each), text)
        inside.append(s.Assign(line_of(each), [s.Name(line_of(each), text)], made))
    return s.Class(line_of(node), name.text() if name else "", [], inside, [], end_of(node), "enum")


def regex_of(node: SgNode) -> s.Node:
    """A regular expression between slashes."""
    pattern, flags = part(node, "pattern"), part(node, "flags")
    return s.Pattern(line_of(node), pattern.text() if pattern else "", flags.text() if flags else "")
