"""Several banks, and who made a transfer.

Create Date: 2026-11-28 14:20
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    with op.batch_alter_table("customers") as batch:
        batch.add_column(
            sa.Column("bank", sa.String(length=20, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        )
    op.execute("UPDATE customers SET bank = 'north' WHERE bank IS NULL")
    with op.batch_alter_table("customers") as batch:
        batch.alter_column("bank", nullable=False)
        batch.create_check_constraint("ck_customers_bank", "length(bank) >= 1 AND length(bank) <= 20")
    with op.batch_alter_table("accounts") as batch:
        batch.add_column(
            sa.Column("bank", sa.String(length=20, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        )
    op.execute("UPDATE accounts SET bank = 'north' WHERE bank IS NULL")
    with op.batch_alter_table("accounts") as batch:
        batch.alter_column("bank", nullable=False)
        batch.create_check_constraint("ck_accounts_bank", "length(bank) >= 1 AND length(bank) <= 20")
    with op.batch_alter_table("transfers") as batch:
        batch.add_column(
            sa.Column("bank", sa.String(length=20, collation="C").with_variant(sa.Text(), "sqlite"), nullable=True),
        )
        batch.add_column(sa.Column("made_by", sa.Uuid().with_variant(sa.Text(), "sqlite"), nullable=True))
    op.execute("UPDATE transfers SET bank = 'north' WHERE bank IS NULL")
    with op.batch_alter_table("transfers") as batch:
        batch.alter_column("bank", nullable=False)
        batch.create_check_constraint("ck_transfers_bank", "length(bank) >= 1 AND length(bank) <= 20")
    op.create_index("ix_customers_bank_id", "customers", ["bank", "id"], if_not_exists=True)
    op.create_index("ix_accounts_bank_id", "accounts", ["bank", "id"], if_not_exists=True)
    op.create_index(
        "ix_transfers_bank_made_at_desc_id_desc",
        "transfers",
        ["bank", sa.text("made_at DESC"), sa.text("id DESC")],
        if_not_exists=True,
    )


def downgrade() -> None:
    op.drop_index("ix_customers_bank_id", table_name="customers")
    op.drop_index("ix_accounts_bank_id", table_name="accounts")
    op.drop_index("ix_transfers_bank_made_at_desc_id_desc", table_name="transfers")
    with op.batch_alter_table("customers") as batch:
        batch.drop_constraint("ck_customers_bank", type_="check")
        batch.drop_column("bank")
    with op.batch_alter_table("accounts") as batch:
        batch.drop_constraint("ck_accounts_bank", type_="check")
        batch.drop_column("bank")
    with op.batch_alter_table("transfers") as batch:
        batch.drop_constraint("ck_transfers_bank", type_="check")
        batch.drop_column("bank")
        batch.drop_column("made_by")
