"""The operations of each resource: parameters, bodies, answers, errors, bounds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from mainstay.compiler.draft import Draft, DraftListing, DraftResource
from mainstay.compiler.passes.declared_fields import description_of, description_of_row
from mainstay.compiler.passes.lists_in_bodies import MEANINGS, TITLES, lists_of, statements_of_lists
from mainstay.compiler.problem import nearest
from mainstay.kinds.words import LONGEST_QUESTION, MOST_WORDS
from mainstay.operation import (
    FARTHEST,
    RELEVANCE,
    Action,
    Filter,
    Limit,
    Operation,
    Parameter,
    Part,
    Shape,
)
from mainstay.policy import tree
from mainstay.wire import Form

METHODS: dict[str, tuple[Action, str, int, str]] = {
    "list": ("list", "GET", 200, "List {plural}"),
    "get": ("get", "GET", 200, "Get one of the {plural}"),
    "create": ("create", "POST", 201, "Create one of the {plural}"),
    "replace": ("replace", "PUT", 200, "Replace one of the {plural}"),
    "update": ("update", "PATCH", 200, "Change one of the {plural}"),
    "delete": ("delete", "DELETE", 204, "Delete one of the {plural}"),
}
"""Action, method, status and summary of each operation."""

POLICY = {
    "list": "read",
    "get": "read",
    "create": "create",
    "replace": "update",
    "update": "update",
    "delete": "delete",
}
"""Which policy an operation is under."""

READS = ("UNAUTHENTICATED", "FORBIDDEN", "TOO_MANY_REQUESTS", "INTERNAL_ERROR", "UNAVAILABLE", "VALIDATION_ERROR")
WRITES = (
    *READS,
    "MALFORMED_BODY",
    "PAYLOAD_TOO_LARGE",
    "UNSUPPORTED_MEDIA_TYPE",
    "DUPLICATE",
    "REFERENCE_NOT_FOUND",
    "CHECK_FAILED",
)
ERRORS = {
    "list": (*READS, "INVALID_CURSOR", "NOT_ACCEPTABLE"),
    "get": (*READS, "NOT_FOUND", "NOT_ACCEPTABLE"),
    "create": WRITES,
    "replace": (*WRITES, "NOT_FOUND", "PRECONDITION_FAILED"),
    "update": (*WRITES, "NOT_FOUND", "PRECONDITION_FAILED"),
    "delete": (*READS, "NOT_FOUND", "STILL_REFERENCED", "PRECONDITION_FAILED"),
}
PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}

OPERATOR_WORDS = {
    "eq": "is the value",
    "ne": "is not the value",
    "lt": "is less than the value",
    "lte": "is at most the value",
    "gt": "is greater than the value",
    "gte": "is at least the value",
    "in": "is one of the values, separated by commas (a comma in a value is written `\\,`)",
    "starts_with": "begins with the value",
    "contains": "contains the value",
    "is_null": "is missing (true) or there (false)",
}


def operations(draft: Draft) -> None:
    """One operation for each that a resource exposes."""
    for resource in draft.resources:
        limits_are_of_operations(draft, resource)
        for name in resource.operations:
            draft.operations.append(operation(draft, resource, name))
        for name, listing in resource.listings.items():
            draft.operations.append(another_list(draft, resource, name, listing))


def another_list(draft: Draft, resource: DraftResource, name: str, listing: DraftListing) -> Operation:
    """A list beside the resource's own."""
    own = operation(draft, resource, "list")
    return replace(
        own,
        name=f"{resource.name}.{name}",
        path=own.path + listing.declared.path,
        policy=listing.policy,
        summary=f"{own.summary}: {name.replace('_', ' ')}",
        description=listing.declared.description or own.description,
        limits=limits_of(draft, resource, name),
        order=tuple(listing.order),
    )


