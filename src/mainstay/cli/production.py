"""What `mainstay serve --production` refuses: everything that only development may have, each with its setting."""

from __future__ import annotations

import asyncio
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from mainstay.app import Mainstay
from mainstay.backing import open as backing
from mainstay.errors import MainstayError, Unavailable
from mainstay.migrate.folder import EMPTY, MigrationProblem, newest, refuse_behind
from mainstay.migrate.version import version

NOBODYS = ("%@example.com", "%@example.net", "%@example.org", "%.example", "%.invalid", "%.localhost", "%.test")
"""Addresses at names that nobody can have (RFC 2606, RFC 6761), as demonstrations give their accounts."""
SECONDS = 5.0
"""How long the accounts are looked through."""
IN_MEMORY = ("sqlite://", "sqlite:///", "sqlite:///:memory:")


def refusals(served: Mainstay) -> list[str]:
    """Why an application is not served for others to rely on, all at once; none where it is."""
    return [*of_settings(served), *asyncio.run(of_database(served))]


def of_settings(served: Mainstay) -> Iterator[str]:
    """What is wrong with the settings."""
    settings = served.settings
    if settings.secret_key is None:
        yield "MAINSTAY_SECRET_KEY is not set: cursors and sign-ins end with each start; openssl rand -hex 32 makes one"
    if served.accounts is not None and settings.signing_key is None:
        yield (
            f"MAINSTAY_SIGNING_KEY is not set, and the key in {settings.signing_key_file} is for development; "
            "openssl genpkey -algorithm ed25519 makes one"
        )
    elif served.accounts is not None and is_in(settings.signing_key_file, settings.signing_key):
        yield (
            f"MAINSTAY_SIGNING_KEY is the key in {settings.signing_key_file}, which was made for development; "
            "openssl genpkey -algorithm ed25519 makes another"
        )
    if served.accounts is not None and settings.sign_in_limit is None:
        yield "MAINSTAY_SIGN_IN_LIMIT is off: passwords can be guessed without end; set it, such as 5/minute"
    if served.debug:
        yield "debug is on, which is for development; leave `debug` of the application False"
    if "*" in settings.allowed_hosts:
        yield "MAINSTAY_ALLOWED_HOSTS is *: any name is taken for this host; set the names, such as api.example.com"
    if settings.docs and "docs" not in settings.model_fields_set:
        yield "MAINSTAY_DOCS is not set, and /docs would be shown to everybody; set true where it shall be, else false"
    plain = [origin for origin in settings.cors_origins if origin.startswith("http://")]
    if settings.cors_credentials and plain:
        yield (
            f"MAINSTAY_CORS_ORIGINS has {plain[0]}, whose pages anybody on the line can write, and "
            "MAINSTAY_CORS_CREDENTIALS lets them send cookies; set origins with https alone"
        )
    if any(ipaddress.ip_network(word, strict=False).prefixlen == 0 for word in settings.trusted_proxies):
        yield (
            "MAINSTAY_TRUSTED_PROXIES has every address: whoever calls says where from, and no limit holds; set the "
            "addresses of the proxies"
        )
    if settings.database_url.partition("?")[0] in IN_MEMORY:
        yield "MAINSTAY_DATABASE_URL is in memory: all is lost when the server stops; set a file or a server"
    if served.managed and settings.create_tables:
        yield (
            "MAINSTAY_CREATE_TABLES is on: a start would change the schema while others serve; set false, and run "
            "`mainstay migrate up` before each start"
        )


def is_in(file: str, secret: SecretStr | None) -> bool:
    """Whether a secret is what a file has, but for how its lines end."""
    path = Path(file)
    given = "" if secret is None else secret.get_secret_value().replace("\\n", "\n")
    return path.is_file() and path.read_bytes().split() == given.encode().split()


async def of_database(served: Mainstay) -> list[str]:
    """What is wrong with the database: migrations that it has not had, accounts of a demonstration."""
    try:
        await served.engine.open()
    except MainstayError as error:
        return [f"MAINSTAY_DATABASE_URL: {error.message}"]
    try:
        if served.managed:
            await of_migrations(served)
        return [] if served.accounts is None else await of_accounts(served)
    except MigrationProblem as problem:
        return [f"MAINSTAY_DATABASE_URL, MAINSTAY_MIGRATIONS: {problem}"]
    finally:
        await served.sessions.close()
        await served.engine.close()


async def of_migrations(served: Mainstay) -> None:
    """Raises `MigrationProblem` where the schema is not what the newest migration makes."""
    folder = served.settings.migrations
    if newest(folder) == EMPTY:
        raise MigrationProblem(f"there are no migrations in {folder}; `mainstay migrate make` writes the first one")
    changes = backing.changes(served.settings.database_url, served.database)
    refuse_behind(await changes.look(version), newest(folder))


async def of_accounts(served: Mainstay) -> list[str]:
    """The accounts that can sign in under an address which nobody has."""
    assert served.accounts is not None
    accounts = served.accounts.tables.accounts
    nobodys = sa.or_(*(accounts.c.email.like(words) for words in NOBODYS))
    able = (accounts.c.password_hash.is_not(None), accounts.c.disabled_at.is_(None))
    found = sa.select(accounts.c.email).where(nobodys, *able).order_by(accounts.c.email).limit(3)

    async def look(session: AsyncSession) -> list[str]:
        return list(await session.scalars(found))

    try:
        emails = await served.sessions.read(look, limit=SECONDS)
    except Unavailable:  # they are too many to be looked through
        return []
    if not emails:
        return []
    told = f"{', '.join(emails)} can sign in to MAINSTAY_DATABASE_URL, and nobody has such addresses"
    return [f"{told}: they are for trying only; `mainstay user disable`, or serve another database"]
