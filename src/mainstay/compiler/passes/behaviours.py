"""What a resource adds to its writes: rules, operations done its own way, and which choice may follow which."""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from msgspec.structs import replace

from mainstay.behaviour import Minded
from mainstay.compiler.draft import Draft, DraftResource
from mainstay.compiler.problem import Place, nearest
from mainstay.declare.resource import Resource
from mainstay.declare.rule import RULE
from mainstay.kinds import Choice
from mainstay.operation import Operation, Transitions

HOOKS = {"on_create": ("create",), "on_update": ("update", "replace"), "on_delete": ("delete",)}
"""Which operations each method does."""
RULED = ("create", "replace", "update")
"""Operations that are asked for their rules."""
RULE_ARGUMENTS = 3
"""What a rule takes beside self: the call, the row, the changes."""


def transitions(draft: Draft) -> None:
    """Which choice may follow which, onto the resource and into the description of the field."""
    for resource in draft.resources:
        given: Any = resource.declared.transitions
        for position, (item, steps) in enumerate(given.items() if isinstance(given, Mapping) else ()):
            column = draft.column_of(resource, item, "transitions", position)
            if column is None:
                continue
            key = resource.mapper.get_property_by_column(column).key
            place = resource.place("transitions", position)
            kind = draft.tables[resource.table.name].kinds.get(column.name)
            if not isinstance(kind, Choice):
                what = f"{resource.declared.__name__}.transitions names {key}, which is not a choice"
                draft.problem(place, what, 'let its type be Literal["open", "closed"], say')
                continue
            if column.server_default is not None and column.default is None:
                what = f"{resource.declared.__name__}.transitions names {key}, whose default only the database knows"
                draft.problem(place, what, "write field(default=..), to which a PUT that leaves it out sets it")
                continue
            made = Transitions(column.name, tuple(steps_of(draft, resource, place, key, kind, steps)))
            resource.transitions.append(made)
            field = resource.fields.get(key)
            if field is not None:
                resource.fields[key] = replace(field, description=f"{field.description} {words(made)}".strip())


def steps_of(
    draft: Draft, resource: DraftResource, place: Place, key: str, kind: Choice, given: Any
) -> Iterator[tuple[str | None, tuple[str, ...]]]:
    """The choices, and those that may follow each; None stands before the first."""
    name = f"{resource.declared.__name__}.transitions"
    if not isinstance(given, Mapping):
        draft.problem(place, f"{name} says {given!r} of {key}", 'write {"open": {"closed"}}')
        return
    for before, after in given.items():
        start = None if before is None else word(before)
        if isinstance(after, str) or not isinstance(after, Collection):
            draft.problem(place, f"{name} says that {after!r} follows {before!r}", 'write {"open": {"closed"}}')
            continue
        following = tuple(sorted(word(one) for one in after))
        for one in (*following, *([] if start is None else [start])):
            if one not in kind.words:
                draft.problem(place, f"{name} names {one!r}, which {key} is never", nearest(one, kind.words))
        yield start, following


def word(choice: Any) -> str:
    """A choice as it is stored."""
    return str(getattr(choice, "value", choice))


def words(transitions: Transitions) -> str:
    """What may follow what, in words."""
    said = []
    for before, after in transitions.steps:
        then = " or ".join(after) if after else "nothing"
        said.append(f"It begins as {then}." if before is None else f"From {before} it becomes {then}.")
    return " ".join(said)


def behaviours(draft: Draft) -> None:
    """Rules and hooks of each resource, onto its operations; the code behind them beside."""
    for resource in draft.resources:
        rules = list(rules_of(draft, resource))
        hooks = dict(hooks_of(draft, resource))
        for position, operation in enumerate(draft.operations):
            if operation.resource != resource.name or operation.action not in ("delete", *RULED):
                continue
            asked = rules if operation.action in RULED else []
            hook = hooks.get(operation.action)
            draft.operations[position] = minded(operation, resource, asked, overridden=hook is not None)
            if asked or hook is not None:
                own = resource.declared()
                functions = tuple(getattr(own, function.__name__) for function in asked)
                draft.minded[operation.name] = Minded(
                    resource.model, functions, None if hook is None else getattr(own, hook)
                )


def minded(operation: Operation, resource: DraftResource, rules: list[Any], *, overridden: bool) -> Operation:
    """The operation with its rules, and the errors that come of them."""
    errors = list(operation.errors)
    if rules or overridden:
        errors.append("REFUSED")
    if resource.transitions and operation.action in RULED:
        errors.append("INVALID_TRANSITION")
    said = [inspect.cleandoc(rule.__doc__ or "").partition("\n")[0] or rule.__name__ for rule in rules]
    return replace(operation, errors=tuple(errors), rules=tuple(said), overridden=overridden)


def own_ways(declared: type[Any], *actions: str) -> str:
    """What of a resource's own code is asked by these of its operations, in words; empty where nothing is."""
    ruled = any(getattr(getattr(declared, name), RULE, False) for name in dir(declared))
    found = ["rules"] if ruled and set(actions) & set(RULED) else []
    for name, done in HOOKS.items():
        if set(done) & set(actions) and getattr(declared, name) is not getattr(Resource, name):
            found.append(name)
    return " and ".join(found)


def rules_of(draft: Draft, resource: DraftResource) -> Iterator[Any]:
    """The functions that are rules, in the order in which they are written."""
    for name in dict.fromkeys(name for part in reversed(resource.declared.__mro__) for name in vars(part)):
        function = getattr(resource.declared, name)
        if not getattr(function, RULE, False):
            continue
        if len(inspect.signature(function).parameters) != RULE_ARGUMENTS + 1:
            what = f"the rule {resource.declared.__name__}.{name} takes {inspect.signature(function)}"
            draft.problem(place_of_code(function), what, f"write def {name}(self, call, row, changes)")
        yield function


def hooks_of(draft: Draft, resource: DraftResource) -> Iterator[tuple[str, str]]:
    """By action, the method that does it in the resource's own way."""
    for name, actions in HOOKS.items():
        function = getattr(resource.declared, name)
        if function is getattr(Resource, name):
            continue
        if not inspect.iscoroutinefunction(function):
            what = f"{resource.declared.__name__}.{name} is not an async def"
            draft.problem(place_of_code(function), what, f"write async def {name}, and await super().{name}(..)")
        elif not set(actions) & set(resource.operations):
            what = f"{resource.declared.__name__}.{name} is never called: the resource has no {' or '.join(actions)}"
            draft.problem(place_of_code(function), what, "drop it, or add the operation")
        yield from ((action, name) for action in actions)


def place_of_code(function: Any) -> Place:
    """Where a function is written."""
    code = getattr(function, "__code__", None)
    return Place(code.co_filename, code.co_firstlineno) if code is not None else Place("<unknown>", 0)
