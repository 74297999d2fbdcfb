"""The public names: what is imported when it is asked for is what type checkers are told."""

from __future__ import annotations

import ast
from importlib import import_module
from pathlib import Path

import mainstay

FROM: dict[str, str] = vars(mainstay)["FROM"]
STUB = Path(mainstay.__file__).with_suffix(".pyi")


def test_the_stub_and_the_package_name_the_same_things_from_the_same_places() -> None:
    tree = ast.parse(STUB.read_text())
    told = {
        node.module: {name.name for name in node.names} for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)
    }
    assert told == {module: set(names.split()) for module, names in FROM.items()}
    (listed,) = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    assert sorted(ast.literal_eval(listed)) == list(mainstay.__all__)
    for module, names in FROM.items():
        for name in names.split():
            assert getattr(mainstay, name) is getattr(import_module(module), name)


def test_a_public_name_is_never_the_module_of_that_word() -> None:
    module = import_module("mainstay.actor")
    setattr(mainstay, "actor", module)  # noqa: B010 - as an import does, behind the type checker's back
    assert mainstay.actor is import_module("mainstay.declare").actor
    assert set(mainstay.__all__) <= set(dir(mainstay))