def operation(draft: Draft, resource: DraftResource, name: str) -> Operation:
    """One operation of a resource."""
    action, method, status, summary = METHODS[name]
    errors = (
        (*ERRORS[name], "PRECONDITION_REQUIRED")
        if resource.declared.must_match and name not in READING
        else ERRORS[name]
    )
    if name in ("replace", "update") and (resource.owned or resource.links):
        errors = (*errors, "STILL_REFERENCED")
    if name in ("replace", "update") and resource.acyclic:
        errors = (*errors, "RULE_BROKEN")
    return Operation(
        name=f"{resource.name}.{name}",
        action=action,
        method=method,
        path=path_of(draft, resource, one=name not in ("list", "create")),
        status=status,
        policy=resource.policies.get(POLICY[name], tree.NOBODY),
        summary=summary.format(plural=resource.name.replace("_", " ")),
        description=description_of(resource.declared),
        resource=resource.name,
        parameters=tuple(parameters(draft, resource, name)),
        body=body_of(draft, resource, name),
        answer=None if name == "delete" else answer_of(draft, resource, name),
        many=name == "list",
        errors=errors,
        limits=limits_of(draft, resource, name),
        statements=statements(draft, resource, name),
    )


UNBOUND: dict[str, Any] = dict.fromkeys(
    ("min_length", "max_length", "pattern", "minimum", "maximum", "exclusive_minimum", "exclusive_maximum")
)
"""Of what a value is compared with, more may be asked than a field can hold."""

OF_TEXT = ("email", "uri")
"""Formats of text, of which a bound is any text."""

READING = ("list", "get", "create")
"""Operations that change no row that was there."""


def path_of(draft: Draft, resource: DraftResource, *, one: bool) -> str:
    """The path, with the prefix; with the lookup's fields where it is of one row."""
    base = resource.declared.path or "/" + resource.name.replace("_", "-")
    lookup = "".join(f"/{{{resource.fields[key].name}}}" for key in resource.lookup) if one else ""
    return f"{draft.prefix}{base}{lookup}"


def parameters(draft: Draft, resource: DraftResource, name: str) -> Iterator[Parameter]:
    """What can be given beside the body."""
    if name not in ("list", "create"):
        yield from row_parameters(draft, resource)
    if name == "list":
        yield from list_parameters(resource)
    if name in ("list", "get"):
        readable = [field.name for field in resource.fields.values() if field.readable]
        readable += [include.name for include in resource.includes if include.embedded]
        inside = [rf"{include.name}(\.\w+)+" for include in resource.includes if include.value is None]
        some = names_form([*readable, *inside], sample=",".join(readable[:2]))
        yield Parameter("fields", "query", some, f"Only these fields, separated by commas: {', '.join(readable)}.")
        names = [include.name for include in resource.includes if include.value is None]
        if names:
            told = f"Related rows to answer with, separated by commas: {', '.join(names)}."
            if resource.declared.include_depth > 1:
                told += f" What they include follows a dot, up to {resource.declared.include_depth} names."
            deeper = r"(\.\w+)*" if resource.declared.include_depth > 1 else ""
            yield Parameter("include", "query", names_form(names, sample=names[0], after=deeper), told)


def row_parameters(draft: Draft, resource: DraftResource) -> Iterator[Parameter]:
    """The fields in the path of one row."""
    kinds = draft.tables[resource.table.name].kinds
    for key in resource.lookup:
        column = resource.mapper.columns[key].name
        text = f"The {key.replace('_', ' ')} of the {resource.thing}."
        yield Parameter(resource.fields[key].name, "path", kinds[column].sampled(), text, True)


