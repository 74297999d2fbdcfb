"""What people do with their accounts, as operations like any others: under `/auth`, in the list, with policies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar
from uuid import UUID

import pydantic
import sqlalchemy as sa
from annotated_types import Len
from msgspec.structs import replace
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncSession

from mainstay.accounts.identity import SESSION, AccountIdentity
from mainstay.accounts.marks import Refresh, Sealer, hashed, new_api_key, new_session
from mainstay.accounts.stored import Store, Tables, scopes_of
from mainstay.actor import Actor
from mainstay.behaviour import Call
from mainstay.compiler.docstrings import attribute_docstring
from mainstay.declare import Actions, action, anyone, signed_in
from mainstay.declare.account import RoleName, Roles
from mainstay.declare.action import MARK
from mainstay.errors import Conflict, Detail, Forbidden, NotFound, Unauthenticated, ValidationError
from mainstay.identity.passwords import LONGEST, Passwords, weakness
from mainstay.identity.tokens import Tokens
from mainstay.kinds import Email, Moment, uuid7
from mainstay.settings import Settings

F = TypeVar("F", bound=Callable[..., Any])

WRONG = "The address or the password is not right."
"""Told of an unknown address, a wrong password and a disabled account alike."""
MOST_KEYS = 100
"""API keys that an account may have at one time."""

Address = Annotated[str, Email(folded=True)]
End = Annotated[dt.datetime, Moment()]
Password = Annotated[str, Len(1, LONGEST), Field(json_schema_extra={"format": "password", "writeOnly": True})]


SAMPLES = {
    "account": "019a0b1c-2d3e-7f40-8152-637485960718",
    "access": "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIwMTlhMGIxYyJ9.c2lnbmF0dXJl",
    "refresh": "AZoLHC0-f0CBUmN0hZYHGAAAAAABAgMEBQYHCAkKCwwNDg8Q",
    "key": "nightly export",
    "prefix": "3f9a1c07",
    "moment": "2026-11-21T18:30:00Z",
}
"""What such values look like, for the document."""


def shown(name: str) -> Any:
    """The example of a member in the document."""
    return Field(examples=[SAMPLES[name]])


class Told(BaseModel):
    """What is told of an account, each member with its words in the document."""

    model_config = ConfigDict(use_attribute_docstrings=True)


class Given(Told):
    """What a caller gives: nothing besides its members."""

    model_config = ConfigDict(extra="forbid")


class SignIn(Given):
    """An address and its password."""

    email: Address
    """The account's address."""
    password: Password
    """The account's password."""


class RefreshGiven(Given):
    """A refresh token, which is good for one use."""

    refresh_token: Annotated[str, Len(1, 200), shown("refresh")]
    """What the sign-in, or the last refresh, answered with."""


class SignOut(Given):
    """Which sign-ins end."""

    everywhere: bool = False
    """Whether every sign-in of the account ends, not this one alone."""


class ChangePassword(Given):
    """The password as it was, and as it shall be."""

    current_password: Password
    """The password that the account has."""
    new_password: Password
    """The password that it shall have."""


class NewApiKey(Given):
    """An API key as it is asked for."""

    name: Annotated[str, Len(1, 80), shown("key")]
    """What its owner knows it by."""
    scopes: Annotated[list[RoleName], Len(0, 100), Field(examples=[[]])] = []
    """What it may do beyond what everybody may who is signed in: scopes that keys can have here, and `role:` before a
    role of the account's own."""
    expires_at: End | None = None
    """When it stops being good; never unless given."""


class SignedIn(Told):
    """What a client signs its calls with, in the words of OAuth (RFC 6749, 5.1); times are in seconds."""

    access_token: Annotated[str, shown("access")]
    """What stands in the header Authorization behind `Bearer`."""
    token_type: Annotated[str, Field(examples=["Bearer"])] = "Bearer"  # noqa: S105 - a scheme
    """How the access token is sent."""
    expires_in: Annotated[int, Field(examples=[900])]
    """For how long the access token is good."""
    refresh_token: Annotated[str, shown("refresh")]
    """What the next tokens are asked for with; good for one use."""
    refresh_expires_in: Annotated[int, Field(examples=[2_592_000])]
    """After how long one has to sign in again."""


