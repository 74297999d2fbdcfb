"""The types in a signature as shapes: what an argument can be, what is answered."""

from __future__ import annotations

import inspect
import typing
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import msgspec
import pydantic
import pydantic_core
import sqlalchemy as sa
from msgspec.structs import replace
from pydantic.errors import PydanticSchemaGenerationError, PydanticUserError
from sqlalchemy.orm import Mapper

from mainstay import kinds
from mainstay.behaviour import Value
from mainstay.kinds import ImpossibleKind
from mainstay.operation import Part, Shape
from mainstay.wire import Form

if TYPE_CHECKING:
    from mainstay.compiler.draft import Draft, DraftResource

FORM_TYPES = ("string", "boolean", "integer", "number", "object", "array")


class Refusal(Exception):
    """The function cannot be an action; `do` says what can be done."""

    def __init__(self, what: str, do: str) -> None:
        super().__init__(what)
        self.do = do


class Answering(msgspec.Struct, frozen=True):
    """What a function answers: rows of a resource, something of its own, or nothing."""

    resource: DraftResource | None = None
    many: bool = False
    shape: Shape | None = None
    """Of what is no row; without a name where it has none of its own."""
    adapter: pydantic.TypeAdapter[Any] | None = None


def is_model(annotation: Any) -> bool:
    """Whether a type is a mapped class."""
    return isinstance(annotation, type) and isinstance(sa.inspect(annotation, raiseerr=False), Mapper)


def value_of(argument: inspect.Parameter, annotation: Any, name: str) -> Value:
    """An argument that the caller gives."""
    try:
        kind = kinds.of_annotation(annotation)
    except ImpossibleKind as error:
        raise Refusal(f"cannot take {argument.name}: {error}", "give it a type that a kind has") from error
    validated = annotation
    if kind is not None:
        validated = kind.annotation() | None if kinds.takes_none(annotation) else kind.annotation()
    form_of(validated)
    default = ... if argument.default is argument.empty else argument.default
    return Value(name, validated, default, kind, words_in(annotation), examples_in(annotation))


def part_of(value: Value) -> Part:
    """An argument as a member of a body."""
    form = shown(value.kind.sampled() if value.kind is not None else form_of(value.annotation), value.examples)
    return Part(value.name, form, value.is_required, kinds.takes_none(value.annotation), value.words)


def words_in(annotation: Any) -> str:
    """What `Annotated[.., Field(description="..")]`, or `Doc("..")` there, says of an argument."""
    _, metadata = kinds.taken_apart(annotation)
    words = (getattr(item, "description", None) or getattr(item, "documentation", None) for item in metadata)
    return next((text for text in words if isinstance(text, str)), "")


def shape_of(annotation: Any) -> Shape | None:
    """The parts of a pydantic model; None of another type."""
    python, _ = kinds.taken_apart(annotation)
    if not (isinstance(python, type) and issubclass(python, pydantic.BaseModel)):
        return None
    parts = []
    for name, field in python.model_fields.items():
        inner = typing.Annotated[field.annotation, field] if field.metadata else field.annotation
        kind = plain_kind(inner)
        form = kind.sampled() if kind is not None else form_of(inner)
        extra = field.json_schema_extra
        if isinstance(extra, dict) and isinstance(extra.get("format"), str):
            form = replace(form, format=str(extra["format"]))
        nullable = kinds.takes_none(field.annotation)
        parts.append(
            Part(
                field.alias or name,
                shown(form, field.examples or ()),
                field.is_required(),
                nullable,
                field.description or "",
            )
        )
    closed = python.model_config.get("extra") == "forbid"
    return Shape(python.__name__, tuple(parts), inspect.cleandoc(python.__doc__ or ""), closed=closed)


def examples_in(annotation: Any) -> tuple[Any, ...]:
    """What `Annotated[.., Field(examples=[..])]` shows of an argument."""
    _, metadata = kinds.taken_apart(annotation)
    shown = (getattr(item, "examples", None) for item in metadata)
    return next((tuple(examples) for examples in shown if isinstance(examples, list)), ())


def shown(form: Form, examples: Sequence[Any]) -> Form:
    """The form with the first example that its author gives; without one, as it is."""
    if not examples:
        return form
    return replace(form, sample=msgspec.json.encode(pydantic_core.to_jsonable_python(examples[0])).decode())


def plain_kind(annotation: Any) -> kinds.Kind | None:
    """The kind of a model's field; None where its form is pydantic's affair."""
    try:
        return kinds.of_annotation(annotation)
    except ImpossibleKind:
        return None


def form_of(annotation: Any) -> Form:
    """The form of any type that pydantic knows."""
    try:
        schema = pydantic.TypeAdapter[Any](annotation).json_schema()
    except (PydanticSchemaGenerationError, PydanticUserError) as error:
        raise Refusal(f"has the type {annotation!r}, which pydantic does not know", "use a pydantic model") from error
    type_ = schema.get("type")
    return Form(type_ if type_ in FORM_TYPES else "any", shape=msgspec.json.encode(schema).decode())


def answering(annotation: Any, draft: Draft, own: DraftResource | None) -> Answering:
    """What a return type says is answered."""
    if annotation is inspect.Signature.empty:
        raise Refusal("does not say what it answers", "write -> None, or the type of its answer")
    if annotation is type(None):
        return Answering()
    many = typing.get_origin(annotation) is list
    inner = typing.get_args(annotation)[0] if many else kinds.without_none(annotation)
    if is_model(inner):
        return Answering(resource_of(inner, draft, own), many)
    shape = shape_of(inner)
    if shape is None or many:
        try:
            shape = Shape("", (), form=form_of(annotation))
        except Refusal as refusal:
            raise Refusal(f"answers {annotation!r}, which pydantic does not know", refusal.do) from refusal
    return Answering(shape=shape, adapter=pydantic.TypeAdapter(annotation))


def resource_of(model: type[Any], draft: Draft, own: DraftResource | None) -> DraftResource:
    """The resource that answers rows of a model: the action's own, or the only one."""
    if own is not None and own.model is model:
        return own
    found = [resource for resource in draft.resources if resource.model is model]
    if len(found) == 1:
        return found[0]
    showing = f"{' and '.join(one.declared.__name__ for one in found)} show" if found else "no resource shows"
    raise Refusal(
        f"answers a {model.__name__}, which {showing}",
        f"answer a pydantic model, or write the action in the Resource[{model.__name__}] that is meant",
    )
