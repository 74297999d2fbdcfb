"""What was found out about an answer, as JSON and as text for people."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from mainstay.actor import Actor
from mainstay.proofs.why.clauses import Clause, plain
from mainstay.proofs.why.explaining import Judged, Why

RIGHTS = "This runs with the rights of an operator: it shows values that the caller may not see."


def as_json(why: Why) -> dict[str, Any]:
    """All of it as JSON's own types."""
    return {
        "operation": why.operation,
        "key": list(why.key),
        "caller": caller(why.actor),
        "status": why.status,
        "code": why.code,
        "because": why.sentence,
        "listed": why.listed,
        "decided_by": list(why.decided_by),
        "policies": [judged_as_json(one) for one in why.judged],
        "filters": [{"parameter": one.parameter, "holds": one.holds} for one in why.filtered],
        "hidden": [judged_as_json(one) for one in why.hidden],
        "note": " ".join(filter(None, [RIGHTS, why.note])),
    }


def caller(actor: Actor) -> dict[str, Any]:
    """Who calls."""
    return {
        "id": plain(actor.id),
        "roles": sorted(actor.roles),
        "scopes": sorted(actor.scopes),
        "claims": {name: plain(value) for name, value in actor.claims.items()},
    }


def judged_as_json(judged: Judged) -> dict[str, Any]:
    """One policy."""
    return {"policy": judged.name, "of": judged.row, **clause_as_json(judged.clause)}


def clause_as_json(clause: Clause) -> dict[str, Any]:
    """One clause with those that it is made of."""
    made: dict[str, Any] = {"clause": clause.text, "is": clause.word}
    if clause.values:
        made["values"] = dict(clause.values)
    if clause.by_database:
        made["evaluated_by"] = "database"
    if clause.parts:
        made[clause.joined.replace(" ", "_")] = [clause_as_json(part) for part in clause.parts]
    return made


def as_text(why: Why) -> str:
    """All of it as lines."""
    return "\n".join(lines(why))


def lines(why: Why) -> Iterator[str]:
    """The lines one by one."""
    who = "nobody" if not why.actor.is_known else str(why.actor.id)
    roles = f" (roles {', '.join(sorted(why.actor.roles))})" if why.actor.roles else ""
    answer = "it depends" if why.status is None else f"{why.status} {why.code or ''}".strip()
    yield f"{' '.join([why.operation, *why.key])} as {who}{roles}: {answer}"
    yield why.sentence
    for judged in why.judged:
        decides = ", which decides" if judged.name in why.decided_by else ""
        yield ""
        yield f"{judged.name}, of {judged.row}: {judged.clause.word}{decides}"
        yield from below(judged.clause, 1)
    for filtered in why.filtered:
        yield f"{filtered.parameter}: {'holds for' if filtered.holds else 'leaves out'} the row"
    for hidden in why.hidden:
        yield ""
        yield f"left out of the answer: {hidden.name}: {hidden.clause.word}"
        yield from below(hidden.clause, 1)
    yield ""
    yield from filter(None, [why.note, RIGHTS])


def below(clause: Clause, depth: int) -> Iterator[str]:
    """The lines of a clause: itself where it is a leaf, its parts where it has some."""
    indent = "  " * depth
    if clause.joined in ("all of", "any of", "not"):
        yield f"{indent}{clause.word:5} {clause.joined}"
    else:
        values = "; ".join(f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in clause.values)
        by = "  (asked of the database)" if clause.by_database else ""
        yield f"{indent}{clause.word:5} {clause.text}{f'    {values}' if values else ''}{by}"
    for part in clause.parts:
        yield from below(part, depth + 1)