def list_parameters(resource: DraftResource) -> Iterator[Parameter]:
    """What a list can be asked for."""
    for filter_ in resource.filters:
        for operator in filter_.operators:
            yield filter_parameter(filter_, operator)
    if resource.search:
        where = ", ".join(resource.search)
        yield Parameter(
            "q",
            "query",
            Form("string", min_length=1, max_length=LONGEST_QUESTION, sample='"pasta"'),
            f"Words to look for, {MOST_WORDS} at most, each of which some word begins with in one of: {where}. "
            "Case and accents make no difference.",
        )
    most = resource.declared.max_limit
    names = [*[sort.name for sort in resource.sorts], *([f"{RELEVANCE} (with q)"] if resource.search else [])]
    if names:
        yield Parameter(
            "sort",
            "query",
            names_form(
                [*(sort.name for sort in resource.sorts), *([RELEVANCE] if resource.search else [])],
                sample=f"-{resource.sorts[0].name}" if resource.sorts else "",
                before="-?",
            ),
            f"Fields to sort by, separated by commas, - before one for descending: {', '.join(names)}.",
        )
    limit = Form("integer", minimum=1, maximum=most, sample=str(resource.declared.default_limit))
    yield Parameter(
        "limit", "query", limit, f"How many, {resource.declared.default_limit} unless given, at most {most}."
    )
    yield Parameter("cursor", "query", Form("string"), "Where to go on: `next` or `previous` of the list before.")
    yield Parameter(
        "page",
        "query",
        Form("integer", minimum=1, maximum=FARTHEST, sample="1"),
        "A page by number instead of a cursor; the count is then given too.",
    )
    counts = Form("string", choices=("exact", "capped"), sample='"exact"')
    yield Parameter("count", "query", counts, "Adds `total`: exactly, or at most 1001.")


def filter_parameter(filter_: Filter, operator: str) -> Parameter:
    """One filter with one operator."""
    name = filter_.name if operator == "eq" else f"{filter_.name}[{operator}]"
    words = f"Those whose {filter_.name.replace('_', ' ')} {OPERATOR_WORDS[operator]}."
    return Parameter(name, "query", operand(filter_.form, operator), words)


def operand(form: Form, operator: str) -> Form:
    """The form of what a field is compared with."""
    sample = None if form.sample is None else msgspec.json.decode(form.sample)
    if operator == "is_null":
        return Form("boolean", sample="true")
    if form.type == "object":
        amount = sample["amount"] if isinstance(sample, dict) and "amount" in sample else None
        return Form("string", format="decimal", sample=None if amount is None else as_sample(amount))
    if operator == "in":
        text = in_a_list(as_text(sample))
        one = ONE_OF.get(form.format or form.type)
        if form.choices:
            one = f"({'|'.join(literal(in_a_list(choice)) for choice in form.choices)})"
        pattern = f"^{one}(,{one})*$" if one else None
        return Form("string", pattern=pattern, sample=None if sample is None else as_sample(text))
    if operator in ("starts_with", "contains"):
        return Form("string", sample=form.sample)
    if form.format in OF_TEXT and operator not in ("eq", "ne"):
        return Form("string", sample=form.sample)
    return replace(form, **UNBOUND) if form.format in (None, "int64", "double") else form


def names_form(names: Sequence[str], *, sample: str, before: str = "", after: str = "") -> Form:
    """The form of some of the names, separated by commas; patterns stand before and after each."""
    one = f"{before}({'|'.join(names)}){after}"
    pattern = f"^({one}(,{one})*)?$" if names else None
    return Form("string", pattern=pattern, sample=as_sample(sample) if sample else None)


SIGNS = re.compile(r"[\\^$.*+?()[\]{}|]")
"""What means something in a pattern; other characters cannot be escaped in all of its dialects."""
ONE_OF = {
    "uuid": "[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}",
    "int64": "-?[0-9]{1,19}",
    "integer": "-?[0-9]{1,19}",
    "double": r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]{1,2})?",
    "boolean": "(true|false)",
}
"""By format or type, the pattern of one of several values that stand in a text, separated by commas."""


def literal(text: str) -> str:
    """The pattern of a text."""
    return SIGNS.sub(r"\\\g<0>", text)


def in_a_list(text: str) -> str:
    r"""A value as it stands among others that commas separate: with `\,` for a comma."""
    return text.replace("\\", "\\\\").replace(",", "\\,")


def as_sample(value: Any) -> str:
    """A value as the sample of a form."""
    return msgspec.json.encode(value).decode()


def as_text(value: Any) -> str:
    """A value as it stands in a query."""
    return value if isinstance(value, str) else as_sample(value)


