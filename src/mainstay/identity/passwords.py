"""Passwords: argon2id in a few threads, and what a new one must be (NIST SP 800-63B-4, ASVS 5.0 6.2)."""

from __future__ import annotations

import asyncio
import gzip
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from importlib.resources import files
from typing import TypeVar

from argon2 import PasswordHasher, extract_parameters
from argon2.exceptions import InvalidHashError, VerificationError

from mainstay.errors import Unavailable

LONGEST = 128
"""Characters: more would only cost time."""
THREADS = 2
"""Hashes made at one time, 19 MiB each."""
WAITING = 128
"""Hashes that wait for a thread; one more is told to come back."""

NOBODYS = "$argon2id$v=19$m=19456,t=2,p=1$ej/TWu2Xl8VJMwWdPiUH3Q$p6ZfAoBBf7TTX/++8OCwA1bFr5b1kQCFNmZ6qv7JgyM"
"""What a password is compared with where there is no account, so that it takes as long: the hash of random bytes."""

T = TypeVar("T")


class Passwords:
    """Makes and verifies hashes with the parameters of OWASP's cheat sheet: argon2id, 19 MiB, 2 passes, 1 lane."""

    def __init__(self) -> None:
        self.hasher = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
        self.pool: ThreadPoolExecutor | None = None
        """Made when it is needed, also after it was closed."""
        self.waiting = 0

    async def hash(self, password: str) -> str:
        """The hash of a password, to be stored."""
        return await self.run(lambda: self.hasher.hash(folded(password)))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether the password is the one whose hash was stored; as slow, and false, where none was."""
        return await self.run(lambda: self.verified(stored, password))

    def verified(self, stored: str | None, password: str) -> bool:
        """The same, in this thread."""
        compared = stored if stored is not None and is_hash(stored) else NOBODYS
        try:
            self.hasher.verify(compared, folded(password[: LONGEST + 1]))
        except (VerificationError, InvalidHashError):
            return False
        return compared is stored

    def outdated(self, stored: str) -> bool:
        """Whether a hash was made with other parameters than today's."""
        return self.hasher.check_needs_rehash(stored)

    async def run(self, work: Callable[[], T]) -> T:
        """Does the work in a thread; `Unavailable` where too much of it waits."""
        if self.waiting >= WAITING:
            raise Unavailable("Too many people are signing in at this moment.", retry_after=1)
        if self.pool is None:
            self.pool = ThreadPoolExecutor(THREADS, thread_name_prefix="passwords")
        self.waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self.pool, work)
        finally:
            self.waiting -= 1

    def close(self) -> None:
        """Lets the threads end."""
        if self.pool is not None:
            self.pool.shutdown(wait=False, cancel_futures=True)
            self.pool = None


def folded(password: str) -> str:
    """A password as it is hashed, the same whichever keyboard composed its letters (SP 800-63B-4, 3.1.1.2)."""
    return unicodedata.normalize("NFKC", password)


def is_hash(stored: str) -> bool:
    """Whether what was stored is a hash that a password can be compared with."""
    try:
        extract_parameters(stored)
    except InvalidHashError:
        return False
    return True


def weakness(password: str, *, least: int, mixed: bool, known: tuple[str, ...] = ()) -> str | None:
    """What is wrong with a new password, as a sentence about it; None where nothing is.

    `least` is its length in characters, `mixed` asks for upper and lower case and a digit, which
    the standards advise against; `known` are words that everybody knows of the account.  It is looked at as it is
    hashed: letters that are written otherwise, or composed of several, make it no stronger.
    """
    if len(password) > LONGEST:
        return f"has more than {LONGEST} characters"
    if any(letter == "\0" or "\ud800" <= letter <= "\udfff" for letter in password):
        return "has a character that nobody can sign in with; take another"
    given, password = password, folded(password)
    length = min(len(given), len(password))  # one sign may stand for eighteen letters
    if length < least:
        return f"has {length} characters; take at least {least}, such as four words"
    if password.lower() in common():
        return "is one of the passwords that are tried first; take another"
    if any(len(word) > 3 and folded(word).lower() in password.lower() for word in known):
        return "has your name or address in it; take another"
    if len(set(password)) < 4:
        return "repeats a few characters; take another"
    if mixed and not (
        any(letter.islower() for letter in password)
        and any(letter.isupper() for letter in password)
        and any(letter.isdigit() for letter in password)
    ):
        return "lacks an upper-case letter, a lower-case letter or a digit"
    return None


@cache
def common() -> frozenset[str]:
    """The passwords of at least eight characters among the 20,000 most common ones (Royce Williams' list)."""
    packed = files("mainstay.identity").joinpath("common_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split("\n")[:-1])