class AccountAnswer(Told):
    """An account as its owner sees it."""

    id: Annotated[Any, shown("account")]
    """What it is known by."""
    email: Annotated[str, Field(examples=["ada@example.com"])]
    """Its address."""
    roles: Annotated[list[str], Field(examples=[[]])]
    """The roles that it has."""


class ApiKeyAnswer(Told):
    """An API key as its owner sees it."""

    id: Annotated[UUID, shown("account")]
    """What it is known by."""
    name: Annotated[str, shown("key")]
    """What its owner calls it."""
    prefix: Annotated[str, shown("prefix")]
    """How it begins behind `msk_`, by which it is recognized."""
    scopes: Annotated[list[str], Field(examples=[[]])]
    """What it may do."""
    created_at: Annotated[dt.datetime, shown("moment")]
    """When it was made."""
    expires_at: Annotated[dt.datetime | None, Field(examples=[None])]
    """When it stops being good; null where it never does."""
    used_at: Annotated[dt.datetime | None, Field(examples=[None])]
    """When it was last used, to a minute; null where it never was."""


class MadeApiKey(ApiKeyAnswer):
    """An API key that has just been made: the only answer that has the key itself."""

    key: Annotated[str, Field(examples=[f"msk_{SAMPLES['prefix']}_{64 * '0'}"])]
    """The key, which stands in the header Authorization behind `Bearer`."""


