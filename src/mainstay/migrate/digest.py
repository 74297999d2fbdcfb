"""What a migration does on the way up, as a few letters that change when it does something else."""

from __future__ import annotations

import ast
from hashlib import sha256

LETTERS = 16


def digest(text: str) -> str:
    """The letters of a file; comments, docstrings, formatting and the way down make no difference."""
    tree = ast.parse(text)
    tree.body = [node for node in tree.body if not (isinstance(node, ast.FunctionDef) and node.name == "downgrade")]
    for node in ast.walk(tree):
        if isinstance(node, ast.Module | ast.FunctionDef):
            node.body = [part for part in node.body if not is_docstring(part)] or [ast.Pass()]
    return sha256(ast.unparse(tree).encode()).hexdigest()[:LETTERS]


def is_docstring(node: ast.stmt) -> bool:
    """Whether a statement is a text and nothing else."""
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
