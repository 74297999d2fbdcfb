"""Credentials in a cookie, and whether the page that sends it may (RFC 6265bis; OWASP's cheat sheet on CSRF)."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple

from mainstay.engine.call import Kept
from mainstay.errors import Forbidden, MainstayError
from mainstay.identity import Credentials
from mainstay.projections.rest.answer import Header
from mainstay.projections.rest.exchange import Headers

LOOPBACK = ("localhost", "127.0.0.1", "[::1]")
SCHEME = "cookie"
"""The scheme of credentials that a cookie shows."""
FOREIGN = "A page of another site may not do this in your name; send Origin or Sec-Fetch-Site of this one."


class Shown(NamedTuple):
    """What a request shows by its cookies."""

    credentials: Credentials | None
    keeps: bool
    """Whether the caller may be given a cookie: no page of another site asks."""
    wrong: MainstayError | None
    """Why the request is refused, where a page of another site has sent it with the cookie."""
    forget: Header | None
    """What lets a browser drop the cookie that it has sent."""


class Cookies:
    """The cookie of an application; `origins` are those whose pages may send it besides the application's own."""

    def __init__(self, name: str, origins: Collection[str] = ()) -> None:
        self.local = name
        self.secure = f"__Host-{name}"
        """Browsers take this name over TLS and for this host alone, so that nobody beside or before it can set one."""
        self.origins = frozenset(origin.lower() for origin in origins)

    def look(self, reads: bool, headers: Headers) -> Shown:
        """What a request shows that has no other credentials."""
        foreign = self.is_foreign(headers)
        name, value = self.found(headers)
        keeps = not foreign or (b"origin" not in headers and b"sec-fetch-site" not in headers)
        if value is None:
            return Shown(None, keeps, None, None)
        wrong = Forbidden(FOREIGN) if foreign and not reads else None
        return Shown(Credentials(SCHEME, value), keeps, wrong, self.written(name, "", 0))

    def found(self, headers: Headers) -> tuple[str, str | None]:
        """The name that the cookie has for this host, and its value; None where there is none."""
        names = (self.local, self.secure) if is_local(headers) else (self.secure,)
        given = headers.get(b"cookie")
        if given is not None:
            for part in given.decode("latin-1").split(";"):
                name, _, value = part.strip().partition("=")
                if name in names and value:
                    return name, value
        return names[0], None

    def keep(self, kept: Kept, headers: Headers) -> Header:
        """What lets a browser keep a credential, or drop it where it has no value."""
        name, _ = self.found(headers)
        return self.written(name, kept.value, kept.seconds)

    def written(self, name: str, value: str, seconds: int) -> Header:
        """Set-Cookie: for no script, for no form of another site, and for TLS alone but on this machine."""
        secure = "; Secure" if name == self.secure else ""
        return b"set-cookie", f"{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}".encode()

    def is_foreign(self, headers: Headers) -> bool:
        """Whether a page of another origin has sent this, or something that does not say where it comes from.

        Browsers say so in Sec-Fetch-Site, which no page can set, and the older ones in Origin; that page must have come
        over TLS, as the cookie does: else anybody on the line may have written it.
        """
        origin = headers.get(b"origin", b"").decode("latin-1").lower()
        if origin in self.origins:
            return False
        site = headers.get(b"sec-fetch-site")
        if site is not None:
            return site not in (b"same-origin", b"none")
        scheme, _, there = origin.partition("://")
        schemes = ("https", "http") if is_local(headers) else ("https",)
        return scheme not in schemes or there != headers.get(b"host", b"").decode("latin-1").lower()


def is_local(headers: Headers) -> bool:
    """Whether a browser on this machine calls, as in development, where there is no TLS."""
    host = headers.get(b"host", b"").decode("latin-1").lower()
    return (host[: host.rfind("]") + 1] if host.startswith("[") else host.partition(":")[0]) in LOOPBACK
