"""Fields, indexes and constraints as Django writes them, in models and in migrations."""

from __future__ import annotations

import re

from mainstay.check import syntax as s
from mainstay.check.flow.value import Unit
from mainstay.check.reading.schemas import written as w
from mainstay.check.reading.schemas.declared import Declared
from mainstay.check.reading.schemas.state import Column, Constraint, Index

KINDS = {
    "CharField": "VARCHAR", "TextField": "TEXT", "EmailField": "VARCHAR", "URLField": "VARCHAR", "SlugField": "VARCHAR",
    "FileField": "VARCHAR", "ImageField": "VARCHAR", "FilePathField": "VARCHAR", "IntegerField": "INT",
    "BigIntegerField": "BIGINT", "SmallIntegerField": "SMALLINT", "PositiveIntegerField": "INT",
    "PositiveSmallIntegerField": "SMALLINT", "PositiveBigIntegerField": "BIGINT", "AutoField": "INT",
    "BigAutoField": "BIGINT", "SmallAutoField": "SMALLINT", "FloatField": "DOUBLE", "DecimalField": "NUMERIC",
    "BooleanField": "BOOLEAN", "NullBooleanField": "BOOLEAN", "DateField": "DATE", "DateTimeField": "TIMESTAMPTZ",
    "TimeField": "TIME", "DurationField": "INTERVAL", "UUIDField": "UUID", "JSONField": "JSONB", "BinaryField": "BYTEA",
    "GenericIPAddressField": "INET", "IPAddressField": "INET", "CICharField": "CITEXT", "CITextField": "CITEXT",
    "CIEmailField": "CITEXT",
}  # fmt: skip
REFERENCES = ("ForeignKey", "OneToOneField", "ParentalKey", "TreeForeignKey")
LINKS = ("ManyToManyField", "ParentalManyToManyField", "GenericRelation", "SortedManyToManyField", "TaggableManager")
POSITIVE = ("PositiveIntegerField", "PositiveSmallIntegerField", "PositiveBigIntegerField")
TEXTS = ("VARCHAR", "TEXT", "CITEXT")
LOOKUP = re.compile(r"^([a-z]\w*?)(?:__\w+)?$")


def is_field(call: s.Node | None) -> bool:
    """Whether a call makes a field of a model."""
    name = w.last(call) if isinstance(call, s.Call) else ""
    return name.endswith(("Field", "ForeignKey")) or name in REFERENCES or name in LINKS


def is_known(call: s.Call) -> bool:
    """Whether all of a field is read: its class is one of Django's."""
    return (w.last(call) in KINDS or w.last(call) in REFERENCES) and not w.spread(call)


def field_of(name: str, call: s.Call, unit: Unit, names: w.Names, table: str, app: str) -> Declared:
    """The column of a field; none for a reference from many to many."""
    kind, place = w.last(call), unit.place(call)
    if kind in LINKS or kind.endswith(("ManyToManyField", "GenericForeignKey")):
        return Declared()
    reference = kind in REFERENCES or kind.endswith("ForeignKey")
    column = w.text(w.keyword(call, "db_column"), names) or (f"{name}_id" if reference else name)
    made = Column(column, _kind(kind, call, names), place, field=name)
    made.known = is_known(call)
    made.nullable = bool(w.truth(w.keyword(call, "null"), names)) or kind == "NullBooleanField"
    given = w.keyword(call, "default", "db_default", "auto_now", "auto_now_add")
    filled = given is not None or made.kind.partition("(")[0] in TEXTS or not made.known
    made.default = "a default" if filled else ""
    made.on_update = bool(w.truth(w.keyword(call, "auto_now"), names))
    out = Declared(made)
    if kind.endswith("AutoField"):
        made.default = "generated"
    primary = w.truth(w.keyword(call, "primary_key"), names)
    unique = w.truth(w.keyword(call, "unique"), names) or kind == "OneToOneField"
    indexed = w.truth(w.keyword(call, "db_index"), names)
    if primary:
        out.constraints.append(Constraint("primary", (column,), place))
    elif unique:
        out.constraints.append(Constraint("unique", (column,), place))
    elif indexed or (indexed is None and (reference or kind == "SlugField")):
        out.indexes.append(Index("", table, (column,), place, descending=(False,)))
    if reference and w.truth(w.keyword(call, "db_constraint"), names) is not False:
        out.constraints.append(_reference(call, column, unit, names, app))
    if kind in POSITIVE:
        out.constraints.append(Constraint("check", (), place, words=frozenset({column.lower()})))
    return out


def _kind(kind: str, call: s.Call, names: w.Names) -> str:
    if kind == "ArrayField":
        given = w.positional(call)
        inner = given[0] if given else w.keyword(call, "base_field")
        return _kind(w.last(inner), inner, names) + "[]" if isinstance(inner, s.Call) else ""
    base = KINDS.get(kind, "")
    wanted = ("max_digits", "decimal_places") if base == "NUMERIC" else ("max_length",) if base == "VARCHAR" else ()
    sizes = [w.resolved(w.keyword(call, each), names) for each in wanted]
    shown = [str(each.value) for each in sizes if isinstance(each, s.Literal)]
    return base + (f"({','.join(shown)})" if shown else "")


