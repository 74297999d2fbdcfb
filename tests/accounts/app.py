"""An application whose users sign up and own notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any, Literal
from uuid import UUID

import sqlalchemy as sa
from annotated_types import Len
from sqlalchemy import MetaData
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped

from mainstay import (
    Account,
    Call,
    Mainstay,
    Model,
    Resource,
    Settings,
    action,
    actor,
    field,
    owner,
    reference,
    role,
    scope,
)
from mainstay.declare import Mount
from mainstay.declare.model import NAMES


class Base(Model):
    """Tables apart from those of other applications in the same process."""

    __abstract__ = True
    metadata = MetaData(naming_convention=NAMES)


class Keeper(Base, Account):
    """Somebody with an account."""

    name: Mapped[Annotated[str, Len(1, 40)]]
    region: Mapped[Annotated[str, Len(1, 20)] | None]


Keeper.sign_up = (Keeper.name, Keeper.region)
Keeper.actor_claims = ("region",)
Keeper.key_scopes = {"notes:read": "reader", "notes:count": None}


class Memo(Base):
    """Something that somebody keeps."""

    text: Mapped[Annotated[str, Len(1, 200)]]
    region: Mapped[str | None] = field(default=actor.claim("region"))
    keeper_id: Mapped[UUID] = reference(Keeper, on_delete="cascade", default=actor.id)


class Keepers(Resource[Keeper]):
    """Accounts, of which admins disable some."""

    operations = ["list", "get", "update", "delete"]
    writable = [Keeper.name, Keeper.roles, Keeper.disabled_at]
    read = owner(Keeper.id) | role("admin")
    update = delete = role("admin")


class Memos(Resource[Memo]):
    """One's own notes; scripts with the scope read everybody's."""

    name = "notes"

    writable = [Memo.text]
    read = owner(Memo.keeper_id) | scope("notes:read")
    create = update = delete = owner(Memo.keeper_id)

    @action(allow=scope("notes:count"), method="GET")
    async def count(self, call: Call) -> int:
        """How many notes there are."""
        return (await call.session.execute(sa.select(sa.func.count()).select_from(Memo))).scalar_one()

    @action(allow=role("admin"))
    async def close(self, call: Call, keeper_id: UUID, how: Literal["operation", "statement", "upsert"]) -> None:
        """Disables an account: by an operation, in bulk, or by an insertion that finds it there."""
        if how == "operation":
            await call.operation("keepers.update", keeper_id, body={"disabled_at": "2026-01-01T00:00:00Z"})
        elif how == "upsert":
            keeper = await call.session.get_one(Keeper, keeper_id)
            insert = postgresql.insert if call.session.get_bind().dialect.name == "postgresql" else sqlite.insert
            values = {"id": keeper.id, "email": keeper.email, "name": keeper.name, "roles": keeper.roles}
            there = insert(Keeper).values(values)
            await call.session.execute(
                there.on_conflict_do_update(index_elements=["id"], set_={"disabled_at": call.now})
            )
        else:
            await call.session.execute(sa.update(Keeper).where(Keeper.id == keeper_id).values(disabled_at=call.now))


def application(database: str, *, routers: Sequence[Mount] = (), **settings: Any) -> Mainstay:
    """The application on a database, without a log; `settings` stand above those with which tests run."""
    chosen = {
        "log": "off",
        "address_limit": None,
        "user_limit": None,
        "sign_in_limit": None,
        "secret_key": "k" * 32,
        "signing_key": "s" * 40,
        **settings,
    }
    declared: dict[str, Any] = {"resources": [Keepers, Memos], "routers": routers, "account": Keeper}
    return Mainstay(**declared, database=database, settings=Settings(**chosen))
