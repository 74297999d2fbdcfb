"""The name of a new project: what its folder, its package and its title are called."""

from __future__ import annotations

import keyword
import re
import sys
import unicodedata
from dataclasses import dataclass
from importlib.util import find_spec

FORM = re.compile(r"[A-Za-z][A-Za-z0-9]*([-_][A-Za-z0-9]+)*")
LONGEST = 40
TAKEN = frozenset({"mainstay", "test", "tests"})


class WrongName(Exception):
    """A name that no project can have; the message says why, and which it could have."""


@dataclass(frozen=True, slots=True)
class Name:
    """`book-shop`: in the folder of that name the package `book_shop`, with the title `Book shop`."""

    text: str

    @property
    def package(self) -> str:
        """What is imported."""
        return self.text.replace("-", "_").lower()

    @property
    def title(self) -> str:
        """What people read."""
        words = self.text.replace("-", " ").replace("_", " ")
        return words[0].upper() + words[1:]


def is_imported(package: str) -> bool:
    """Whether Python has a module or package of that name, in its library or installed."""
    if package in sys.stdlib_module_names:
        return True
    found = find_spec(package)
    return found is not None and found.origin is not None  # a folder without __init__.py has none


def read(text: str) -> Name:
    """The name that a text is; WrongName where it is none."""
    if not FORM.fullmatch(text) or len(text) > LONGEST:
        better = nearest(text)
        hint = f"; {better} would do" if better else ""
        form = f"letters, digits and single hyphens, a letter first, at most {LONGEST} characters"
        raise WrongName(f"{text!r} is no name: {form}{hint}")
    if is_taken(text):
        raise WrongName(f"{text!r} is the name of something that Python imports already; my-{text} would do")
    return Name(text)


def nearest(text: str) -> str:
    """A name that a text could be meant for; empty where no letter of it can stand in one."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    better = re.sub(r"[^A-Za-z0-9]+", "-", plain).lstrip("0123456789-")[:LONGEST].rstrip("-")
    return f"my-{better}" if better and is_taken(better) else better


def is_taken(text: str) -> bool:
    """Whether the package would be called as something else is, or as no package can be."""
    package = Name(text).package
    return package in TAKEN or keyword.iskeyword(package) or is_imported(package)