def _reference(call: s.Call, column: str, unit: Unit, names: w.Names, app: str) -> Constraint:
    given = w.positional(call)
    to = given[0] if given else w.keyword(call, "to")
    target = w.text(to, names) or s.dotted(w.resolved(to, names)) or "another table"
    if target.endswith("AUTH_USER_MODEL"):
        target = "the user"
    elif "." in target:
        target = "_".join(target.split(".")[-2:]).lower()
    elif target != "another table":
        target = f"{app}_{target}".lower()
    deletes = w.keyword(call, "on_delete") or (given[1] if len(given) > 1 else None)
    made = Constraint("foreign", (column,), unit.place(call), references=target, emulated=True)
    made.on_delete = w.name_of(deletes.function if isinstance(deletes, s.Call) else deletes).replace("_", " ")
    return made


def index_of(call: s.Call, table: str, columns: dict[str, str], unit: Unit, names: w.Names) -> Index | None:
    """`models.Index(fields=[..])`; None where it cannot be read."""
    fields = w.texts(w.keyword(call, "fields"), names)
    name = w.text(w.keyword(call, "name"), names) or ""
    expressions = w.positional(call)
    if fields is None and not expressions:
        return None
    bare = [each.removeprefix("-") for each in fields or ()]
    shown = tuple(columns.get(each, each) for each in bare) or ("an expression",)
    where = w.keyword(call, "condition")
    return Index(
        name,
        table,
        shown,
        unit.place(call),
        where=_condition(where) if where is not None else "",
        plain=not expressions and w.last(call) == "Index" and w.keyword(call, "opclasses", "include") is None,
        method="" if w.last(call) in ("Index", "BTreeIndex") else w.last(call).removesuffix("Index").lower(),
        descending=tuple(each.startswith("-") for each in fields or ()) or (False,),
    )


def _condition(node: s.Node) -> str:
    """A condition of Django; that a field is not null is the one that is understood."""
    given = node.arguments if isinstance(node, s.Call) else []
    field = (given[0].name or "") if len(given) == 1 else ""
    if field.endswith("__isnull") and w.truth(given[0].value, {}) is False:
        return f"{field.removesuffix('__isnull')} IS NOT NULL"
    return "a condition"


def constraint_of(call: s.Call, columns: dict[str, str], unit: Unit, names: w.Names) -> Constraint | Index | None:
    """`models.UniqueConstraint(..)` or `CheckConstraint(..)`; None where it cannot be read."""
    name = w.text(w.keyword(call, "name"), names) or ""
    place = unit.place(call)
    if w.last(call) == "UniqueConstraint":
        fields = w.texts(w.keyword(call, "fields"), names)
        if fields is None and not w.positional(call):
            return None
        shown = tuple(columns.get(each, each) for each in fields or ()) or ("lower",)
        if w.keyword(call, "condition") is not None or not fields:
            return Index(name, "", shown, place, unique=True, where="a condition" if fields else "", plain=bool(fields))
        return Constraint("unique", shown, place, name)
    if w.last(call) == "CheckConstraint":
        return Constraint("check", (), place, name, words=frozenset(_words(call, columns, names)))
    return Constraint("exclude", (), place, name) if w.last(call) == "ExclusionConstraint" else None


def _words(call: s.Call, columns: dict[str, str], names: w.Names) -> set[str]:
    out = set()
    for each in s.walk(*(argument.value for argument in call.arguments if argument.name != "name")):
        if isinstance(each, s.Call):
            for argument in each.arguments:
                found = LOOKUP.match(argument.name) if argument.name else None
                if found is not None:
                    field = found.group(1).partition("__")[0]
                    out.add(columns.get(field, field).lower())
        text = each.value if isinstance(each, s.Literal) and isinstance(each.value, str) else ""
        found = LOOKUP.match(text)
        if found is not None:
            field = found.group(1).partition("__")[0]
            out.add(columns.get(field, field).lower())
    return out


def together(node: s.Node | None, names: w.Names) -> list[tuple[str, ...]] | None:
    """`unique_together`, which may be one tuple or several."""
    node = w.resolved(node, names)
    if node is None or (isinstance(node, s.Literal) and node.value is None):
        return []
    if isinstance(node, s.Call) and w.last(node) in ("set", "frozenset") and not node.arguments:
        return []
    if isinstance(node, s.Call) and w.last(node) in ("set", "frozenset"):
        node = w.resolved(node.arguments[0].value, names)
    if isinstance(node, s.Mapping) and not node.pairs:
        return []
    found = w.items(node, names)
    if found is None:
        return None
    one = w.texts(node, names)
    if one is not None:
        return [one] if one else []
    many = [w.texts(each, names) for each in found]
    return None if None in many else [each for each in many if each is not None]
