"""Who is calling, by access token, API key or session, as the accounts know them."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from mainstay import clock
from mainstay.accounts.marks import KEY_PREFIX, hashed, read_api_key
from mainstay.accounts.stored import ROLE, Store, Tables, as_key, as_uuid, is_over, roles_in, scopes_of
from mainstay.actor import NOBODY, Actor
from mainstay.backing.databases.database import Command, Database, Script
from mainstay.engine.sql.statement import Binds, Inputs, Part, Statement, compiled
from mainstay.errors import MainstayError, Unauthenticated
from mainstay.identity import Credentials
from mainstay.identity.tokens import WRONG, Tokens

MOST = 10_000
"""Credentials that are remembered at one time."""
SETTLING = 6.0
"""Seconds after a change to an account in which nothing is remembered: its transaction may not have ended yet."""
USED_EVERY = dt.timedelta(minutes=1)
"""How exactly it is kept when an API key was used last."""
CHANGED = "mainstay_accounts"
"""The channel by which processes tell one another that an account has changed."""
SESSION = "session"
"""The claim with the sign-in that an actor's token came of."""


@dataclass(frozen=True, slots=True)
class Known:
    """Whom a credential means, and until when that is believed without asking again."""

    actor: Actor
    until: float


class AccountIdentity:
    """An access token, which `auth.sign_in` gives for some minutes, or an API key, which `auth.create_api_key` makes.

    A token of a sign-in that was ended, and either of an account that is disabled, are good no more.
    """

    scheme = "Bearer"
    cookie = "session"

    def __init__(
        self,
        tables: Tables,
        store: Store,
        tokens: Tokens,
        database: Database,
        *,
        seconds: float,
        idle: float,
        clock: Callable[[], float] = clock.steady,
    ) -> None:
        self.tables = tables
        self.store = store
        self.tokens = tokens
        self.database = database
        self.seconds = seconds
        """How long a credential that was found good is believed, unless an account changes meanwhile."""
        self.idle = dt.timedelta(seconds=idle)
        """How long a browser's session may be unused."""
        self.clock = clock
        self.known: dict[Credentials, Known] = {}
        self.unsettled_until = 0.0
        database.listen(CHANGED, self.drop)
        self.key_used = self.marking(tables.keys)
        self.session_used = self.marking(tables.sessions)

    async def identify(self, credentials: Credentials) -> Actor:
        """The actor with this token, key or session; Unauthenticated, for whatever reason, in one sentence.

        A session that is over is nobody's.
        """
        value = credentials.value
        known = self.known.get(credentials)
        if known is not None and known.until > self.clock():
            return known.actor
        now = self.clock()
        if credentials.scheme == "cookie":
            found = await self.by_cookie(value)
            if found is None:
                return NOBODY
            actor, left = found
        elif credentials.scheme != "bearer":
            raise Unauthenticated(WRONG)
        elif value.startswith(KEY_PREFIX):
            actor, left = await self.by_key(value)
        else:
            actor, left = await self.by_token(value)
        if now >= self.unsettled_until:
            if len(self.known) >= MOST:
                self.known.clear()
            self.known[credentials] = Known(actor, now + min(self.seconds, left))
        return actor

    async def find(self, name: str) -> Actor:
        """The account with that address."""
        row = await self.store.by_email.find(email=name.lower())
        if row is None or row["disabled_at"] is not None:
            raise Unauthenticated(f"There is no account {name}, or it is disabled.")
        return self.actor(row)

    def forget(self) -> None:
        """Lets no process believe any more what was found out so far: some account has changed, or is about to."""
        self.drop()
        self.database.notify(CHANGED)

    def drop(self) -> None:
        """Believes nothing any more that was found out so far."""
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
            await self.note_use(self.key_used, row["key_id"], now)
        left = (row["expires_at"] - now).total_seconds() if row["expires_at"] is not None else self.seconds
        scopes = scopes_of(self.tables.account, row["roles"].root) & frozenset(row["scopes"].root)
        roles = roles_in(scopes)
        return Actor(row["id"], roles, scopes - {f"{ROLE}{role}" for role in roles}, self.claims(row)), left

    async def by_cookie(self, secret: str) -> tuple[Actor, float] | None:
        """The actor of a browser's session, and for how many seconds it is good; None where it is not."""
        row, now = await self.store.by_cookie.find(secret=hashed(secret)), clock.now()
        if row is None or row["disabled_at"] is not None:
            return None
        ends = min(row["expires_at"], row["used_at"] + self.idle)
        if ends <= now:
            return None
        if now - row["used_at"] > min(USED_EVERY, self.idle / 10):
            await self.note_use(self.session_used, row["session_id"], now)
        return self.actor(row, session=str(row["session_id"])), (ends - now).total_seconds()

    def marking(self, table: sa.Table) -> Statement:
        """The statement that writes down when something was used."""
        binds = Binds()
        this = table.c.id == binds.add(Part("row", "id"), table.c.id.type)
        used = sa.update(table).values(used_at=binds.add(Part("now"), table.c.used_at.type))
        return compiled(used.where(this), binds, self.database.dialect)

    async def note_use(self, used: Statement, identifier: UUID, now: dt.datetime) -> None:
        """Writes down that something was used; where nothing can be written now, the call goes on without."""
        values = used.values(Inputs(NOBODY, lambda: now, row={"id": identifier}))

        def script() -> Script[None]:
            yield Command(used.text, values)

        try:
            await self.database.write(script)
        except MainstayError:
            return

    def actor(self, row: Mapping[str, Any], *, session: str | None = None) -> Actor:
        """Who an account is for policies."""
        claims = self.claims(row)
        if session is not None:
            claims[SESSION] = session
        return Actor(row["id"], frozenset(row["roles"].root), frozenset(), claims)

    def claims(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """What policies may ask of an account by name."""
        return {name: row[name] for name in self.store.claims}