class Desk:
    """What the operations have in common."""

    def __init__(
        self,
        tables: Tables,
        store: Store,
        identity: AccountIdentity,
        passwords: Passwords,
        tokens: Tokens,
        sealer: Sealer,
        settings: Settings,
    ) -> None:
        self.tables = tables
        self.store = store
        self.identity = identity
        self.passwords = passwords
        self.tokens = tokens
        self.sealer = sealer
        self.settings = settings

    def check(self, password: str, field: str, *known: str) -> None:
        """Raises ValidationError where a new password is too weak."""
        wrong = weakness(password, least=self.settings.password_length, mixed=self.settings.password_mixed, known=known)
        if wrong is not None:
            raise ValidationError(details=(Detail(field, "weak_password", wrong),))

    async def proven(self, row: Mapping[str, Any] | None, password: str) -> Mapping[str, Any]:
        """The account whose password this is; Unauthenticated, as slowly, where it is not or there is no account."""
        right = await self.passwords.verify(None if row is None else row["password_hash"], password)
        if row is None or not right or row["disabled_at"] is not None:
            raise Unauthenticated(WRONG)
        return row

    async def let_in(self, given: SignIn) -> tuple[Mapping[str, Any], dict[str, Any]]:
        """The account that signs in, and what of it is to be written anew; Unauthenticated where nobody does."""
        row = await self.proven(await self.store.by_email.find(email=given.email), given.password)
        if self.passwords.outdated(row["password_hash"]):
            return row, {"password_hash": await self.passwords.hash(given.password)}
        return row, {}

    def check_scopes(self, scopes: Sequence[str], actor: Actor) -> None:
        """Raises ValidationError where a key of the actor's cannot have one of the scopes."""
        possible = scopes_of(self.tables.account, actor.roles)
        words = f"is not a scope of your keys; {', '.join(sorted(possible)) or 'there is none'}"
        wrong = [place for place, scope in enumerate(scopes) if scope not in possible]
        if wrong:
            raise ValidationError(details=tuple(Detail(f"scopes[{place}]", "wrong_value", words) for place in wrong))

    async def still(self, session: AsyncSession, row: Mapping[str, Any], **values: Any) -> None:
        """Locks an account whose password was proven, and sets these values; Unauthenticated where it has changed."""
        accounts = self.tables.accounts
        same = (
            self.tables.key == row["id"],
            accounts.c.password_hash == row["password_hash"],
            accounts.c.disabled_at.is_(None),
        )
        locked = await session.execute(sa.select(self.tables.key).where(*same).with_for_update())
        if locked.first() is None:
            raise Unauthenticated(WRONG)
        if values:
            await session.execute(sa.update(accounts).where(self.tables.key == row["id"]).values(**values))

    async def own(self, call: Call) -> Mapping[str, Any]:
        """The caller's account."""
        row = await self.store.by_id.find(account=call.actor.id)
        if row is None:
            raise Unauthenticated
        return row

    async def begin(self, session: AsyncSession, account: Any, now: dt.datetime) -> SignedIn:
        """A new sign-in."""
        identifier = uuid7()
        lifetime = dt.timedelta(seconds=self.settings.sign_in_lifetime)
        await self.clear(session, account, now)
        values = {"id": identifier, "account_id": account, "generation": 0, "created_at": now, "used_at": now}
        await session.execute(sa.insert(self.tables.sessions).values(**values, expires_at=now + lifetime))
        return self.signed_in(account, Refresh(identifier, 0), self.settings.sign_in_lifetime)

    async def begin_session(self, session: AsyncSession, call: Call, account: Any) -> None:
        """A new session of a browser; the one that it had is over, so that nobody knows the new one from before."""
        if SESSION in call.actor.claims:
            await self.end(session, call.now, self.tables.sessions.c.id == UUID(call.actor.claims[SESSION]))
        await self.clear(session, account, call.now)
        secret = new_session()
        lifetime = self.settings.session_lifetime
        values = {
            "id": uuid7(),
            "account_id": account,
            "generation": 0,
            "secret_hash": hashed(secret),
            "created_at": call.now,
            "used_at": call.now,
            "expires_at": call.now + dt.timedelta(seconds=lifetime),
        }
        await session.execute(sa.insert(self.tables.sessions).values(**values))
        call.keep(secret, lifetime)

    async def renew_session(self, session: AsyncSession, call: Call, current: UUID) -> None:
        """Another secret for the browser's session that calls, where one does."""
        sessions, secret = self.tables.sessions, new_session()
        own = sa.and_(sessions.c.id == current, sessions.c.secret_hash.is_not(None))
        renewed = sa.update(sessions).where(own).values(secret_hash=hashed(secret)).returning(sessions.c.expires_at)
        expires_at = (await session.execute(renewed)).scalar()
        if expires_at is not None:
            call.keep(secret, int((expires_at - call.now).total_seconds()))

    def signed_in(self, account: Any, refresh: Refresh, left: float) -> SignedIn:
        """The tokens of a sign-in."""
        return SignedIn(
            access_token=self.tokens.sign(str(account), session=str(refresh.session)),
            expires_in=self.tokens.seconds,
            refresh_token=self.sealer.write(refresh),
            refresh_expires_in=max(int(left), 0),
        )

    async def renew(self, session: AsyncSession, refresh: Refresh, now: dt.datetime) -> SignedIn | None:
        """The next tokens of a sign-in; None where the token was used before, after which the sign-in is over.

        Of several calls with one token the database lets one through.
        """
        sessions, accounts = self.tables.sessions, self.tables.accounts
        live = (sessions.c.id == refresh.session, sessions.c.revoked_at.is_(None), sessions.c.expires_at > now)
        found = await session.execute(
            sa.update(sessions)
            .where(*live, sessions.c.generation == refresh.generation)
            .values(generation=refresh.generation + 1, used_at=now)
            .returning(sessions.c.account_id, sessions.c.expires_at)
        )
        row = found.first()
        if row is None:
            await session.execute(sa.update(sessions).where(*live).values(revoked_at=now))
            return None
        enabled = sa.select(self.tables.key).where(self.tables.key == row.account_id, accounts.c.disabled_at.is_(None))
        if (await session.execute(enabled)).first() is None:
            return None
        following = Refresh(refresh.session, refresh.generation + 1)
        return self.signed_in(row.account_id, following, (row.expires_at - now).total_seconds())

    async def end(self, session: AsyncSession, now: dt.datetime, *which: sa.ColumnElement[bool]) -> None:
        """Ends sign-ins."""
        sessions = self.tables.sessions
        await session.execute(sa.update(sessions).where(sessions.c.revoked_at.is_(None), *which).values(revoked_at=now))

    async def clear(self, session: AsyncSession, account: Any, now: dt.datetime) -> None:
        """Deletes the rows of an account's sign-ins that are over: nothing that was issued for one is good any more."""
        sessions = self.tables.sessions
        over = sa.or_(sessions.c.revoked_at.is_not(None), sessions.c.expires_at <= now)
        await session.execute(sa.delete(sessions).where(sessions.c.account_id == account, over))

    def sign_up_shape(self) -> type[BaseModel]:
        """The body of a sign-up: address, password, and what else the model says that a new account gives."""
        model = self.tables.account
        parts: dict[str, Any] = {
            "email": (Annotated[Address, Field(description="The address that it signs in with.")], ...),
            "password": (Annotated[Password, Field(description="The password that it signs in with.")], ...),
        }
        for attribute in model.sign_up:
            column: Any = attribute.property.columns[0]
            annotation = column.type.kind.annotation()
            words = attribute_docstring(model, attribute.key)
            needed = not column.nullable and column.default is None and column.server_default is None
            annotation = annotation | None if column.nullable else annotation
            annotation = Annotated[annotation, Field(description=words)] if words else annotation
            parts[attribute.key] = (annotation, ... if needed else None)
        return pydantic.create_model("SignUp", __config__=ConfigDict(extra="forbid"), __doc__=SIGN_UP, **parts)


