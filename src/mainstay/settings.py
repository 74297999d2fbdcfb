"""Everything that can be set from outside: `MAINSTAY_` and the name in the environment, or in `.env`."""

from __future__ import annotations

import ipaddress
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, SecretStr, ValidationInfo, field_serializer, field_validator, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SecretsSettingsSource,
    SettingsConfigDict,
)

from mainstay.operation import Limit

SECRETS = Path("/run/secrets")
HOST = re.compile(r"\*|(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*\.?|\[[0-9a-f:.]+\]").fullmatch
"""Of a name in lower case, or an address, as the header Host has them."""
ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/?#@*\s]+").fullmatch
"""Of an origin in lower case (RFC 6454, 6.2)."""
PERIODS = {"second": 1, "minute": 60, "hour": 3600, "day": 86400}

Seconds = Annotated[float, Field(gt=0)]
Words = Annotated[tuple[str, ...], NoDecode]
"""Several words; in the environment separated by commas."""


class Settings(BaseSettings):
    """What an application is told by where it runs; every time is in seconds, every size in bytes."""

    model_config = SettingsConfigDict(
        env_prefix="MAINSTAY_",
        env_file=".env",
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
    )

    secrets_dir: Path = SECRETS
    """The folder with a file for each secret, such as `mainstay_secret_key`, as Docker, Kubernetes and Vault's agent
    write them; any setting may stand there.  The folder itself is named in the environment alone."""

    database_url: str = "sqlite:///mainstay.db"
    """The database: `sqlite:///file.db` or `postgresql://user:password@host/name`."""

    create_tables: bool = True
    """Whether the schema is brought up to date at start: by the migrations where there are any, which is meant for
    development; else by creating the tables and indexes that are missing.  Without it an application whose database is
    behind its migrations does not start."""

    migrations: Path = Path("migrations")
    """The folder of the migrations."""

    secret_key: SecretStr | None = None
    """What cursors and refresh tokens are signed with, 32 characters or more.  Without it a random key is made at
    start: neither then survives a restart, and several processes do not take one another's."""

    signing_key: SecretStr | None = None
    """What access tokens are signed with: the PEM of a private key for Ed25519, or a secret for HS256 of 32 bytes or
    more.  Without it a key is made at the first start and kept in `signing_key_file`, for development."""

    signing_key_file: str = ".mainstay/signing.pem"
    """Where the key is kept that is made where `signing_key` is not set."""

    retired_signing_keys: tuple[SecretStr, ...] = ()
    """Keys that no longer sign and whose tokens are still taken: `["-----BEGIN .."]`."""

    token_issuer: str = "mainstay"  # noqa: S105 - a name
    """Who says what an access token says (`iss`): an address of this application."""

    token_audience: str = "mainstay"  # noqa: S105 - a name
    """Whom an access token is for (`aud`); a token for another one is refused."""

    token_lifetime: Annotated[int, Field(ge=1)] = 900
    """How long an access token is good for; one that would be good for longer is refused."""

    sign_in_lifetime: Annotated[int, Field(ge=60)] = 30 * 24 * 3600
    """How long a sign-in lasts: refresh tokens end with it."""

    session_lifetime: Annotated[int, Field(ge=60)] = 7 * 24 * 3600
    """How long the session of a browser lasts at most, however often it is used."""

    session_idle: Annotated[int, Field(ge=60)] = 24 * 3600
    """After how long without a call the session of a browser ends."""

    account_cache: Annotated[float, Field(ge=0, le=60)] = 5.0
    """How long a token that was good is believed without asking again.  A change of an account ends that at once, in
    every process on PostgreSQL; on SQLite `mainstay user`, and behind a pooler every other process, is heard of after
    this time."""

    password_length: Annotated[int, Field(ge=8, le=64)] = 12
    """The fewest characters of a password."""

    password_mixed: bool = False
    """Whether a password needs upper and lower case and a digit, which NIST SP 800-63B-4 advises against."""

    sign_in_limit: str | None = "5/minute"
    """Attempts to sign in, to sign up and to change a password, for each caller and address; empty for no limit.  Each
    process counts for itself: of two workers a caller has up to twice as many."""

    pool_size: Annotated[int, Field(ge=1)] = 20
    """Connections to PostgreSQL that are kept."""

    pool_overflow: Annotated[int, Field(ge=0)] = 10
    """Connections to PostgreSQL beyond `pool_size` that may be opened while all are used."""

    pool_wait: Seconds = 30.0
    """How long a call waits for a connection before it is answered with 503."""

    pool_recycle: Seconds = 3600.0
    """The age at which a connection is replaced."""

    connect_timeout: Seconds = 5.0
    """How long connecting to PostgreSQL may take."""

    statement_timeout: Seconds = 5.0
    """How long one statement may run before it is cut and answered with 503."""

    lock_timeout: Seconds = 2.0
    """How long a statement on PostgreSQL waits for a lock before it is answered with 503."""

    prepared_statements: bool = True
    """Whether statements are prepared once for each connection to PostgreSQL; off behind a pooler such as PgBouncer,
    whose connections change hands between transactions."""

    body_limit: Annotated[int, Field(ge=0)] = 1_048_576
    """The largest body that is read; a larger one is answered with 413."""

    body_timeout: Seconds = 10.0
    """How long a body may take to arrive; a slower one is answered with 408."""

    header_timeout: Seconds = 10.0
    """How long the head of a request may take to arrive, and how long a connection may be idle, before it is cut."""

    shutdown_timeout: Seconds = 15.0
    """How long the requests that run are waited for when the server stops."""

    address_limit: str | None = "100/minute"
    """Calls for each address, written `100/minute` (second, minute, hour, day); empty for no limit."""

    user_limit: str | None = "1000/hour"
    """Calls for each user, written as `address_limit` is."""

    allowed_hosts: Words = ("*",)
    """Values of the Host header that are answered: `api.example.com`, `*.example.com`, or `*` for any."""

    trusted_proxies: Words = ()
    """Addresses or networks (`10.0.0.0/8`) of proxies whose X-Forwarded-For is believed."""

    cors_origins: Words = ()
    """Origins whose pages may call this from a browser: `https://shop.example.com`, or `*` for any."""

    cors_credentials: bool = False
    """Whether those pages may send cookies; refused together with the origin `*`."""

    docs: bool = True
    """Whether `/docs` shows people the operations and lets them try each; it loads nothing from other hosts."""

    log: Literal["json", "off"] = "json"
    """`json` writes one line for each request and each fault to the standard output."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Arguments stand above the environment, that above `.env`, that above the files with secrets."""
        folder = Path(os.environ.get("MAINSTAY_SECRETS_DIR", SECRETS))
        files = (SecretsSettingsSource(settings_cls, folder),) if folder.is_dir() else ()
        return (init_settings, env_settings, dotenv_settings, *files)

    @field_validator("secrets_dir")
    @classmethod
    def is_folder(cls, value: Path) -> Path:
        """Refuses a folder that is not there, unless nobody has named it."""
        if value != SECRETS and not value.is_dir():
            raise ValueError("names no folder")
        return value

    @field_validator("allowed_hosts", "trusted_proxies", "cors_origins", mode="before")
    @classmethod
    def words(cls, value: Any) -> Any:
        """Words separated by commas, as the environment has them."""
        return tuple(word.strip() for word in value.split(",") if word.strip()) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Refuses what is no address and no network."""
        for word in value:
            ipaddress.ip_network(word, strict=False)
        return value

    @field_validator("allowed_hosts")
    @classmethod
    def hosts(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Refuses what no host is called, so that nobody would be answered."""
        wrong = [word for word in value if HOST(word.lower()) is None]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no host; write api.example.com, *.example.com or *, without a port")
        return value

    @field_validator("cors_origins")
    @classmethod
    def pages(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        """Origins as browsers write them; refuses what is none, so that no page would be let in."""
        wrong = [word for word in value if word != "*" and ORIGIN(word.lower()) is None]
        if wrong:
            raise ValueError(f"{wrong[0]!r} is no origin; write https://shop.example.com, without a path, or *")
        return tuple(word.lower() for word in value)

    @field_validator("address_limit", "user_limit", "sign_in_limit")
    @classmethod
    def rate(cls, value: str | None, info: ValidationInfo) -> str | None:
        """Refuses what is no limit."""
        if value:
            limit(value, "user" if info.field_name == "user_limit" else "address")
        return value or None

    @field_validator("secret_key")
    @classmethod
    def long_enough(cls, value: SecretStr | None) -> SecretStr | None:
        """Refuses a key that can be guessed."""
        if value is not None and len(value.get_secret_value()) < 32:
            raise ValueError("has fewer than 32 characters; make one with: openssl rand -hex 32")
        return value

    @field_serializer("database_url")
    def hidden(self, value: str) -> str:
        """The database without its password, wherever settings are written out."""
        return without_password(value)

    def __repr_args__(self) -> Iterator[tuple[str | None, Any]]:
        """What is printed of the settings, also of those that a class of the user's declares anew."""
        for name, value in super().__repr_args__():
            yield name, without_password(value) if name == "database_url" else value

    @model_validator(mode="after")
    def no_credentials_for_everybody(self) -> Settings:
        """Refuses credentials from pages of any origin (Fetch standard, 3.3.5)."""
        if self.cors_credentials and "*" in self.cors_origins:
            raise ValueError("cors_credentials cannot be set with the origin *; name the origins in cors_origins")
        return self

    @property
    def limits(self) -> tuple[Limit, ...]:
        """The limits that all operations share."""
        given = (("address", self.address_limit), ("user", self.user_limit))
        return tuple(limit(text, per) for per, text in given if text)  # type: ignore[arg-type]

    def database_options(self) -> dict[str, Any]:
        """What the adapter of `database_url` takes of these."""
        if self.database_url.partition(":")[0].partition("+")[0] == "sqlite":
            return {"read_timeout": self.statement_timeout, "write_timeout": self.statement_timeout}
        return {
            "size": self.pool_size,
            "overflow": self.pool_overflow,
            "wait": self.pool_wait,
            "recycle": self.pool_recycle,
            "connect_timeout": self.connect_timeout,
            "statement_timeout": self.statement_timeout,
            "lock_timeout": self.lock_timeout,
            "prepared": self.prepared_statements,
        }


def without_password(url: str) -> str:
    """The URL of a database as it may be shown: of one that takes passwords its kind alone."""
    kind, separator, _ = url.partition("://")
    return url if kind.partition("+")[0] == "sqlite" else f"{kind}{separator}**********" if separator else "**********"


def limit(text: str, per: Literal["address", "user"]) -> Limit:
    """The limit that `100/minute` means; ValueError where it means none."""
    calls, _, period = text.partition("/")
    if not calls.isdecimal() or int(calls) == 0 or period not in PERIODS:
        raise ValueError(f"{text!r} is not a limit; write 100/minute (second, minute, hour, day)")
    return Limit(per, int(calls), PERIODS[period])
