"""Actions as operations, and the code behind them."""

from __future__ import annotations

import inspect
import re
import typing
from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec.structs import replace

from mainstay.behaviour import Call, Code, SyncCall, Value, keys_type
from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.passes.declared_policies import tree_of
from mainstay.compiler.passes.mounted_routers import ABOUT_ROWS
from mainstay.compiler.passes.names import in_case, spoken
from mainstay.compiler.passes.operations import READS, WRITES, answer_of, parsed_limits, path_of, row_parameters
from mainstay.compiler.problem import Place
from mainstay.compiler.signatures import (
    Answering,
    Refusal,
    answering,
    form_of,
    is_model,
    part_of,
    shape_of,
    shown,
    value_of,
)
from mainstay.declare.action import MARK, Action, Actions
from mainstay.declare.policy import Policy
from mainstay.kinds import taken_apart
from mainstay.operation import (
    Behaviour,
    Operation,
    Parameter,
    Part,
    Rows,
    Shape,
)
from mainstay.policy import tree
from mainstay.wire import Form

PATH = re.compile(r"(/([A-Za-z0-9._~-]+|\{[a-z_][a-z0-9_]*\}))*")
IN_BRACES = re.compile(r"\{([^}]*)\}")
GIVEN = "What {} is given."
ANSWERED = "What {} answers."
IN_THE_QUERY = ("GET", "DELETE")
"""Methods whose arguments stand in the query, as their calls have no body."""


class Declared(msgspec.Struct):
    """One action as it is written: by which class, under which name, and what is known of its arguments so far."""

    owner: type[Actions]
    resource: DraftResource | None
    function: Any
    action: Action
    name: str
    """Of the operation."""
    place: Place
    hints: dict[str, Any] = msgspec.field(default_factory=dict)
    rows: Rows = "none"
    call: str | None = None
    row: str | None = None
    values: dict[str, Value] = msgspec.field(default_factory=dict)

    @property
    def words(self) -> str:
        """What a message calls it."""
        return f"{self.owner.__name__}.{self.function.__name__}"


def actions(draft: Draft) -> None:
    """One operation for each action of a resource, and of a class of actions alone."""
    for resource in draft.resources:
        for declared in marked(resource.declared, resource, resource.name):
            add(draft, declared)
    for group in draft.groups:
        for declared in marked(group, None, name_of(group)):
            add(draft, declared)


def name_of(group: type[Actions]) -> str:
    """What stands before the dot in the names of a group's operations."""
    return group.name or snake(group.__name__)


def marked(owner: type[Actions], resource: DraftResource | None, prefix: str) -> Iterator[Declared]:
    """The actions of a class, in the order in which they are written."""
    names = dict.fromkeys(name for part in reversed(owner.__mro__) for name in vars(part))
    for name in names:
        function = getattr(owner, name)
        action = getattr(function, MARK, None)
        if isinstance(action, Action):
            code = function.__code__
            place = Place(code.co_filename, code.co_firstlineno)
            yield Declared(owner, resource, function, action, f"{prefix}.{name}", place)


def add(draft: Draft, declared: Declared) -> None:
    """The operation and its code; a problem for what cannot be one."""
    try:
        read_signature(draft, declared)
        own_transactions(declared)
        made = operation(draft, declared)
        answer = answering(declared.hints.get("return", inspect.Signature.empty), draft, declared.resource)
        draft.operations.append(answered(draft, declared, made, answer))
    except Refusal as refusal:
        draft.problem(declared.place, f"the action {declared.words} {refusal}", refusal.do)
        return
    draft.places[made.method, made.path] = declared.place
    draft.code[made.name] = Code(
        function=getattr(declared.owner(), declared.function.__name__),
        awaits=inspect.iscoroutinefunction(declared.function),
        values=declared.values,
        call=declared.call,
        row=declared.row,
        model=declared.resource.model if declared.resource is not None and declared.row is not None else None,
        answer=answer.adapter,
    )


def read_signature(draft: Draft, declared: Declared) -> None:
    """Finds out what each argument is."""
    try:
        declared.hints = typing.get_type_hints(declared.function, include_extras=True)
    except (NameError, AttributeError, TypeError) as error:
        raise Refusal(
            f"has a type that is not known: {error}", "import it where the function is written, outside TYPE_CHECKING"
        ) from None
    every = list(inspect.signature(declared.function).parameters.values())
    if not every or every[0].name in declared.hints:
        raise Refusal("has no self", "write self first: it is a method")
    for argument in every[1:]:
        if argument.kind in (argument.VAR_POSITIONAL, argument.VAR_KEYWORD):
            raise Refusal(f"takes {argument}", "write each argument: they are its contract")
        if argument.name not in declared.hints:
            raise Refusal(f"says no type of {argument.name}", f"write {argument.name}: str, say")
        note(declared, argument, declared.hints[argument.name], in_case(draft.case, argument.name))


