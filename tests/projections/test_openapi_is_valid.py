"""The OpenAPI document before an independent validator, of every application that the tests have."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from mainstay.projections.rest.merged import references
from tests.projections.documented import APPLICATIONS, document


@pytest.fixture(scope="module", params=APPLICATIONS)
def told(request: pytest.FixtureRequest, sqlite_module_url: str) -> Any:
    """The document of one application after the other."""
    return document(request.param, sqlite_module_url)


@pytest.mark.requirement("A1.33")
def test_an_independent_validator_finds_no_mistake(told: Any) -> None:
    assert [error.message for error in OpenAPIV31SpecValidator(told).iter_errors()] == []


def test_every_component_is_there_and_referred_to(told: Any) -> None:
    schemes = {("securitySchemes", name) for name in told["components"]["securitySchemes"]}
    there = {(sort, name) for sort, every in told["components"].items() for name in every}
    assert set(references(told)) == there - schemes


def test_every_operation_has_tags_that_the_document_lists(told: Any) -> None:
    listed = [tag["name"] for tag in told["tags"]]
    used = {name for item in told["paths"].values() for one in item.values() for name in one["tags"]}
    assert set(listed) == used
    assert len(listed) == len(used)
    assert all(one["tags"] for item in told["paths"].values() for one in item.values())


@pytest.mark.requirement("A1.35")
def test_examples_are_as_their_schemas_say(told: Any) -> None:
    shown = [
        (one["operationId"], content)
        for item in told["paths"].values()
        for one in item.values()
        for answer in (one.get("requestBody", {}), *one["responses"].values())
        for content in answer.get("content", {}).values()
        if "example" in content
    ]
    assert shown
    for name, content in shown:
        whole = Draft202012Validator({"$ref": "#/it", "it": content["schema"], "components": told["components"]})
        assert [error.message for error in whole.iter_errors(content["example"])] == [], name
    for item in told["paths"].values():
        for one in (parameter for told_ in item.values() for parameter in told_.get("parameters", ())):
            if "example" in one:
                assert Draft202012Validator(one["schema"]).is_valid(one["example"]), one
