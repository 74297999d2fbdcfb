"""A review of what has changed: which files it reads, and that it finds in them what a review of everything does."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.check.review import Review, review

MAIN = """
from fastapi import FastAPI
from app import orders

app = FastAPI()
app.include_router(orders.router)
"""
ORDERS = """
from fastapi import APIRouter
from app.store import named

router = APIRouter(prefix="/v1/orders")


@router.get("/{name}")
def show(name: str):
    return named(name)
"""
STORE = """
import sqlite3
from app.tools import connection


def named(name):
    return connection().execute(f"SELECT id FROM orders WHERE name = '{name}' LIMIT 1").fetchone()
"""
TOOLS = """
import sqlite3


def connection():
    return sqlite3.connect("orders.db")
"""
APART = """
import requests


def rate():
    return requests.get("https://rates.example")
"""
ROUTES = "\n".join(f'@router.get("/{each}")\ndef {each}():\n    return {{}}\n' for each in ("a", "b", "c", "d", "e"))


@pytest.fixture
def program(tmp_path: Path) -> Path:
    for name, text in {"main": MAIN, "orders": ORDERS, "store": STORE, "tools": TOOLS, "apart": APART}.items():
        write(tmp_path, f"app/{name}.py", text)
    write(tmp_path, "app/__init__.py", "")
    return tmp_path


def write(folder: Path, name: str, text: str) -> None:
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)


def found(result: Review, path: str) -> list[tuple[str, int, str]]:
    return [(each.rule, each.place.line, each.confidence) for each in result.findings if each.place.path == path]


def test_what_a_route_elsewhere_brings_into_a_changed_function_is_found(program: Path) -> None:
    result = review(program, changed=frozenset({"app/store.py"}))
    assert ("sql-injection", 7, "likely") in found(result, "app/store.py")
    assert found(result, "app/store.py") == found(review(program), "app/store.py")


def test_what_has_nothing_to_do_with_the_change_is_not_read(program: Path) -> None:
    result = review(program, changed=frozenset({"app/store.py"}))
    assert result.files == 4
    assert result.notes == ["4 files were read: what has changed, and what belongs to it"]
    assert review(program, changed=frozenset({"app/apart.py"})).files == 1


def test_a_table_is_judged_with_the_indexes_that_other_files_declare(tmp_path: Path) -> None:
    model = """
        CREATE TABLE orders (id BIGINT PRIMARY KEY, customer_id BIGINT NOT NULL REFERENCES customers (id));
    """
    migration = f"from alembic import op\n\n\ndef upgrade():\n    op.execute('''{model}''')\n"
    write(tmp_path, "versions/one.py", migration)
    changed = frozenset({"versions/one.py"})
    assert "foreign-key-unindexed" in {each.rule for each in review(tmp_path, changed=changed).findings}
    write(tmp_path, "index.sql", "CREATE INDEX by_customer ON orders (customer_id);\n")
    assert "foreign-key-unindexed" not in {each.rule for each in review(tmp_path, changed=changed).findings}


def test_of_what_is_nowhere_only_a_review_of_everything_speaks(program: Path) -> None:
    write(program, "app/orders.py", ORDERS + ROUTES)
    assert "health-missing" in {each.rule for each in review(program).findings}
    result = review(program, changed=frozenset({"app/orders.py"}))
    assert "health-missing" not in {each.rule for each in result.findings}


def test_where_another_language_has_changed_everything_is_read(program: Path) -> None:
    write(program, "server.js", "fetch('https://rates.example')\n")
    result = review(program, changed=frozenset({"server.js"}))
    assert result.files == 7
    assert result.notes == []


def test_a_migration_is_judged_with_the_whole_chain_before_it(tmp_path: Path) -> None:
    def revision(number: int, before: str, body: str) -> None:
        head = f"revision = '{number}'\ndown_revision = {before}\n\n\ndef upgrade():\n    {body}\n"
        write(tmp_path, f"versions/r{number}.py", f"{'from alembic import op' if 'op.' in body else ''}\n{head}")

    revision(1, "None", "op.execute('CREATE TABLE orders (id BIGINT PRIMARY KEY, customer_id BIGINT)')")
    revision(2, "'1'", "pass")
    revision(3, "'2'", "op.create_foreign_key(None, 'orders', 'customers', ['customer_id'], ['id'])")
    name = "versions/r3.py"
    assert "foreign-key-unindexed" in {each.rule for each in review(tmp_path).findings}
    assert found(review(tmp_path, changed=frozenset({name})), name) == found(review(tmp_path), name)
