"""Who is calling, by access token or API key, as the accounts know them."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from mainstay import clock
from mainstay.accounts.marks import KEY_PREFIX, hashed, read_api_key
from mainstay.accounts.stored import Store, Tables, as_key, as_uuid, is_over, scopes_of
from mainstay.actor import Actor
from mainstay.backing.databases.database import Command, Database, Script
from mainstay.engine.sql.statement import Binds, Inputs, compiled
from mainstay.errors import MainstayError, Unauthenticated
from mainstay.identity import Credentials
from mainstay.identity.tokens import WRONG, Tokens

MOST = 10_000
"""Credentials that are remembered at one time."""
SETTLING = 6.0
"""Seconds after a change to an account in which nothing is remembered: its transaction may not have ended yet."""
USED_EVERY = dt.timedelta(minutes=1)
"""How exactly it is kept when an API key was used last."""
SESSION = "session"
"""The claim with the sign-in that an actor's token came of."""


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a credential means, and until when that is believed without asking again."""

    actor: Actor
    until: float


class AccountIdentity:
    """Turns access tokens and API keys into actors; an account that was disabled, or signed out, is nobody's.

    A credential that was found good is believed for `seconds`, unless an account changes in this process.
    """

    scheme = "Bearer"

    def __init__(
        self,
        tables: Tables,
        store: Store,
        tokens: Tokens,
        database: Database,
        *,
        seconds: float,
        clock: Callable[[], float] = clock.steady,
    ) -> None:
        self.tables = tables
        self.store = store
        self.tokens = tokens
        self.database = database
        self.seconds = seconds
        self.clock = clock
        self.known: dict[str, Known] = {}
        self.unsettled_until = 0.0
        binds = Binds()
        keys = tables.keys.c
        this = keys.id == binds.add(lambda inputs: inputs.row["key_id"], keys.id.type)
        used = sa.update(tables.keys).values(used_at=binds.add(lambda inputs: inputs.now, keys.used_at.type))
        self.mark_used = compiled(used.where(this), binds, database.dialect)

    async def identify(self, credentials: Credentials) -> Actor:
        """The actor with this token or key; Unauthenticated, for whatever reason, in one sentence."""
        value = credentials.value
        known = self.known.get(value)
        if known is not None and known.until > self.clock():
            return known.actor
        if credentials.scheme != "bearer":
            raise Unauthenticated(WRONG)
        now = self.clock()
        if value.startswith(KEY_PREFIX):
            actor, left = await self.by_key(value)
        else:
            actor, left = await self.by_token(value)
        if now >= self.unsettled_until:
            if len(self.known) >= MOST:
                self.known.clear()
            self.known[value] = Known(actor, now + min(self.seconds, left))
        return actor

    async def find(self, name: str) -> Actor:
        """The account with that address."""
        row = await self.store.by_email.find(email=name.lower())
        if row is None or row["disabled_at"] is not None:
            raise Unauthenticated(f"There is no account {name}, or it is disabled.")
        return self.actor(row)

    def forget(self) -> None:
        """Believes nothing any more that was found out so far: some account has changed, or is about to."""
        self.known.clear()
        self.unsettled_until = self.clock() + SETTLING

    async def by_token(self, token: str) -> tuple[Actor, float]:
        """The actor of an access token, and for how many seconds it is good."""
        claims = self.tokens.verify(token)
        account, session = as_key(self.tables, claims.subject), as_uuid(claims.session or "")
        if account is None or session is None:
            raise Unauthenticated(WRONG)
        row = await self.store.by_session.find(account=account, session=session)
        if row is None or row["disabled_at"] is not None or is_over(row["expires_at"], clock.now()):
            raise Unauthenticated(WRONG)
        return self.actor(row, session=str(session)), claims.expires - self.tokens.clock()

    async def by_key(self, text: str) -> tuple[Actor, float]:
        """The actor of an API key, and for how many seconds it is good."""
        key, now = read_api_key(text), clock.now()
        row = await self.store.by_key.find(prefix=key.prefix) if key is not None else None
        if key is None or row is None or not hmac.compare_digest(row["secret_hash"], hashed(key.secret)):
            raise Unauthenticated(WRONG)
        if row["disabled_at"] is not None or is_over(row["expires_at"], now):
            raise Unauthenticated(WRONG)
        if row["used_at"] is None or now - row["used_at"] > USED_EVERY:
            await self.note_use(row, now)
        left = (row["expires_at"] - now).total_seconds() if row["expires_at"] is not None else self.seconds
        scopes = scopes_of(self.tables.account, row["roles"].root) & frozenset(row["scopes"].root)
        return self.actor(row, scopes=scopes), left

    async def note_use(self, row: Mapping[str, Any], now: dt.datetime) -> None:
        """Writes down that a key was used; where nothing can be written now, the call goes on without."""
        values = self.mark_used.values(Inputs(Actor(), now, row=row))

        def script() -> Script[None]:
            yield Command(self.mark_used.text, values)

        try:
            await self.database.write(script)
        except MainstayError:
            return

    def actor(
        self, row: Mapping[str, Any], *, session: str | None = None, scopes: frozenset[str] = frozenset()
    ) -> Actor:
        """Who an account is for policies."""
        claims = {name: row[name] for name in self.store.claims}
        if session is not None:
            claims[SESSION] = session
        return Actor(row["id"], frozenset(row["roles"].root), scopes, claims)
