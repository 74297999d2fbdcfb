"""What stands in a text under an attribute of a class."""

from __future__ import annotations

import ast
import inspect
from typing import Any

from mainstay.compiler.problem import body_of


def attribute_docstring(declared: type[Any], attribute: str) -> str:
    """The text under an attribute, in the class or the nearest one that it derives from; empty where there is none."""
    for part in declared.__mro__[:-1]:
        if attribute not in vars(part) and attribute not in inspect.get_annotations(part):
            continue
        body = body_of(part)
        text = text_under(body, attribute) if body is not None else ""
        if text:
            return text
    return ""


def text_under(body: ast.ClassDef, attribute: str) -> str:
    """The text that is the statement after that of the attribute."""
    for statement, following in zip(body.body, body.body[1:], strict=False):
        targets = statement.targets if isinstance(statement, ast.Assign) else [getattr(statement, "target", None)]
        if any(isinstance(target, ast.Name) and target.id == attribute for target in targets):
            match following:
                case ast.Expr(ast.Constant(str(text))):
                    return inspect.cleandoc(text)
    return ""