def body_of(draft: Draft, resource: DraftResource, name: str) -> Shape | None:
    """What the body holds."""
    if name not in ("create", "replace", "update"):
        return None
    parts = []
    for field in resource.fields.values():
        if field.writable == "always" or (field.writable == "once" and name == "create"):
            required = name != "update" and field.required
            parts.append(Part(field.name, field.form, required, field.nullable, field.description))
    parts.extend(lists_of(draft, resource, name, resource.thing))
    words = MEANINGS[name].format(of=resource.name.replace("_", " "))
    return Shape(f"{TITLES[name]}{resource.thing}", tuple(parts), words)


def answer_of(draft: Draft, resource: DraftResource, name: str) -> Shape:
    """What an answer holds; a field that the caller may not read is left out, so only the unguarded are required."""
    listed = resource.listed("list_hidden") if name == "list" else ()
    hidden = {draft.field_of(resource, item, "list_hidden", position) for position, item in enumerate(listed)}
    parts = [
        Part(field.name, field.form, field.read == tree.ANYONE, field.nullable, field.description)
        for key, field in resource.fields.items()
        if field.readable and key not in hidden
    ]
    return Shape(f"Listed{resource.thing}" if hidden else resource.thing, tuple(parts), description_of_row(resource))


def limits_are_of_operations(draft: Draft, resource: DraftResource) -> None:
    """A problem for each limit of what the resource does not do."""
    for position, name in enumerate(declared_limits(resource)):
        if name not in (*resource.operations, *resource.listings):
            draft.problem(
                resource.place("limits", position),
                f"{resource.declared.__name__}.limits names {name!r}, which is none of its operations",
                nearest(str(name), resource.operations),
            )


def declared_limits(resource: DraftResource) -> dict[str, Any]:
    """The resource's own limits by operation."""
    limits: Any = resource.declared.limits
    return dict(limits) if isinstance(limits, Mapping) else {}


def limits_of(draft: Draft, resource: DraftResource, name: str) -> tuple[Limit, ...]:
    """The application's limits, and the resource's own for this operation."""
    limits = declared_limits(resource)
    if name not in limits:
        return draft.limits
    own = parsed_limits(str(limits[name]))
    if own is None:
        draft.problem(
            resource.place("limits", list(limits).index(name)),
            f"{resource.declared.__name__}.limits says {limits[name]!r} for {name}",
            'write it as "10/minute" (second, minute, hour, day)',
        )
        return draft.limits
    return (*draft.limits, *own)


def parsed_limits(text: str) -> tuple[Limit, ...] | None:
    """What `"10/minute"` means: so many calls of each caller; None where it means nothing."""
    match = re.fullmatch(r"([1-9][0-9]*)/(second|minute|hour|day)", text)
    if match is None:
        return None
    own = Limit("user", int(match[1]), PERIODS[match[2]])
    return own, replace(own, per="address")


def statements(draft: Draft, resource: DraftResource, name: str) -> int:
    """The most statements that one call runs."""
    references = sum(
        1
        for reference in draft.tables[resource.table.name].references
        if any(field.column in reference.columns and field.writable != "never" for field in resource.fields.values())
    )
    always = lists_within(draft, resource, 0)
    asked = lists_within(draft, resource, resource.declared.include_depth)
    reads = {"list": 2 + asked, "get": 1 + asked}
    plain = {**reads, "create": 2 + references + always, "delete": 3}.get(name, 3 + references + always)
    return plain + (statements_of_lists(draft, resource, name) if name in TITLES else 0)


def lists_within(draft: Draft, resource: DraftResource, depth: int) -> int:
    """How many lists there can be in an answer, each of which is a statement, when so many relations are followed."""
    found = 0
    for include in resource.includes:
        target = next((other for other in draft.resources if other.name == include.resource), None)
        if target is not None and (depth or include.embedded):
            found += include.many
            if include.value is None:
                found += lists_within(draft, target, max(depth - 1, 0))
    return found
