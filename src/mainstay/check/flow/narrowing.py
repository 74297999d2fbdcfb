"""What a test tells of the values that it names: on which side of it they can do no more harm."""

from __future__ import annotations

from collections.abc import Iterator

from mainstay.check import syntax as s
from mainstay.check.flow.meaning import is_check_name
from mainstay.check.flow.value import EVERYTHING
from mainstay.check.words import words

TEXT_TESTS = words("isdigit isalnum isalpha isdecimal isnumeric isidentifier isInteger isSafeInteger")
MATCHES = frozenset({"match", "fullmatch", "test", "is_match", "MatchString"})
ONE_OF = words("includes has issubset contains containsKey")
LESS = frozenset({"<", "<=", ">", ">="})
ENDING = words("abort exit fail Exit Fatal Fatalf Fatalln Panic Panicf")
"""Functions that never come back."""
INSIDE = frozenset({"is_relative_to", "startsWith", "startswith", "commonpath"})

REFUSED: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("'", ("sql", "xpath", "code")),
    ('"', ("sql", "xpath", "code")),
    ("..", ("path",)),
    ("/", ("path",)),
    ("\\", ("path",)),
    ("\n", ("header", "log")),
    ("\r", ("header", "log")),
    ("<", ("html",)),
)
"""What a text cannot do any more when it is refused for having this in it: leave its quotes, its folder, its line."""


def without(text: str) -> tuple[str, ...]:
    """What a value is safe for that has not got this text in it."""
    return tuple(dict.fromkeys(purpose for part, purposes in REFUSED if part in text for purpose in purposes))


