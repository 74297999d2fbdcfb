"""The list of operations is data: frozen, to JSON and back, with a version."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from mainstay import operation, tables
from mainstay.interchange import from_json, to_json
from mainstay.operation import Application, Operation, Parameter
from mainstay.policy.tree import ANYONE, Role
from mainstay.tables import Column, Index, Relation, Step, Table
from mainstay.wire import Form

LETTERS = Table(
    "letters",
    (Column("id", "uuid", Form("string", format="uuid"), default="generated"),),
    ("id",),
    relations=(Relation("box", (Step("boxes", (("box_id", "id"),)),), many=False),),
    indexes=(Index("ix_letters_id_desc", (("id", True),), reason="the default order of letters"),),
)
READ = Operation("letters.get", "get", "GET", "/letters/{id}", 200, Role("clerk"), parameters=(
    Parameter("id", "path", Form("string"), "The id.", True),
))  # fmt: skip
POST = Application("Post", "1", "", "", (LETTERS,), (), (READ,))

SNAPSHOT = {
    "name": "letters.get", "action": "get", "method": "GET", "path": "/letters/{id}", "status": 200,
    "policy": {"is": "role", "name": "clerk"},
    "summary": "", "description": "", "resource": None,
    "parameters": [{
        "name": "id", "place": "path", "description": "The id.", "required": True, "means": "",
        "form": {
            "type": "string", "format": None, "min_length": None, "max_length": None, "pattern": None, "minimum": None,
            "maximum": None, "exclusive_minimum": None, "exclusive_maximum": None, "choices": [],
            "shape": None, "hint": "",
 "sample": None,
        },

    }],
    "body": None, "answer": None, "many": False, "errors": [], "limits": [], "under": None,
    "behaviour": None, "rules": [], "overridden": False, "statements": 0,
    "order": [], "pages": "cursor", "counts": False, "answer_as": None, "body_as": None,
}  # fmt: skip
"""What a reader of another language sees: a change here is a change of the schema."""


def test_an_operation_as_json() -> None:
    assert to_json(READ) == SNAPSHOT


def test_an_application_goes_to_json_and_back() -> None:
    assert from_json(json.loads(json.dumps(to_json(POST)))) == POST
    assert to_json(POST)["schema_version"] == operation.SCHEMA_VERSION == 1


@pytest.mark.parametrize("change", [{"schema_version": 2}, {"schema_version": None}, {"colour": "red"}])
def test_what_another_version_wrote_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"schema_version|colour"):
        from_json({**to_json(POST), **change})


def test_every_part_is_frozen() -> None:
    known = {**vars(operation), **vars(tables)}
    parts = [part for part in known.values() if isinstance(part, type) and issubclass(part, msgspec.Struct)]
    assert len(parts) > 15
    for part in parts:
        assert part.__struct_config__.frozen, part
    assert hash(POST)


def test_things_are_found_by_name() -> None:
    assert POST.table("letters").column("id").kind == "uuid"
    assert POST.operation("letters.get").policy != ANYONE
    assert POST.table("letters").relation("box").target == "boxes"
    with pytest.raises(KeyError):
        POST.resource("letters")