def note(declared: Declared, argument: inspect.Parameter, annotation: Any, name: str) -> None:
    """Notes what one argument is."""
    awaits = inspect.iscoroutinefunction(declared.function)
    if annotation in (Call, SyncCall):
        if (annotation is Call) != awaits:
            kind, wanted = ("an async def", "Call") if awaits else ("a def", "SyncCall")
            raise Refusal(f"is {kind} and takes a {annotation.__name__}", f"write {argument.name}: {wanted}")
        declared.call = argument.name
        return
    listed = typing.get_origin(annotation) is list
    inner = typing.get_args(annotation)[0] if listed else taken_apart(annotation)[0]
    if not is_model(inner):
        declared.values[argument.name] = value_of(argument, annotation, name)
        return
    model = declared.resource.model if declared.resource is not None else None
    if inner is not model or declared.row is not None:
        raise Refusal(
            f"takes a {inner.__name__} as {argument.name}, and it is "
            + (f"about {model.__name__}" if model is not None else "about no rows"),
            "take its key, and look for the row with call.session"
            + ("" if model is not None else f"; or write it in a Resource[{inner.__name__}]"),
        )
    declared.row, declared.rows = argument.name, "many" if listed else "one"


def operation(draft: Draft, declared: Declared) -> Operation:
    """The operation, but for what it answers."""
    action, resource = declared.action, declared.resource
    path = full_path(draft, declared)
    parameters = list(row_parameters(draft, resource)) if resource is not None and declared.rows == "one" else []
    inside = IN_BRACES.findall(action.path or "")
    query = action.method in IN_THE_QUERY
    parts: list[Part] = []
    whole = ""
    for name in inside:
        if name not in declared.values:
            raise Refusal(f"has {{{name}}} in its path and no argument of that name", f"write {name}: str, say")
        parameters.append(Parameter(name, "path", plain_form(declared, name), declared.values[name].words, True))
    given = {name: value for name, value in declared.values.items() if name not in inside}
    for name, value in given.items():
        if query:
            form = plain_form(declared, name)
            parameters.append(Parameter(value.name, "query", form, value.words, value.is_required))
        else:
            parts.append(part_of(value))
    words = GIVEN.format(declared.name)
    body = Shape(shape_name(declared), tuple(parts), words, closed=True) if parts else None
    if declared.rows == "many" and resource is not None and declared.row is not None:
        if query:
            raise Refusal("is about many rows, whose keys stand in a body", 'write method="POST"')
        keys = Part(
            in_case(draft.case, declared.row), keys_form(draft, resource), True, description="The keys of the rows."
        )
        body = Shape(shape_name(declared), (keys, *parts), words, closed=True)
    elif not query and len(given) == 1:
        ((name, value),) = given.items()
        body, whole = shape_of(value.annotation) or body, name if shape_of(value.annotation) is not None else ""
    return Operation(
        name=declared.name,
        action="action",
        method=action.method,
        path=path,
        status=action.status or 200,
        policy=policy_of(draft, declared),
        summary=spoken(declared.function.__name__),
        description=inspect.cleandoc(declared.function.__doc__ or ""),
        resource=resource.name if resource is not None else None,
        parameters=tuple(parameters),
        body=body,
        errors=tuple(errors_of(declared, body)),
        limits=limits_of(draft, declared),
        behaviour=Behaviour(
            rows=declared.rows,
            keys=len(resource.lookup) if resource is not None and declared.rows == "one" else 0,
            argument=in_case(draft.case, declared.row or "") if declared.rows == "many" else "",
            whole=whole,
            transaction=declared.action.transaction,
            timeout=timeout_of(declared),
        ),
    )


def answered(draft: Draft, declared: Declared, made: Operation, answer: Answering) -> Operation:
    """The operation with what it answers."""
    assert made.behaviour is not None
    status = declared.action.status or (200 if answer.resource is not None or answer.adapter is not None else 204)
    shape = answer.shape
    if answer.resource is not None:
        shape = answer_of(draft, answer.resource, "get")
    elif shape is not None and not shape.name:
        shape = replace(shape, name=shape_name(declared) + "Answer", description=ANSWERED.format(declared.name))
    behaviour = replace(made.behaviour, answers=answer.resource.name if answer.resource is not None else None)
    return replace(made, status=status, answer=shape, many=answer.many, behaviour=behaviour)


