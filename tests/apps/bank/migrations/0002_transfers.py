"""Transfers.

Create Date: 2026-11-28 14:20
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from mainstay.migrate import by_database

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.create_table(
        "transfers",
        sa.Column("id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("payer_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("payee_id", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=True),
        sa.Column(
            "payee_number",
            sa.String(length=34, collation="C").with_variant(sa.Text(), "sqlite"),
            nullable=False,
        ),
        sa.Column("amount", sa.Numeric(precision=18, scale=2).with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("purpose", sa.String(length=140, collation="C").with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True).with_variant(sa.Text(), "sqlite"), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_transfers"),
        sa.ForeignKeyConstraint(["payee_id"], ["accounts.id"], name="fk_transfers_payee_id", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["payer_id"], ["accounts.id"], name="fk_transfers_payer_id", ondelete="RESTRICT"),
        sa.CheckConstraint(
            "length(payee_number) >= 4 AND length(payee_number) <= 34",
            name="ck_transfers_payee_number",
        ),
        sa.CheckConstraint("length(purpose) <= 140", name="ck_transfers_purpose"),
        sqlite_strict=True,
    )
    op.create_index(
        "ix_transfers_made_at_desc_id_desc",
        "transfers",
        [sa.text("made_at DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    op.create_index(
        "ix_transfers_payee_id",
        "transfers",
        [by_database(postgresql="payee_id ASC NULLS FIRST", sqlite="payee_id")],
        if_not_exists=True,
    )
    op.create_index(
        "ix_transfers_payer_id_made_at_desc_id_desc",
        "transfers",
        ["payer_id", sa.text("made_at DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )
    with op.batch_alter_table("accounts") as batch:
        batch.add_column(sa.Column("version", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=True))
    op.execute("UPDATE accounts SET version = 1 WHERE version IS NULL")
    with op.batch_alter_table("accounts") as batch:
        batch.alter_column("version", nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("accounts") as batch:
        batch.drop_column("version")
    op.drop_table("transfers")
