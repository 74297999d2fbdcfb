"""Which files a review of changed ones reads: those, what they import, and what leads callers to them.

Only text is looked at here, because reading a file into a tree is what takes the time.  It is known for Python; where
anything else has changed, everything is read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+(\.*)([\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]*)|import[ \t]+([\w., \t]+))", re.MULTILINE
)
LEADS = re.compile(
    r"router|Router|blueprint|Blueprint|urlpatterns|add_middleware|add_url_rule|FastAPI\(|Flask\(|INSTALLED_APPS"
)
"""In files that lead callers to functions of others: they say who is asked for, and under which path."""
TABLES = re.compile(
    r"__tablename__|models\.Model\b|\bop\.\w+\(|\bmigrations\.\w+|\bdown_revision\b|CREATE\s+(UNIQUE\s+)?(TABLE|INDEX)"
    r"|\bColumn\(|mapped_column\(|relationship\("
)
"""In files that declare tables: what is said of one depends on all."""

MOST_CALLERS = 30
"""What more files than these import is called from everywhere, and by itself says what it does."""


@dataclass(frozen=True, slots=True)
class Near:
    """What is `read`, and of which files every function is `followed`."""

    read: frozenset[str]
    followed: frozenset[str]


def near(changed: frozenset[str], texts: Mapping[str, str]) -> Near | None:
    """What has to be read of texts, by their paths, where some have changed; None where that is everything."""
    there = frozenset(each for each in changed if each in texts)
    if not all(each.endswith(".py") for each in there):
        return None
    imports = _Imports(texts)
    if not imports.paths:
        return None
    read = set(there)
    _grow(read, {path: imports.of(path) for path in imports.paths})
    leading = {path: imports.of(path) for path in imports.paths if LEADS.search(texts[path])}
    above = set(there)
    _grow(above, _turned(leading))
    if any(TABLES.search(texts[path]) for path in there):
        read |= {path for path in texts if TABLES.search(texts[path])}
    callers = {path for path in imports.paths if imports.of(path) & there}
    followed = there | (callers if len(callers) <= MOST_CALLERS else set())
    for path in followed - there:
        read |= imports.of(path)
    return Near(frozenset(read | above), frozenset(followed))


def _grow(paths: set[str], to: Mapping[str, set[str]]) -> None:
    """Adds what is reached from the paths."""
    waiting = list(paths)
    while waiting:
        for each in to.get(waiting.pop(), set()) - paths:
            paths.add(each)
            waiting.append(each)


def _turned(imports: Mapping[str, set[str]]) -> dict[str, set[str]]:
    """From what is imported to who imports it."""
    out: dict[str, set[str]] = {}
    for path, imported in imports.items():
        for each in imported:
            out.setdefault(each, set()).add(path)
    return out


@dataclass(slots=True)
class _Imports:
    """The files of Python that each of them imports."""

    texts: Mapping[str, str]
    paths: list[str] = field(init=False)
    _modules: dict[str, list[str]] = field(init=False, default_factory=dict)
    _known: dict[str, set[str]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.paths = [each for each in self.texts if each.endswith(".py")]
        for path in self.paths:
            parts = path.removesuffix(".py").removesuffix("/__init__").split("/")
            for start in range(len(parts)):
                self._modules.setdefault(".".join(parts[start:]), []).append(path)

    def of(self, path: str) -> set[str]:
        """The files that one imports, as far as they are there."""
        if path not in self._known:
            names = {name for found in IMPORT.finditer(self.texts[path]) for name in _named(path, found)}
            self._known[path] = {each for name in names for each in self._files(name, path)} - {path}
        return self._known[path]

    def _files(self, name: str, importer: str) -> list[str]:
        """The modules that a name means: the nearest to who imports it, of several."""
        found = self._modules.get(name, [])
        if len(found) < 2:
            return found
        alike = [_shared(each, importer) for each in found]
        return [each for each, count in zip(found, alike, strict=True) if count == max(alike)]


def _named(path: str, found: re.Match[str]) -> list[str]:
    """The modules that an import may mean: what it names, and what it takes from there."""
    dots, module, taken, whole = found.groups()
    if whole is not None:
        return [each.split()[0] for each in whole.split(",") if each.split()]
    folder = path.split("/")
    front = ".".join([*folder[: len(folder) - len(dots)], module] if dots else [module]).strip(".")
    names = [each.split()[0] for each in taken.strip("()").replace("\n", " ").split(",") if each.split()]
    return [front, *(f"{front}.{each}" for each in names)]


def _shared(one: str, other: str) -> int:
    """How many folders two paths have in common from the left."""
    count = 0
    for mine, theirs in zip(one.split("/"), other.split("/"), strict=False):
        if mine != theirs:
            break
        count += 1
    return count