def full_path(draft: Draft, declared: Declared) -> str:
    """The path with the prefix, and with the key of the row where it is about one."""
    given = declared.action.path
    path = "/" + declared.function.__name__.replace("_", "-") if given is None else given
    if not PATH.fullmatch(path):
        raise Refusal(f"has the path {path!r}", 'write it as "/publish" or "/photos/{number}"')
    if declared.resource is not None:
        return path_of(draft, declared.resource, one=declared.rows == "one") + path
    base = declared.owner.path
    if base is None:
        base = "/" + name_of(declared.owner).replace("_", "-")
    return f"{draft.prefix}{base}{path}"


def policy_of(draft: Draft, declared: Declared) -> tree.Node:
    """Who may call it; where it is about no row, what its policy says is about the actor alone."""
    allow: Any = declared.action.allow
    if not isinstance(allow, Policy):
        raise Refusal(
            f"allows {allow!r}, which is not a policy", "write allow=owner(..), role(..), signed_in or anyone"
        )
    of_rows = declared.resource is not None and declared.rows != "none"
    sources = {declared.resource.table: declared.resource.table.name} if declared.resource is not None else {}
    policy = tree_of(draft, allow, declared.place, sources)
    if not of_rows and any(isinstance(node, ABOUT_ROWS) for node in policy.walk()):
        raise Refusal(
            "is about no row, and its policy looks at rows",
            "take the row as an argument; or allow signed_in, say, and look for yourself",
        )
    return policy


def limits_of(draft: Draft, declared: Declared) -> Any:
    """The application's limits and its own."""
    if declared.action.limit is None:
        return draft.limits
    own = parsed_limits(declared.action.limit)
    if own is None:
        raise Refusal(f"has the limit {declared.action.limit!r}", 'write it as "10/minute" (second, minute, hour, day)')
    return (*draft.limits, *[replace(limit, shared=declared.action.shared) for limit in own])


def own_transactions(declared: Declared) -> None:
    """Refuses what cannot open transactions of its own."""
    if declared.action.transaction:
        return
    if not inspect.iscoroutinefunction(declared.function):
        raise Refusal("is a def and has transaction=False", "write async def: it waits for the outside")
    if declared.action.method == "GET":
        raise Refusal("is a GET and has transaction=False", "drop it: what only reads holds nobody up")


def timeout_of(declared: Declared) -> float:
    """How many seconds its transaction may take."""
    timeout = declared.action.timeout
    if not 0 < timeout <= 600:
        raise Refusal(f"has the timeout {timeout}", "write seconds, more than 0 and at most 600")
    return float(timeout)


def errors_of(declared: Declared, body: Shape | None) -> Iterator[str]:
    """The codes of the errors that it can answer with, but for those of its own."""
    yield from READS if body is None else WRITES
    if declared.rows != "none" or "{" in (declared.action.path or ""):
        yield "NOT_FOUND"
    if declared.action.method != "GET":
        yield from ("CONFLICT", "DUPLICATE", "REFUSED")


def plain_form(declared: Declared, name: str) -> Form:
    """The form of an argument that stands in a path or a query, where only a plain value can."""
    kind = declared.values[name].kind
    if kind is None:
        raise Refusal(
            f"has {name} in its path or query, where only a plain value can stand",
            'give it a plain type, or write method="POST"',
        )
    return shown(kind.sampled(), declared.values[name].examples)


def keys_form(draft: Draft, resource: DraftResource) -> Form:
    """The form of a list of keys: of the field in the path, or of objects of such fields where they are several."""
    kinds = draft.tables[resource.table.name].kinds
    annotations = [kinds[resource.mapper.columns[name].name].annotation() for name in resource.lookup]
    return form_of(keys_type([resource.fields[name].name for name in resource.lookup], annotations))


def shape_name(declared: Declared) -> str:
    """The name of its body: of two resources of a model, each has its own."""
    owner = "".join(word.capitalize() for word in declared.name.partition(".")[0].split("_"))
    return owner + "".join(word.capitalize() for word in declared.function.__name__.split("_"))


def snake(name: str) -> str:
    """A class's name in snake case."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", name).lower()
