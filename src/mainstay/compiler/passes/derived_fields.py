"""Derived fields: functions of some of a row's columns, and the form of what they return."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Callable
from functools import partial
from typing import Any

import msgspec
from pydantic import TypeAdapter
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError

from mainstay.compiler.docstrings import attribute_docstring
from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.passes.computed_fields import is_free
from mainstay.declare.computed import DerivedField
from mainstay.kinds import takes_none, without_none
from mainstay.operation import Derived, Field
from mainstay.wire import Form, FormType

FORMS: tuple[FormType, ...] = typing.get_args(FormType)


class NotAFunction(Exception):
    """A derived field cannot be made so; `do` says what can be done."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(what)
        self.do = do


def derived_fields(draft: Draft) -> None:
    """Exposes each derived field."""
    for resource in draft.resources:
        for name, declared in resource.beside().items():
            if isinstance(declared, DerivedField) and is_free(draft, resource, name):
                try:
                    resource.fields[name] = field_of(draft, resource, name, declared)
                except NotAFunction as error:
                    what = f"{resource.declared.__name__}.{name} cannot be derived: {error}"
                    draft.problem(resource.place(name), what, error.do)


def field_of(draft: Draft, resource: DraftResource, name: str, declared: DerivedField) -> Field:
    """One derived field; NotAFunction where it cannot be made."""
    function = declared.function
    columns = columns_of(draft, resource, declared)
    annotation = returned(function, len(columns))
    try:
        adapter = TypeAdapter[Any](annotation)
        schema = TypeAdapter[Any](without_none(annotation)).json_schema(mode="serialization")
    except (PydanticSchemaGenerationError, PydanticUserError) as error:
        raise NotAFunction(f"pydantic cannot write {annotation}", "return a plain type or a pydantic model") from error
    resource.makers[name] = partial(made, function, partial(adapter.dump_python, mode="json", warnings="error"))
    type_ = schema.get("type")
    form = Form(type_ if type_ in FORMS else "any", shape=msgspec.json.encode(schema).decode())
    told = attribute_docstring(resource.declared, name) or inspect.cleandoc(getattr(function, "__doc__", None) or "")
    return Field(
        name, name, "derived", form, told.partition("\n\n")[0], takes_none(annotation), derived=Derived(columns)
    )


def made(function: Callable[..., Any], write: Callable[[Any], Any], *values: Any) -> Any:
    """What a function makes of columns, in the wire's form."""
    return write(function(*values))


def columns_of(draft: Draft, resource: DraftResource, declared: DerivedField) -> tuple[str, ...]:
    """The names of the columns that the function is given."""
    names: list[str] = []
    for item in declared.columns:
        key = str(getattr(item, "key", ""))
        if key not in resource.mapper.columns or getattr(item, "class_", None) not in resource.model.__mro__:
            raise NotAFunction(
                f"{item} is not a column of {resource.title}",
                f"name columns such as {resource.title}.{next(iter(resource.mapper.columns.keys()))}",
            )
        name = resource.mapper.columns[key].name
        table = draft.tables[resource.table.name]
        if name in table.impossible:
            raise NotAFunction(f"{key}: {table.impossible[name]}", "derive it of other columns")
        if not table.kinds[name].readable:
            raise NotAFunction(f"{key} is a secret", "nothing may be made of it; compute whether it is null")
        names.append(name)
    if not names:
        raise NotAFunction("it names no column", f"name the columns that it is made of: derived(.., {resource.title}.)")
    return tuple(names)


def returned(function: Any, count: int) -> Any:
    """What the function says that it returns."""
    if not callable(function) or inspect.iscoroutinefunction(function):
        raise NotAFunction(f"{function!r} is not a plain function", "write def, since it is run for every row")
    shown = getattr(function, "__name__", repr(function))
    try:
        inspect.signature(function).bind(*range(count))
    except (TypeError, ValueError) as error:
        raise NotAFunction(f"{shown} does not take {count} values", "let it take a value for each column") from error
    try:
        hints = typing.get_type_hints(function, include_extras=True)
    except (NameError, TypeError) as error:
        raise NotAFunction(f"the annotations of {shown} cannot be read: {error}", "import what they name") from error
    if "return" not in hints:
        raise NotAFunction(f"{shown} does not say what it returns", "annotate it: def .. -> str")
    return hints["return"]
