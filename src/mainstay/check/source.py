"""A text to be read, and the places in it."""

from __future__ import annotations

from dataclasses import dataclass, field

JAVASCRIPT = frozenset({"javascript", "typescript", "tsx"})
TYPED = frozenset({"java", "typescript", "tsx", "go", "rust"})
COMPILED = frozenset({"java", "go", "rust"})
LINKED = frozenset({"go", "rust"})


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Lines of a file, counted from 1; `path` is relative to what is checked.

    What has no lines has line 0: an operation of a running API, `GET /orders/{id}`.
    """

    path: str
    line: int
    end: int = 0

    def __str__(self) -> str:
        return f"{self.path}:{self.line}" if self.line else self.path


@dataclass(slots=True)
class Source:
    """One text in one language: a file, or a fenced block of a Markdown file.

    `first` is the line of the file at which the text begins, so that line 1 of a block is told as the file's.
    """

    path: str
    language: str
    text: str
    first: int = 1
    dialect: str = ""
    """Of SQL, where it is known."""
    lines: list[str] = field(init=False)
    is_javascript: bool = field(init=False)
    """Whether it is JavaScript, or TypeScript, which is run as such."""
    declares_types: bool = field(init=False)
    """Whether most values are declared with a type, so that it tells more of them than where they came from."""
    keeps_types: bool = field(init=False)
    """Whether a value is never of another type than it is declared with."""
    is_linked: bool = field(init=False)
    """Whether everything of a package is declared before anything of it is run, and errors are values."""

    _places: dict[tuple[int, int], Place] = field(init=False, repr=False, compare=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.lines = self.text.splitlines()
        self.is_javascript = self.language in JAVASCRIPT
        self.declares_types = self.language in TYPED
        self.keeps_types = self.language in COMPILED
        self.is_linked = self.language in LINKED

    @property
    def name(self) -> str:
        """The path, with the first line where it is a block."""
        return self.path if self.first == 1 else f"{self.path}:{self.first}"

    def place(self, line: int, end: int = 0) -> Place:
        """The place of a line of this text, in its file: one value for each, as it is asked for at every call."""
        known = self._places.get((line, end))
        if known is None:
            known = Place(self.path, line + self.first - 1, max(end, line) + self.first - 1)
            self._places[line, end] = known
        return known


@dataclass(frozen=True, slots=True)
class Skipped:
    """A file, or a block, that could not be read, and why."""

    path: str
    line: int
    why: str
