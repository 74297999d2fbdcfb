"""Passwords: how they are kept, and which are taken."""

from __future__ import annotations

import asyncio

import pytest

from mainstay.errors import Unavailable
from mainstay.identity import passwords as module
from mainstay.identity.passwords import Passwords, common, weakness


@pytest.mark.requirement("A3.21")
async def test_a_password_is_kept_as_argon2id_with_the_parameters_of_owasp() -> None:
    passwords = Passwords()
    stored = await passwords.hash("four plain words here")
    assert stored.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await passwords.verify(stored, "four plain words here")
    assert not await passwords.verify(stored, "four plain words her")
    assert not await passwords.verify(None, "four plain words here")
    assert stored != await passwords.hash("four plain words here")
    assert not passwords.outdated(stored)
    assert passwords.outdated("$argon2id$v=19$m=8192,t=1,p=1$" + "c29tZXNhbHQ$" + "A" * 43)
    assert not await passwords.verify("not a hash", "x")


async def test_a_letter_that_is_composed_otherwise_is_the_same_letter() -> None:
    passwords = Passwords()
    assert await passwords.verify(await passwords.hash("cafe\u0301 und Kuchen"), "caf\u00e9 und Kuchen")


async def test_what_cannot_be_hashed_soon_is_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WAITING", 3)
    passwords = Passwords()
    asked = [passwords.verify(None, "x") for _ in range(8)]
    told = await asyncio.gather(*asked, return_exceptions=True)
    assert [type(answer) for answer in told] == [bool] * 3 + [Unavailable] * 5
    assert not await passwords.verify(None, "x")
    passwords.close()


@pytest.mark.requirement("A3.06")
@pytest.mark.parametrize(
    "password,words",
    [
        ("short", "has 5 characters; take at least 12"),
        ("password1234", "tried first"),
        ("PassWord1234", "tried first"),
        ("x" * 129, "more than 128"),
        ("ababababababab", "repeats"),
        ("i am ada lovelace", "your name"),
        ("i am ada \uff4c\uff4f\uff56\uff45lace", "your name"),
        ("".join(chr(ord(letter) + 0xFEE0) for letter in "password1234"), "tried first"),
        ("e\u0301a\u0301i\u0301o\u0301u\u0301y\u0301", "has 6 characters"),
        ("\ufdfa", "has 1 characters"),
        ("four plain\0 words", "nobody can sign in with"),
        ("four plain\udcff words", "nobody can sign in with"),
    ],
)
def test_a_weak_password_is_told_why(password: str, words: str) -> None:
    assert words in (weakness(password, least=12, mixed=False, known=("ada", "Lovelace")) or "")


@pytest.mark.requirement("A3.06")
def test_a_long_one_needs_no_digits_unless_that_is_asked_for() -> None:
    assert weakness("correct horse battery", least=12, mixed=False) is None
    assert "digit" in (weakness("correct horse battery", least=12, mixed=True) or "")
    assert weakness("Correct horse battery 9", least=12, mixed=True) is None


def test_the_common_ones_are_those_that_could_be_chosen() -> None:
    assert len(common()) > 8_000
    assert min(map(len, common())) == 8
