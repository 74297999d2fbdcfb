"""What a reader is, and what all of them ask about a call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache

from mainstay.check import syntax as s
from mainstay.check.facts import Fact
from mainstay.check.flow.program import Run, Seen
from mainstay.check.flow.value import Value

REMEMBERED = 50_000
"""Names of which answers are remembered."""
LONGEST_CHAIN = 24
"""Calls of a chain that are looked at."""
Located = tuple[int, Fact]
Reader = Callable[[Run], Iterator[Located]]

CALLER = re.compile(
    r"(^|[._])(current_?user|req(uest)?\.user|request\.state\.user|req\.auth|req\.session|ctx\.user|g\.user|principal"
    r"|request\.auth|user|me|actor|identity|session\.user|claims|payload\.sub)([._]|$|\(\))",
    re.IGNORECASE,
)
OWNER = re.compile(
    r"^(user|owner|author|customer|account|tenant|member|creator|created_by|createdby|belongs_to|org|organization"
    r"|organisation|company|workspace|team|patient|seller|buyer|profile|client)(_?id|_?pk|__?\w+)?$",
    re.IGNORECASE,
)

KEEPER = re.compile(r"(Repository|Repo|Model|Dao|DAO|Mapper|Store)(Impl)?$")

INNER = (s.Function, s.Class)
COMPARED_OR_GIVEN = (s.Call, s.Binary)


def label(seen: Seen) -> str:
    """The function that a call stands in."""
    return seen.function.label if seen.function is not None else ""


def shown(seen: Seen) -> str:
    """The call as it is written."""
    return s.dotted(seen.node.function) or seen.method


def last(path: str) -> str:
    """The last name of a qualified one."""
    return path.rpartition(".")[2].removeprefix("?")


def chain_before(seen: Seen) -> list[Seen]:
    """The calls of a chain, the first first, up to this one."""
    out, source = [seen], seen.receiver.source
    while isinstance(source, Seen) and len(out) < LONGEST_CHAIN:
        out.append(source)
        source = source.receiver.source
    return out[::-1]


def entity(name: str) -> str:
    """What a repository of that name keeps: `userRepository` keeps users."""
    found = KEEPER.sub("", name)
    return found or name


@lru_cache(maxsize=REMEMBERED)
def under(name: str, *roots: str) -> bool:
    """Whether a qualified name is one of the roots or below one."""
    return name in roots or name.startswith(_below(roots))


@cache
def _below(roots: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(root + "." for root in roots)


def remembering(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    """Whether a pattern is found in a name: a program has few names, and asks of each of them often."""

    @lru_cache(maxsize=REMEMBERED)
    def found(name: str) -> bool:
        return pattern.search(name) is not None

    return found


def dotted_names(node: s.Node) -> Iterator[str]:
    """Dotted names in an expression, longest first of each chain."""
    waiting = [node]
    while waiting:
        each = waiting.pop()
        if isinstance(each, s.Name | s.Member):
            whole = s.dotted(each)
            if whole:
                yield whole
                continue
        waiting.extend(s.children(each))


def names_caller(*nodes: s.Node) -> bool:
    """Whether an expression names who is calling."""
    return any(CALLER.search(word) for node in nodes for word in dotted_names(node))


def given_caller(chain: Iterable[Seen]) -> bool:
    """Whether calls are given who is signed in, or what belongs to him."""
    return any(each.is_of_caller() for seen in chain for each in seen.values())


def known_text(value: Value | None) -> str:
    """A text, as far as it is known: `{}` stands for what is not."""
    if value is None:
        return ""
    if value.text is not None:
        return value.text
    return value.type[5:] if value.type.startswith("text:") else ""


def stands_in(run: Run) -> set[str]:
    """Names, attributes, keys that are read and texts that are compared or handed on in a function."""
    out: set[str] = set()
    for node in run.function.nodes if run.function is not None else ():
        if isinstance(node, s.Name):
            out.add(node.id)
        elif isinstance(node, s.Member):
            out.add(node.name)
        elif isinstance(node, s.Index) and isinstance(node.key, s.Literal):
            out.add(str(node.key.value))
        elif isinstance(node, COMPARED_OR_GIVEN):
            inner = [each.value for each in node.arguments] if isinstance(node, s.Call) else [node.left, node.right]
            out.update(str(each.value) for each in inner if isinstance(each, s.Literal) and isinstance(each.value, str))
    return out


def body_of(run: Run) -> list[s.Node]:
    """The statements of the function that was followed, or of the module."""
    return run.function.body if run.function is not None else run.unit.tree.body


def own_nodes(run: Run) -> list[s.Node]:
    """Every node of the function that is not in a function defined inside."""
    if run.own is None:
        run.own = []
        nodes = run.function.nodes if run.function is not None else ()
        waiting = list(reversed(body_of(run)))
        if run.function is not None and not any(isinstance(each, INNER) for each in nodes):
            run.own, waiting = list(nodes), []
        while waiting:
            node = waiting.pop()
            run.own.append(node)
            if not isinstance(node, INNER):
                below = s.children(node)
                below.reverse()
                waiting.extend(below)
    return run.own
