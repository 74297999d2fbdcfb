"""The page of kinds: what each is in Python, in each database and on the wire, from the kinds themselves."""

from __future__ import annotations

import datetime as dt
import decimal
import inspect
import typing
import uuid
from typing import Any

import annotated_types
import msgspec
import pydantic
from sqlalchemy.dialects import postgresql, sqlite

from mainstay import kinds
from tests.repository.reference.writing import attributes_of, heading, paragraphs, table


class Nutrition(pydantic.BaseModel):
    """A shape of JSON, as the page shows one."""

    model_config = pydantic.ConfigDict(json_schema_extra={"examples": [{"kilojoules": 1200, "salt": 1.5}]})

    kilojoules: int
    salt: float | None = None


NAMES: dict[str, Any] = {
    **vars(kinds),
    "Annotated": typing.Annotated,
    "Len": annotated_types.Len,
    "Literal": typing.Literal,
    "Nutrition": Nutrition,
    "UUID": uuid.UUID,
    "dt": dt,
    "decimal": decimal,
}
"""What the declarations below may name."""

DIALECTS: dict[str, Any] = {"sqlite": sqlite.dialect, "postgresql": postgresql.dialect}

DECLARED: dict[type[kinds.Kind], str] = {
    kinds.Boolean: "bool",
    kinds.Choice: "Literal['draft', 'published']",
    kinds.Date: "dt.date",
    kinds.Decimal: "Annotated[decimal.Decimal, Decimal(12, 2)]",
    kinds.Email: "Annotated[str, Email()]",
    kinds.Float: "float",
    kinds.Identifier: "UUID",
    kinds.Integer: "int",
    kinds.Json: "Nutrition",
    kinds.Moment: "dt.datetime",
    kinds.Money: "Annotated[decimal.Decimal, Money(currency='EUR')]",
    kinds.Secret: "Annotated[str, Secret()]",
    kinds.Slug: "Annotated[str, Slug()]",
    kinds.Text: "Annotated[str, Len(1, 120)]",
    kinds.Time: "dt.time",
    kinds.Url: "Annotated[str, Url()]",
}
"""The annotation, within `Mapped[..]`, that asks for each kind."""

MADE: dict[type[kinds.Kind], tuple[str, kinds.Kind]] = {
    kinds.IntegerKey: ("id: Mapped[int] = field(primary_key=True)", kinds.IntegerKey()),
    kinds.Reference: ("author_id: Mapped[UUID] = reference(Person)", kinds.Reference()),
}
"""The kinds that more than an annotation asks for."""


def page() -> str:
    """The page: a table of all kinds, then each with its forms, options and values."""
    lines = [
        *heading("Kinds of fields", "the classes of mainstay.kinds"),
        "The annotation of a model's attribute says which kind of field it is: `pages: Mapped[int]`. `| None` makes it",
        "one that may be null. The kinds with options of their own are imported from `mainstay.kinds`. Every kind runs",
        "through the same tests with the values that are shown here, on both databases.",
        "",
    ]
    rows = [
        [f"[{kind.name}](#{kind.name})", f"`{declaration(kind)}`", f"`{wire(example(kind))}`"] for kind in kinds.ALL
    ]
    lines += [*table(["kind", "declared", "on the wire"], rows), ""]
    for kind in kinds.ALL:
        lines += section(kind)
    return "\n".join(lines).rstrip() + "\n"


def declaration(kind: type[kinds.Kind]) -> str:
    """How a field of the kind is declared."""
    return MADE[kind][0] if kind in MADE else f"Mapped[{DECLARED[kind]}]"


def example(kind: type[kinds.Kind]) -> kinds.Kind:
    """A kind such as the declaration asks for."""
    if kind in MADE:
        return MADE[kind][1]
    asked = kinds.of_annotation(eval(DECLARED[kind], NAMES))
    assert type(asked) is kind, f"{DECLARED[kind]} asks for {asked}, not for {kind.__name__}"
    return asked


def section(kind: type[kinds.Kind]) -> list[str]:
    """All about one kind."""
    made = example(kind)
    facts = [
        ["declared", f"`{declaration(kind)}`"],
        ["in Python", f"`{made.python.__name__}`"],
        ["on SQLite", f"`{stored(made, 'sqlite')}`"],
        ["on PostgreSQL", f"`{stored(made, 'postgresql')}`"],
        ["in JSON", form(made)],
        ["filters", ", ".join(f"`{one}`" for one in made.operators) or "none"],
        ["values", ", ".join(f"`{value}`" for value in samples(made)) or "never answered"],
    ]
    lines = [f"## {kind.name}", "", *paragraphs(inspect.getdoc(kind)), *table(["", ""], facts), ""]
    if kind in MADE:
        return lines
    options = [
        [f"`{name}`", f"`{part.type}`", f"`{shown(getattr(made, name))}`", part.text]
        for name, part in attributes_of(kind).items()
        if "ClassVar" not in part.type
    ]
    return [*lines, *table(["option", "type", "in this example", ""], options), ""] if options else lines


def shown(value: Any) -> str:
    """The value of an option."""
    return value.__name__ if isinstance(value, type) else repr(value)


def stored(kind: kinds.Kind, database: str) -> str:
    """The column's type on a database, as a CREATE TABLE has it."""
    return str(kind.column(database).compile(dialect=DIALECTS[database]()))


def form(kind: kinds.Kind) -> str:
    """What a value is in JSON."""
    described = kind.form()
    more = "" if described.format is None else f" (`{described.format}`)"
    return f"{described.type}{more}" + (f": {described.hint}" if described.hint else "")


def samples(kind: kinds.Kind) -> list[str]:
    """The values that the tests go through, as JSON; long ones cut short."""
    encode = kind.encode() if kind.readable else None
    values = kind.samples() if kind.readable else ()
    texts = [msgspec.json.encode(value if encode is None else encode(value)).decode() for value in values]
    return [text if len(text) <= 60 else f"{text[:50]} …" for text in texts[:6] if "`" not in text]


def wire(kind: kinds.Kind) -> str:
    """The first of the values."""
    return next(iter(samples(kind)), "never answered")
