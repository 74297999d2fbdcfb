"""Search for recipes by their words.

Create Date: 2026-11-21 11:33
"""

from __future__ import annotations

from mainstay.migrate.searching import create_search_index, drop_search_index

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    create_search_index("search_5c9d0685", "recipes", ["title", "description", "notes"])


def downgrade() -> None:
    drop_search_index("search_5c9d0685", "recipes")
