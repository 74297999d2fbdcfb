"""What somebody else has specified of the wire, put onto the operations: templates, paging, names of parameters."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import msgspec
from msgspec.structs import replace

from mainstay import errors, template
from mainstay.compiler.draft import Draft
from mainstay.compiler.passes.actions import name_of, snake
from mainstay.compiler.passes.declared_lists import WRITTEN
from mainstay.compiler.passes.names import in_case
from mainstay.compiler.problem import Place, nearest, place_of
from mainstay.declare.action import Actions
from mainstay.declare.wire import Wire
from mainstay.errors import MainstayError
from mainstay.operation import FARTHEST, Letter, Operation, Parameter
from mainstay.wire import Form

NAMES = {
    "one": ("row",),
    "many": ("rows", "total", "count", "limit", "offset", "page", "next", "previous"),
    "body": ("body",),
    "errors": ("status", "title", "code", "message", "request_id", *sorted(template.OF_DETAIL)),
}
"""The names that may stand in each template, and the one that must, which is the first but for errors."""

OF_RESOURCE = ("one", "many", "body", "pages")
"""What a resource may say for its own operations."""

LISTS = ("limit", "offset", "cursor", "page", "count", "sort", "fields", "include", "q")
"""Parameters of lists that can have other names."""

PAGING = {"cursor": ("limit", "cursor", "page", "count"), "offset": ("limit", "offset"), "page": ("limit", "page")}
"""The parameters that each way of paging has."""

CODES = {
    error.code: error
    for error in vars(errors).values()
    if isinstance(error, type) and issubclass(error, MainstayError) and error is not MainstayError
}


def letters(draft: Draft) -> None:
    """Checks what is said of the wire, and puts it onto each operation and the application."""
    wire, found = draft.wire, len(draft.problems)
    if wire is not None:
        place = Place(*wire.place)
        check_templates(draft, wire, place)
        check_application(draft, wire, place)
    for declared in (*(resource.declared for resource in draft.resources), *draft.groups):
        if declared.wire is not None:
            check_templates(draft, declared.wire, place_of(declared, "wire"))
            check_own(draft, declared, declared.wire)
    if len(draft.problems) > found:
        return
    if wire is not None:
        errors = None if wire.errors is None else as_text(wire.errors)
        draft.letter = Letter(wire.scheme, errors, wire.general, tuple(wire.statuses.items()))
    owners = dict(owners_of(draft))
    draft.operations = [
        operation
        if operation.action == "opaque"
        else lettered(draft, owners[operation.name.partition(".")[0]], operation)
        for operation in draft.operations
    ]


class Owner(msgspec.Struct, frozen=True):
    """A resource, or actions alone, as far as the letter of their operations needs it."""

    declared: type[Actions]
    name: str
    thing: str

    def place(self, attribute: str) -> Place:
        """Where an attribute of it is written."""
        return place_of(self.declared, attribute)


def owners_of(draft: Draft) -> Iterator[tuple[str, Owner]]:
    """Every resource, and every class of actions alone, by what stands before the dot in their operations' names."""
    for resource in draft.resources:
        yield resource.name, Owner(resource.declared, resource.name, resource.thing)
    for group in draft.groups:
        yield name_of(group), Owner(group, name_of(group), group.title or group.__name__)


# The operations


def lettered(draft: Draft, owner: Owner, operation: Operation) -> Operation:
    """One operation as it was specified."""
    one, many, body, pages = (said(draft, owner.declared, what) for what in OF_RESOURCE)
    case = draft.case
    called = {"one": in_case(case, snake(owner.thing)), "many": in_case(case, owner.name)}
    answer = many if operation.many else one
    if answer is not None and operation.answer is not None:
        operation = replace(operation, answer_as=as_text(template.settled(answer, called)))
    if body is not None and operation.body is not None:
        operation = replace(operation, body_as=as_text(template.settled(body, called)))
    if operation.action == "list" and pages is not None:
        counts = many is not None and "total" in template.names(many)
        operation = replace(operation, pages=pages, counts=counts, parameters=tuple(paged(operation, pages)))
    if draft.wire is not None and draft.wire.parameters:
        operation = replace(operation, parameters=tuple(renamed(operation, draft.wire.parameters)))
    twice(draft, owner, operation)
    return operation


def said(draft: Draft, declared: type[Actions], what: str) -> Any:
    """What a resource says of its wire, or else the application."""
    for wire in (declared.wire, draft.wire):
        if wire is not None and getattr(wire, what) is not None:
            return getattr(wire, what)
    return None


