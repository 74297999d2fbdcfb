"""Routes that stand in an OpenAPI document alone, and code that the environment switches off."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.check.config import Config, WrongConfiguration, variables
from mainstay.check.review import review

DOCUMENT = """
openapi: 3.0.1
info: {title: Books, version: "1"}
paths:
  /books/{title}:
    get:
      operationId: library.books.search
      parameters:
        - {name: title, in: path, required: true, schema: {type: string}}
        - {name: page, in: query, schema: {type: integer}}
      responses: {"200": {description: The book.}}
  /books:
    post:
      security: [{bearer: []}]
      operationId: library.books.Books.add
      requestBody: {content: {application/json: {schema: {type: object, properties: {title: {type: string}}}}}}
      responses: {"201": {description: Added.}}
components:
  securitySchemes: {bearer: {type: http, scheme: bearer}}
"""
BOOKS = """
import os

careless = int(os.getenv("CARELESS", "1"))


def search(title, page):
    db.execute(f"SELECT * FROM books OFFSET {page}")
    if careless:
        return db.execute(f"SELECT * FROM books WHERE title = '{title}'")
    return db.execute("SELECT * FROM books WHERE title = ?", [title])


class Books:
    @staticmethod
    def add(body):
        return db.execute(f"INSERT INTO books VALUES ('{body['title']}')")
"""


@pytest.fixture
def program(tmp_path: Path) -> Path:
    for name, text in (
        ("requirements.txt", "connexion[swagger-ui]==2.14.2\n"),
        ("openapi/books.yml", DOCUMENT),
        ("library/__init__.py", ""),
        ("library/books.py", BOOKS),
    ):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    return tmp_path


def injected(program: Path, **environment: str) -> list[int]:
    result = review(program, Config(environment=environment))
    return sorted(each.place.line for each in result.findings if each.rule == "sql-injection")


def test_an_operation_names_the_function_that_answers(program: Path) -> None:
    result = review(program)
    assert result.routes == 2
    assert "connexion" in result.stacks
    assert injected(program) == [10, 17], "a number of the document holds no text"


def test_what_the_environment_switches_off_is_not_reviewed(program: Path) -> None:
    assert injected(program, CARELESS="0") == [17]
    assert injected(program, CARELESS="1") == [10, 17]
    assert injected(program, OTHER="0") == [10, 17]


@pytest.mark.parametrize("words", ["os.environ['CARELESS']", "os.environ.get('CARELESS', 1)"])
def test_each_way_to_ask_for_a_variable_is_known(program: Path, words: str) -> None:
    file = program / "library" / "books.py"
    file.write_text(BOOKS.replace('os.getenv("CARELESS", "1")', words))
    assert injected(program, CARELESS="0") == [17]


def test_a_document_that_is_none_is_passed_over(program: Path) -> None:
    (program / "openapi" / "books.yml").write_text("openapi: [\n")
    assert review(program).routes == 0


def test_variables_are_named_with_their_values_or_are_those_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CARELESS", "2")
    assert variables(["A=1", "B=", "CARELESS"]) == {"A": "1", "B": "", "CARELESS": "2"}
    with pytest.raises(WrongConfiguration, match="one looks like DEBUG=0"):
        variables(["1=2"])
