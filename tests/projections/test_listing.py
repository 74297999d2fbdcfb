"""The list of operations, as JSON and as a table."""

from __future__ import annotations

import json

from mainstay.interchange import from_json
from mainstay.projections.listing import listing, table
from tests.app.kitchen import kitchen


def test_the_list_is_the_application_without_loss(sqlite_url: str) -> None:
    application = kitchen(sqlite_url).application
    assert from_json(json.loads(listing(application))) == application


def test_the_table_has_a_line_for_each_operation(sqlite_url: str) -> None:
    application = kitchen(sqlite_url).application
    head, *lines = table(application).splitlines()
    assert head.split() == ["METHOD", "PATH", "OPERATION", "POLICY", "ASKS", "FOR"]
    assert [line.split()[:3] for line in lines] == [
        [operation.method, operation.path, operation.name] for operation in application.operations
    ]
    assert "role chef" in lines[-1]