def paged(operation: Operation, pages: str) -> Iterator[Parameter]:
    """The parameters of a list that is paged in some way."""
    for parameter in operation.parameters:
        if parameter.name == "cursor" and pages == "offset":
            yield Parameter(
                "offset",
                "query",
                Form("integer", minimum=0, maximum=FARTHEST),
                "How many to pass over, 0 unless given.",
            )
        elif parameter.name not in PAGING["cursor"] or parameter.name in PAGING[pages]:
            yield parameter


def renamed(operation: Operation, given: Mapping[str, str | None]) -> Iterator[Parameter]:
    """The parameters under the names that were specified, without those that were left out."""
    for parameter in operation.parameters:
        if parameter.place == "path" or parameter.name not in given:
            yield parameter
        elif (name := given[parameter.name]) is not None:
            yield replace(parameter, name=name, means=parameter.name)


def twice(draft: Draft, owner: Owner, operation: Operation) -> None:
    """A problem for each parameter whose name another one has."""
    seen: set[str] = set()
    for parameter in operation.parameters:
        names = {parameter.name, parameter.means or parameter.name} if parameter.place == "query" else set()
        if names & seen:
            what = f"{operation.name} has two parameters called {min(names & seen)}"
            draft.problem(owner.place("filters"), what, "give the filter or the parameter of lists another name")
        seen |= names


# What may be said


def check_templates(draft: Draft, wire: Wire, place: Place) -> None:
    """A problem for each template that is not JSON, names what has no value, or leaves out what it is for."""
    for what, known in NAMES.items():
        shape = getattr(wire, what)
        if shape is None:
            continue
        try:
            json.dumps(shape)
        except (TypeError, ValueError):
            draft.problem(place, f"Wire({what}=..) is not JSON", 'write JSON\'s own types, such as {"data": "{row}"}')
            continue
        allowed = (*known, *(() if what == "errors" else ("one", "many")))
        unknown = [name for name in dict.fromkeys(template.names(shape)) if name not in allowed]
        for name in unknown:
            draft.problem(place, f"Wire({what}=..) names {{{name}}}, which has no value", nearest(name, allowed))
        if not unknown and what != "errors" and template.path(shape, known[0]) is None:
            draft.problem(place, f"Wire({what}=..) has no {{{known[0]}}}", f'write "{{{known[0]}}}" where it stands')
    if wire.pages is not None and wire.pages not in PAGING:
        draft.problem(place, f"Wire(pages={wire.pages!r}) is no way of paging", nearest(str(wire.pages), PAGING))


def check_application(draft: Draft, wire: Wire, place: Place) -> None:
    """A problem for each code, status, parameter or case that is none."""
    statuses: Mapping[str, Any] = wire.statuses
    for code, status in statuses.items():
        if code not in CODES:
            draft.problem(place, f"Wire(statuses=..) names {code}, which is no error's code", nearest(code, CODES))
        if not isinstance(status, int) or not 400 <= status <= 599:
            draft.problem(place, f"Wire(statuses=..) says {status!r} for {code}", "write a status from 400 to 599")
    given: Mapping[str, Any] = wire.parameters
    for name, other in given.items():
        if name not in LISTS:
            draft.problem(place, f"Wire(parameters=..) names {name}, which no list has", nearest(name, LISTS))
        if other is not None and not (isinstance(other, str) and WRITTEN.fullmatch(other)):
            draft.problem(place, f"Wire(parameters=..) calls {name} {other!r}", "use letters, digits, _ and -")
    case: Any = wire.case
    if case not in (None, "snake", "camel"):
        draft.problem(place, f"Wire(case={case!r}) is no case", nearest(str(case), ("snake", "camel")))
    if wire.scheme is not None and WRITTEN.fullmatch(wire.scheme) is None:
        draft.problem(place, f"Wire(scheme={wire.scheme!r}) is no scheme", 'write one word, such as "Token"')


def check_own(draft: Draft, declared: type[Actions], wire: Wire) -> None:
    """A problem where a resource says what only the application can."""
    beyond = [what for what in ("errors", "statuses", "scheme", "case", "parameters") if getattr(wire, what)]
    if beyond:
        what = f"{declared.__name__}.wire says {', '.join(beyond)}, which is the same for every resource"
        draft.problem(place_of(declared, "wire"), what, "write it in Mainstay(wire=Wire(..))")


def as_text(shape: Any) -> str:
    """A template as JSON text."""
    return json.dumps(shape, ensure_ascii=False)