SIGN_UP = "A new account."


def counted(name: str) -> Callable[[F], F]:
    """Lets actions of one name use up one limit, and an address's whoever calls: a new account brings no new tries."""

    def mark(function: F) -> F:
        setattr(function, MARK, replace(getattr(function, MARK), shared=name))
        return function

    return mark


def sign_in_of(call: Call, what: str) -> UUID:
    """The sign-in that a call came of; Forbidden where it came with an API key, which is for programs."""
    current = call.actor.claims.get(SESSION)
    if current is None:
        raise Forbidden(f"Only who has signed in with the password {what}; an API key does not.")
    return UUID(current)


def operations(desk: Desk) -> type[Actions]:
    """The operations of one application's accounts."""
    seldom = desk.settings.sign_in_limit
    account = desk.tables.account
    new: Callable[..., Any] = account
    sessions, keys = desk.tables.sessions, desk.tables.keys

    class Auth(Actions):
        """Signing up, in and out."""

        name = "auth"

        @counted("sign-up")
        @action(allow=anyone, status=201, transaction=False, limit=seldom)
        async def sign_up(self, call: Call, given: Any) -> AccountAnswer:
            """Make an account."""
            values = {name: getattr(given, name) for name in given.model_fields_set if name != "password"}
            words = [value for name, value in values.items() if isinstance(value, str) and name != "email"]
            desk.check(given.password, "password", *words, given.email.partition("@")[0])
            password_hash = await desk.passwords.hash(given.password)
            async with call.transaction() as session:
                row = new(**values, password_hash=password_hash, roles=Roles())
                session.add(row)
                await session.flush()
                key = getattr(row, sa.inspect(account).get_property_by_column(desk.tables.key).key)
            return AccountAnswer(id=key, email=given.email, roles=[])

        @counted("sign-in")
        @action(allow=anyone, status=200, transaction=False, limit=seldom)
        async def sign_in(self, call: Call, given: SignIn) -> SignedIn:
            """Begin a sign-in: an access token for calls, a refresh token for the next one."""
            row, again = await desk.let_in(given)
            async with call.transaction() as session:
                await desk.still(session, row, **again)
                return await desk.begin(session, row["id"], call.now)

        @counted("sign-in")
        @action(allow=anyone, status=200, path="/session", transaction=False, limit=seldom)
        async def start_session(self, call: Call, given: SignIn) -> AccountAnswer:
            """Begin the session of a browser, which keeps it in a cookie that no script can read; `sign-out` ends it.

            The session that the browser had is over.  Programs sign in for tokens instead.
            """
            row, again = await desk.let_in(given)
            async with call.transaction() as session:
                await desk.still(session, row, **again)
                await desk.begin_session(session, call, row["id"])
            if SESSION in call.actor.claims:
                desk.identity.forget()
            return AccountAnswer(id=row["id"], email=row["email"], roles=sorted(row["roles"].root))

        @action(allow=anyone, status=200, transaction=False)
        async def refresh(self, call: Call, given: RefreshGiven) -> SignedIn:
            """Exchange a refresh token, once, for the next tokens; a second use ends the sign-in."""
            refresh = desk.sealer.read(given.refresh_token)
            async with call.transaction() as session:
                renewed = await desk.renew(session, refresh, call.now)
            if renewed is None:
                desk.identity.forget()
                raise Unauthenticated("This refresh token is no longer good; sign in again.")
            return renewed

        @action(allow=signed_in, status=204)
        async def sign_out(self, call: Call, given: SignOut) -> None:
            """End this sign-in, or every one of the account."""
            current = sign_in_of(call, "ends sign-ins")
            which = sessions.c.account_id == call.actor.id if given.everywhere else sessions.c.id == current
            await desk.end(call.session, call.now, which)
            call.keep("", 0)
            desk.identity.forget()

        @action(allow=signed_in, method="GET")
        async def me(self, call: Call) -> AccountAnswer:
            """The account that is signed in."""
            row = await desk.own(call)
            return AccountAnswer(id=row["id"], email=row["email"], roles=sorted(row["roles"].root))

        @action(allow=signed_in, status=204, transaction=False, limit=seldom)
        async def change_password(self, call: Call, given: ChangePassword) -> None:
            """Change the password; every other sign-in of the account ends."""
            current = sign_in_of(call, "changes it")
            row = await desk.own(call)
            if not await desk.passwords.verify(row["password_hash"], given.current_password):
                raise ValidationError(details=(Detail("current_password", "wrong_password", "is not right"),))
            desk.check(given.new_password, "new_password", row["email"].partition("@")[0])
            password_hash = await desk.passwords.hash(given.new_password)
            async with call.transaction() as session:
                await desk.still(session, row, password_hash=password_hash)
                await desk.renew_session(session, call, current)
                await desk.end(session, call.now, sessions.c.account_id == row["id"], sessions.c.id != current)
            desk.identity.forget()

        @action(allow=signed_in, method="GET", path="/api-keys")
        async def api_keys(self, call: Call) -> list[ApiKeyAnswer]:
            """The account's API keys, the newest first."""
            own = sa.select(keys).where(keys.c.account_id == call.actor.id).order_by(keys.c.id.desc()).limit(MOST_KEYS)
            rows = (await call.session.execute(own)).mappings()
            return [ApiKeyAnswer(**{**row, "scopes": row["scopes"].root}) for row in rows]

        @action(allow=signed_in, path="/api-keys", status=201)
        async def create_api_key(self, call: Call, given: NewApiKey) -> MadeApiKey:
            """Make an API key: the answer alone has the key, only its hash is kept."""
            sign_in_of(call, "makes API keys")
            if given.expires_at is not None and given.expires_at <= call.now:
                raise ValidationError(details=(Detail("expires_at", "in_the_past", "has passed already"),))
            desk.check_scopes(given.scopes, call.actor)
            own = sa.select(sa.func.count()).select_from(keys).where(keys.c.account_id == call.actor.id)
            if (await call.session.execute(own)).scalar_one() >= MOST_KEYS:
                raise Conflict(f"An account has {MOST_KEYS} API keys at most; delete one that is no longer used.")
            made = new_api_key()
            row: dict[str, Any] = {
                "id": uuid7(),
                "name": given.name,
                "prefix": made.prefix,
                "created_at": call.now,
                "expires_at": given.expires_at,
                "used_at": None,
            }
            stored = {**row, "account_id": call.actor.id, "secret_hash": hashed(made.secret)}
            await call.session.execute(sa.insert(keys).values(**stored, scopes=Roles(given.scopes)))
            return MadeApiKey(**row, scopes=given.scopes, key=str(made))

        @action(allow=signed_in, method="DELETE", path="/api-keys/{id}", status=204)
        async def delete_api_key(
            self, call: Call, id: Annotated[UUID, Field(description="What the key is known by.")]
        ) -> None:
            """Delete an API key; it is good for nothing from this moment on."""
            sign_in_of(call, "deletes API keys")
            own = sa.delete(keys).where(keys.c.id == id, keys.c.account_id == call.actor.id)
            done: Any = await call.session.execute(own)
            if done.rowcount == 0:
                raise NotFound
            desk.identity.forget()

    Auth.sign_up.__annotations__["given"] = desk.sign_up_shape()
    return Auth
