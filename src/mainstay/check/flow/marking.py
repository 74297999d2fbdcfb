"""Marks: what else is known of a value, begun by calls and handed on by others."""

from __future__ import annotations

import re
from functools import lru_cache

from mainstay.check.flow.program import Seen
from mainstay.check.words import words

GUESSABLE = re.compile(
    r"^random\.(?!seed$|setstate$|getstate$)[a-z]\w*$|^Math\.random$|^uuid\.uuid1$"
    r"|^([a-z0-9]+\.)*((Random|ThreadLocalRandom(\.current)?)\.next\w+|RandomStringUtils\.random\w*)$"
)
"""Generators whose next numbers follow from those seen."""


@lru_cache(maxsize=20_000)
def is_guessable(name: str) -> bool:
    """Whether a function of that name is such a generator."""
    return GUESSABLE.match(name) is not None


BROKEN = re.compile(r"(^|\.)(md4|md5|sha1|sha|ripemd)$", re.IGNORECASE)
"""Digests for which two texts with one digest can be made."""
DIGESTS = words("md5 sha1 js-md5 blueimp-md5 crypto-js.MD5 crypto-js.SHA1 crypto-js/md5 CryptoJS.MD5 CryptoJS.SHA1")
"""Functions of libraries of JavaScript that are a digest by themselves."""
KEPT = frozenset({"guessable", "broken", "hashed"})
"""Marks that stay when a part is taken, or when something is calculated."""
HANDED_ON = words("str strip repr encode decode lower trim String toString")
"""Functions whose answer is what they were given, in another form: it has all of its marks."""
DIGESTING = words(
    """
    digest hexdigest update b64encode urlsafe_b64encode b32encode hexlify hex bytes int abs round floor ceil trunc
    slice substring substr join replace upper format padStart zfill
    """
)
"""Others, whose answer has those marks that are kept."""


def made(seen: Seen) -> frozenset[str]:
    """The marks of what a call answers that belongs to no function of the program."""
    method, receiver = seen.method, seen.receiver
    name = seen.name.removeprefix("?")
    marks: frozenset[str] = frozenset()
    given = _given(seen)
    if method in ("format", "join", "concat", "replace", "format_map") and (
        receiver.text is not None or receiver.marks
    ):
        marks = receiver.marks | {"text"} | given
    elif method in HANDED_ON:
        marks = receiver.marks | given
    elif method in DIGESTING:
        marks = (receiver.marks | given) & KEPT
    if is_guessable(name):
        marks |= {"guessable"}
    elif name in DIGESTS or (
        name.startswith(("hashlib.", "crypto.createHash", "Crypto.Hash.", "Cryptodome.Hash.")) and _is_broken(seen)
    ):
        marks |= {"broken"}
    elif method in ("hash", "id") and not receiver.type:
        marks |= {"unstable"}
    return marks


def _given(seen: Seen) -> frozenset[str]:
    """The marks of everything that a call is given."""
    out: frozenset[str] = frozenset()
    for each in seen.values():
        if each.marks:
            out |= each.marks
    return out


def _is_broken(seen: Seen) -> bool:
    safe = seen.keywords.get("usedforsecurity")
    if safe is not None and safe.const is False:
        return False
    told = seen.argument(0, "name")
    scheme = told.text if told is not None and seen.method in ("new", "createHash") else None
    return seen.name in DIGESTS or BROKEN.search(scheme or seen.name.removesuffix(".new")) is not None
