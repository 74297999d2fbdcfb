"""What a caller gives an action: keys from the path and the body, arguments from everywhere, all checked at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
import pydantic
from pydantic import ConfigDict, Field, create_model

from mainstay.behaviour import Code, keys_type
from mainstay.engine.asked import Keys
from mainstay.engine.bodies import CODES, path
from mainstay.engine.call import NOTHING, Call
from mainstay.engine.mistakes import MOST, Mistakes
from mainstay.engine.phrases import phrase
from mainstay.operation import Application, Behaviour, Operation, Resource
from mainstay.storage import Storage

ROWS = "rows"
"""The name of the model's attribute that holds the keys of many rows."""


class Given(msgspec.Struct):
    """What a call of an action gives."""

    keys: list[list[Any]] = msgspec.field(default_factory=list)
    """Of each row that it is about, the values of the lookup's columns."""
    values: dict[str, Any] = msgspec.field(default_factory=dict)
    """The arguments by name."""


class Arguments:
    """How the arguments of one action are read; made once, from data."""

    def __init__(self, application: Application, storage: Storage, operation: Operation, code: Code) -> None:
        assert operation.behaviour is not None
        self.behaviour: Behaviour = operation.behaviour
        self.code = code
        self.resource: Resource | None = application.resource(operation.resource) if operation.resource else None
        self.keys = Keys(storage, self.resource) if self.resource and self.behaviour.rows != "none" else None
        placed = [parameter.name for parameter in operation.parameters if parameter.place == "path"]
        self.in_path = dict(enumerate(placed[self.behaviour.keys :], start=self.behaviour.keys))
        """By their place in the path, the arguments that stand there."""
        queried = {parameter.name for parameter in operation.parameters if parameter.place == "query"}
        self.in_query = {value.name: name for name, value in code.values.items() if value.name in queried}
        """By the names that callers know, the arguments that stand in the query."""
        beside = {*self.in_path.values(), *self.in_query.values()}
        self.in_body = [name for name in code.values if name not in beside] if operation.body is not None else []
        self.stored = {f"f{place}": name for place, name in enumerate(self.in_body)}
        """By the names of the model's attributes, which are not those that callers know: one may be `copy`."""
        kinds = {code.values[name].name: code.values[name].kind for name in self.in_body}
        self.hints = {name: kind.form().hint for name, kind in kinds.items() if kind is not None}
        self.model = self.members() if operation.body is not None and not self.behaviour.whole else None
        whole = code.values[self.behaviour.whole].annotation if self.behaviour.whole else None
        self.whole = pydantic.TypeAdapter[Any](whole) if whole is not None else None
        self.known = [part.name for part in operation.body.parts] if operation.body is not None else []
        """The members that a body can have."""

    def members(self) -> type[pydantic.BaseModel]:
        """The model of a body whose members are arguments."""
        definitions: dict[str, Any] = {}
        for name, argument in self.stored.items():
            value = self.code.values[argument]
            definitions[name] = (value.annotation, Field(value.default, validation_alias=value.name))
        if self.behaviour.rows == "many" and self.keys is not None:
            keys = keys_type(self.keys.names, [kind.annotation() for kind in self.keys.kinds])
            definitions[ROWS] = (keys, Field(..., validation_alias=self.behaviour.argument))
        return create_model("Body", __config__=ConfigDict(extra="forbid"), **definitions)

    def read(self, call: Call) -> Given:
        """What the call gives; ValidationError with all that is wrong with it."""
        given, mistakes = Given(), Mistakes()
        if self.keys is not None and self.behaviour.rows == "one":
            given.keys = [self.keys.read(call, mistakes)]
        for place, name in self.in_path.items():
            kind = self.code.values[name].kind
            assert kind is not None
            given.values[name] = mistakes.parsed(kind.parse, name, call.key[place])
        self.read_query(call, given, mistakes)
        if self.whole is not None or self.model is not None:
            self.read_body(call.body, given, mistakes)
        mistakes.check()
        return given

    def read_query(self, call: Call, given: Given, mistakes: Mistakes) -> None:
        """The arguments in the query."""
        found: set[str] = set()
        for name, text in call.parameters:
            if name not in self.in_query:
                mistakes.unknown(name, "unknown_parameter", "is not a parameter here", self.in_query)
            elif name in found:
                mistakes.add(name, "given_twice", "is given twice; give it once")
            else:
                found.add(name)
                kind = self.code.values[self.in_query[name]].kind
                assert kind is not None
                given.values[self.in_query[name]] = mistakes.parsed(kind.parse, name, text)
        for name, argument in self.in_query.items():
            if name not in found and self.code.values[argument].is_required:
                mistakes.add(name, "required", "must be given")

    def read_body(self, body: Any, given: Given, mistakes: Mistakes) -> None:
        """The arguments in the body."""
        if body is NOTHING or not isinstance(body, Mapping):
            there = "there is none" if body is NOTHING else "it is not one"
            mistakes.add("", "wrong_type", f"the body must be a JSON object; {there}")
            return
        try:
            if self.whole is not None:
                given.values[self.behaviour.whole] = self.whole.validate_python(body)
                return
            assert self.model is not None
            checked = self.model.model_validate(body)
        except pydantic.ValidationError as error:
            for mistake in error.errors(include_url=False)[:MOST]:
                self.tell(mistake, mistakes)
            return
        except ArithmeticError:
            mistakes.add("", "invalid", "a number in the body is out of range")
            return
        for name in checked.model_fields_set:
            if name == ROWS:
                given.keys = self.listed(getattr(checked, ROWS), mistakes)
            else:
                given.values[self.stored[name]] = getattr(checked, name)

    def listed(self, keys: list[Any], mistakes: Mistakes) -> list[list[Any]]:
        """The keys of many rows, each of which is listed once."""
        assert self.keys is not None
        found = [
            [getattr(key, name) for name in self.keys.names] if isinstance(key, pydantic.BaseModel) else [key]
            for key in keys
        ]
        for place, key in enumerate(found):
            if key in found[:place]:
                mistakes.add(f"{self.behaviour.argument}[{place}]", "given_twice", "is listed twice")
        return found

    def tell(self, mistake: Any, mistakes: Mistakes) -> None:
        """One mistake in the words of this API."""
        place = path(mistake["loc"])
        code = CODES.get(mistake["type"], "wrong_type" if mistake["type"].endswith("_type") else mistake["type"])
        if code == "unknown_field" and len(mistake["loc"]) == 1:
            mistakes.unknown(place, code, "is not a member here", self.known)
        elif code == "required":
            mistakes.add(place, code, "must be given")
        else:
            mistakes.add(place, code, phrase(mistake, self.hints.get(place, "")))
