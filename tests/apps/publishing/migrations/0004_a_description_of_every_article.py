"""A description of every article.

Create Date: 2026-11-28 14:19
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    with op.batch_alter_table("articles") as batch:
        batch.add_column(
            sa.Column(
                "description",
                sa.String(length=500, collation="C").with_variant(sa.Text(), "sqlite"),
                nullable=True,
            ),
        )
    op.execute("UPDATE articles SET description = substr(title, 1, 500) WHERE description IS NULL")
    with op.batch_alter_table("articles") as batch:
        batch.alter_column("description", nullable=False)
        batch.create_check_constraint(
            "ck_articles_description",
            "length(description) >= 1 AND length(description) <= 500",
        )


def downgrade() -> None:
    with op.batch_alter_table("articles") as batch:
        batch.drop_constraint("ck_articles_description", type_="check")
        batch.drop_column("description")