def narrowed(test: s.Node, holds: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names (dotted) and what they are safe for where the test holds, or where it does not."""
    if isinstance(test, s.Await):
        yield from narrowed(test.value, holds)
    elif isinstance(test, s.Unary) and test.operator == "not":
        yield from narrowed(test.value, not holds)
    elif isinstance(test, s.Binary):
        yield from _compared(test, holds)
    elif isinstance(test, s.Call) and holds:
        yield from _asked(test)
    elif isinstance(test, s.Call) and isinstance(test.function, s.Member) and len(test.arguments) == 1:
        refused = test.arguments[0].value
        if test.function.name in ("contains", "includes") and isinstance(refused, s.Literal):
            purposes = without(str(refused.value))
            yield from ((name, purposes) for name in named(test.function.object) if purposes)
    elif isinstance(test, s.Call) and s.dotted(test.function) == "strings.Contains" and len(test.arguments) == 2:
        refused = test.arguments[1].value
        purposes = without(str(refused.value)) if isinstance(refused, s.Literal) else ()
        yield from ((name, purposes) for name in named(test.arguments[0].value) if purposes)


def _compared(test: s.Binary, holds: bool) -> Iterator[tuple[str, tuple[str, ...]]]:
    operator = test.operator
    if operator in ("and", "or"):
        left, right = list(narrowed(test.left, holds)), list(narrowed(test.right, holds))
        both = holds == (operator == "and")
        yield from (*left, *right) if both else (each for each in left if each in right)
    elif operator in ("in", "not in") and holds == (operator == "in"):
        if not isinstance(test.left, s.Literal):
            yield from _known(test.left)
    elif operator in ("in", "not in"):
        refused = test.left.value if isinstance(test.left, s.Literal) else None
        purposes = without(refused) if isinstance(refused, str) else ()
        if purposes:
            yield from ((name, purposes) for name in named(test.right))
    elif operator in LESS:
        small, large = (test.left, test.right) if holds == (operator in ("<", "<=")) else (test.right, test.left)
        if not isinstance(small, s.Literal) and (isinstance(large, s.Literal) or s.dotted(large).isupper()):
            yield from ((name, ("size",)) for name in named(small))
    elif (operator in ("==", "is") and holds) or (operator in ("!=", "is not") and not holds):
        for one, other in ((test.left, test.right), (test.right, test.left)):
            if isinstance(other, s.Literal) and other.value is not None:
                if isinstance(one, s.Unary) and one.operator == "typeof":
                    purposes = ("nosql",) if other.value == "string" else (EVERYTHING,)
                    yield from ((name, purposes) for name in named(one.value))
                elif other.value is True or other.value is False:
                    yield from narrowed(
                        one, other.value is holds if operator in ("==", "is") else other.value is not holds
                    )
                else:
                    yield from _known(one)
            elif isinstance(one, s.Call | s.Member) and not isinstance(other, s.Literal):
                yield from ((name, ("url", "redirect", "path")) for name in named(one))


def _known(node: s.Node) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What is one of a few known values is safe; what it is a part of only leads nowhere else."""
    whole = s.dotted(node)
    for name in named(node):
        yield name, (EVERYTHING,) if name == whole or not isinstance(node, s.Member) else ("url", "redirect")


def _asked(test: s.Call) -> Iterator[tuple[str, tuple[str, ...]]]:
    receiver = test.function.object if isinstance(test.function, s.Member) else None
    method = test.function.name if isinstance(test.function, s.Member) else s.dotted(test.function)
    given = [name for each in test.arguments for name in named(each.value)]
    if method in TEXT_TESTS:
        yield from ((name, (EVERYTHING,)) for name in [*given, *(named(receiver) if receiver else ())])
    elif method in ("matches", "equals", "equalsIgnoreCase"):
        told = not test.arguments or isinstance(test.arguments[0].value, s.Literal)
        yield from ((name, (EVERYTHING,)) for name in (named(receiver) if told and receiver else ()))
        known = isinstance(receiver, s.Literal) or s.dotted(receiver).rpartition(".")[2].isupper()
        yield from ((name, (EVERYTHING,)) for name in given if known)
    elif method in MATCHES or method in ONE_OF:
        yield from ((name, (EVERYTHING, "size")) for name in given)
    elif method in ("Contains", "HasPrefix", "starts_with"):
        yield from _asked_of_text(test, method, receiver)
    elif method in INSIDE and receiver is not None:
        yield from ((name, ("path", "url", "redirect")) for name in named(receiver))
    elif is_check_name(s.dotted(test.function)):
        yield from ((name, (EVERYTHING,)) for name in given)


def _asked_of_text(test: s.Call, method: str, receiver: s.Node | None) -> Iterator[tuple[str, tuple[str, ...]]]:
    """`slices.Contains(allowed, x)`, `strings.HasPrefix(path, root)` and `path.starts_with(root)`."""
    given = [each.value for each in test.arguments]
    if method == "Contains" and len(given) == 2 and not isinstance(given[1], s.Literal):
        yield from ((name, (EVERYTHING, "size")) for name in named(given[1]))
        return
    text, begun = (given[0], given[-1]) if len(given) == 2 else (receiver, given[0] if given else None)
    weak = isinstance(begun, s.Literal) and str(begun.value) in ("/", "http", "https", "http://", "https://")
    if method != "Contains" and not weak:
        yield from ((name, ("path", "url", "redirect")) for name in named(text))


def named(node: s.Node | None) -> Iterator[str]:
    """The variables, and the attributes of variables, that an expression is made of."""
    if node is None:
        return
    if isinstance(node, s.Name):
        yield node.id
    elif isinstance(node, s.Member):
        whole = s.dotted(node)
        if whole and "()" not in whole:
            yield whole
        if isinstance(node.object, s.Name | s.Call | s.Member):
            yield from named(node.object)
    elif isinstance(node, s.Call):
        if isinstance(node.function, s.Member):
            yield from named(node.function.object)
        for each in node.arguments:
            yield from named(each.value)
    elif isinstance(node, s.Index):
        yield from named(node.object)
    elif isinstance(node, s.Await | s.Unary):
        yield from named(node.value)
    elif isinstance(node, s.Template):
        for part in node.parts:
            yield from named(part)


def ends(block: list[s.Node]) -> bool:
    """Whether a block ends the function, or the turn of a loop, that it stands in."""
    if not block:
        return False
    last = block[-1]
    if isinstance(last, s.Return | s.Raise):
        return True
    if isinstance(last, s.Expression):
        call = last.value.value if isinstance(last.value, s.Await) else last.value
        if isinstance(call, s.Name):
            return call.id in ("continue", "break")
        return isinstance(call, s.Call) and s.dotted(call.function).rpartition(".")[2] in ENDING
    if isinstance(last, s.If):
        return ends(last.then) and ends(last.otherwise)
    return False
