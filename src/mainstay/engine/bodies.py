"""Bodies: one JSON object checked as a whole, every mistake told at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

import pydantic
from annotated_types import Len
from pydantic import ConfigDict, Field, create_model

from mainstay.engine.call import NOTHING
from mainstay.engine.mistakes import LONGEST, MOST, Mistakes
from mainstay.engine.nested.item import Item
from mainstay.engine.phrases import phrase
from mainstay.named import named
from mainstay.operation import (
    Application,
    Links,
    Operation,
    Owned,
    Resource,
    Shape,
)
from mainstay.storage import Storage

CODES = {
    "missing": "required",
    "extra_forbidden": "unknown_field",
    "value_error": "invalid",
}

DELETE = "_delete"
"""The member that says of an owned row, in a change, that it shall go."""


class Bodies:
    """How the objects of one shape are checked: the body of a write operation, or those of a list in it."""

    def __init__(
        self,
        application: Application,
        storage: Storage,
        operation: Operation,
        owned: Owned | None = None,
        shape: Shape | None = None,
    ) -> None:
        resource: Resource = application.resource(operation.resource or "" if owned is None else owned.resource)
        shape = operation.body if shape is None else shape
        parts = shape.parts if shape is not None else ()
        self.action = operation.action
        self.resource = resource
        self.most = 0 if owned is None else owned.most
        self.known = {field.name for field in resource.fields}
        self.members = {part.name for part in parts}
        self.rows = {
            part.name: Bodies(application, storage, operation, named(resource.owned, part.name), part.each)
            for part in parts
            if part.each is not None
        }
        """By name, how the objects of a list are checked."""
        self.links = {links.name: links for links in resource.links if links.name in self.members}
        lists = {*self.rows, *self.links, DELETE}
        self.columns = {part.name: resource.field(part.name).column for part in parts if part.name not in lists}
        self.hints = {part.name: part.form.hint for part in parts}
        self.stored = {f"f{place}": part.name for place, part in enumerate(parts)}
        """By the names of the model's attributes, which are not those that callers know: one may be `copy`."""
        self.required = {name for name in self.columns if resource.field(name).required}
        self.once = {name for name in self.columns if resource.field(name).writable == "once"}
        by = () if owned is None else owned.by
        self.by = {name: resource.field(name).column for name in by}
        self.chosen = all(resource.field(name).writable != "never" for name in by)
        """Whether callers choose what a row is known by, so that a new one has it too."""
        definitions: dict[str, Any] = {}
        for name, part in zip(self.stored, parts, strict=True):
            annotation = self.annotation(application, storage, part.name)
            default = ... if part.required else None
            definitions[name] = (
                annotation | None if part.nullable else annotation,
                Field(default, validation_alias=part.name),
            )
        title = shape.name if shape is not None else operation.name
        self.model: type[pydantic.BaseModel] = create_model(title, __config__=ConfigDict(extra="forbid"), **definitions)

        self.validate: Callable[[Any], pydantic.BaseModel] = self.model.__pydantic_validator__.validate_python

    def annotation(self, application: Application, storage: Storage, name: str) -> Any:
        """The type that a member is checked with."""
        if name in self.rows:
            model: Any = self.rows[name].model
            return Annotated[list[model], Len(0, self.rows[name].most)]
        if name in self.links:
            links: Links = self.links[name]
            target = application.resource(links.resource)
            kind = storage.kind(target.table, target.field(links.field).column)
            each: Any = kind.annotation()
            return Annotated[list[each], Len(0, links.most)]
        if name == DELETE and name not in self.columns:
            return bool
        return storage.kind(self.resource.table, self.columns[name]).annotation()

    def read(self, body: Any, mistakes: Mistakes) -> Item:
        """What the body gives, by column, in Python's form."""
        if body is NOTHING or not isinstance(body, dict | Mapping):
            there = "there is none" if body is NOTHING else "it is not one"
            mistakes.add("", "wrong_type", f"the body must be a JSON object; {there}")
            return Item("")
        for name, rows in self.rows.items():
            rows.look(body.get(name), name, mistakes)
        for name in self.links:
            given_twice(body.get(name), name, self.links[name].most, mistakes)
        try:
            checked = self.validate(body)
        except pydantic.ValidationError as error:
            for mistake in error.errors(include_url=False)[:MOST]:
                self.tell(mistake, mistakes)
            return Item("")
        except ArithmeticError:
            mistakes.add("", "invalid", "a number in the body is out of range")
            return Item("")
        item = self.item(checked, "")
        self.look_for_doubles(item, mistakes)
        return item

    def item(self, checked: pydantic.BaseModel, path: str) -> Item:
        """A checked object, taken apart."""
        item = Item(path, {}, {})
        known: dict[str, Any] = {}
        for attribute in checked.model_fields_set:
            name, value = self.stored[attribute], getattr(checked, attribute)
            if name in self.rows:
                inner, at = self.rows[name], item.at(name)
                item.lists[name] = [inner.item(one, f"{at}[{place}]") for place, one in enumerate(value)]
            elif name in self.links:
                item.lists[name] = value
            elif name in self.columns:
                if name in self.by:
                    known[name] = value
                if name not in self.by or self.chosen:
                    item.given[self.columns[name]] = value
            else:
                item.gone = value
        if known:
            item.key = tuple(known[name] for name in self.by)
        return item

    # What depends on more than one member

    def look(self, raw: Any, path: str, mistakes: Mistakes) -> None:
        """Mistakes in a list of objects that depend on whether each is new; what is no object is told elsewhere."""
        for place, object_ in enumerate(raw[: self.most] if isinstance(raw, list) else ()):
            if isinstance(object_, Mapping):
                at = f"{path}[{place}]"
                self.look_at(object_, at, mistakes)
                for name, rows in self.rows.items():
                    rows.look(object_.get(name), f"{at}.{name}", mistakes)
                for name in self.links:
                    given_twice(object_.get(name), f"{at}.{name}", self.links[name].most, mistakes)

    def look_at(self, object_: Mapping[str, Any], at: str, mistakes: Mistakes) -> None:
        """Mistakes in one object."""
        if self.chosen:
            return  # whether it is new is known when the rows are
        given = [name for name in self.by if name in object_]
        if not given:
            if self.action != "create":
                self.must_have(object_, self.required, at, mistakes)
            if object_.get(DELETE) is True:
                self.must_have(object_, set(self.by), at, mistakes)
            return
        self.must_have(object_, set(self.by), at, mistakes)
        for name in sorted(self.once & set(object_)):
            mistakes.add(f"{at}.{name}", "not_writable", "is written once and cannot be changed")
        if self.action == "replace":
            self.must_have(object_, {*self.rows, *self.links}, at, mistakes)

    def must_have(self, object_: Mapping[str, Any], names: set[str], at: str, mistakes: Mistakes) -> None:
        """A mistake for each of the names that an object has not, unless the model tells it."""
        required = {self.stored[name] for name, field in self.model.model_fields.items() if field.is_required()}
        for name in sorted(names - required):
            if name not in object_:
                mistakes.add(f"{at}.{name}", "required", "must be given")

    def look_for_doubles(self, item: Item, mistakes: Mistakes) -> None:
        """A mistake for each row that is given twice in one list."""
        for name, rows in self.rows.items():
            seen: list[tuple[Any, ...]] = []
            for inner in item.items(name):
                if inner.key is not None:
                    if inner.key in seen:
                        mistakes.add(inner.at(", ".join(rows.by)), "given_twice", "is given twice; give it once")
                    seen.append(inner.key)
                rows.look_for_doubles(inner, mistakes)

    # In the words of this API

    def tell(self, mistake: Any, mistakes: Mistakes) -> None:
        """One mistake in the words of this API."""
        place = path(mistake["loc"])
        code = CODES.get(mistake["type"], "wrong_type" if mistake["type"].endswith("_type") else mistake["type"])
        within, depth = self.around(mistake["loc"])
        name = str(mistake["loc"][-1]) if mistake["loc"] else ""
        direct = len(mistake["loc"]) == depth + 1
        if code == "unknown_field" and direct and name in within.known:
            mistakes.add(place, "not_writable", "cannot be written here")
        elif code == "unknown_field" and direct:
            mistakes.unknown(place, code, "is not a field that can be written", within.members, name)
        elif code == "required":
            mistakes.add(place, code, "must be given")
        else:
            mistakes.add(place, code, phrase(mistake, within.hints.get(name, "") if direct else ""))

    def around(self, location: tuple[str | int, ...]) -> tuple[Bodies, int]:
        """The objects in which a place is, and how many parts of the place lead to one of them."""
        within, depth = self, 0
        while len(location) > depth + 2 and location[depth] in within.rows:
            within, depth = within.rows[str(location[depth])], depth + 2
        return within, depth


def given_twice(raw: Any, at: str, most: int, mistakes: Mistakes) -> None:
    """A mistake for each value that stands in a list twice, as far as the list may be long."""
    seen: list[Any] = []
    for place, value in enumerate(raw[:most] if isinstance(raw, list) else ()):
        if value in seen:
            mistakes.add(f"{at}[{place}]", "given_twice", "is given twice; give it once")
        seen.append(value)


def path(location: tuple[str | int, ...]) -> str:
    """A place in a body: `ingredients[2].amount`."""
    text = ""
    for part in location:
        text += f"[{part}]" if isinstance(part, int) else f".{part[:LONGEST]}" if text else part[:LONGEST]
    return text
