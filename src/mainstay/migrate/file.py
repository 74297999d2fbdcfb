"""A migration as a file: its name and its text."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime

from mainstay.migrate.code import indented, literal

OURS = {
    "apart": ("backfill",),
    "checking": ("check_values",),
    "in_step": ("keep_in_step", "let_go"),
    "rename": ("rename_constraints",),
    "searching": ("create_search_index", "drop_search_index"),
}
"""By module, what a migration may call besides Alembic's operations."""

WIDE = 40
"""Characters of the words in a file's name, about."""


@dataclass(frozen=True, slots=True)
class Body:
    """What a migration does, in Python: its statements, and those of the way back."""

    message: str
    up: str
    down: str
    apart: bool = False
    """Whether it is run outside of transactions."""

    @property
    def is_nothing(self) -> bool:
        """Whether it does nothing either way."""
        return self.up == self.down == "pass"


def file_name(number: str, message: str) -> str:
    """What a migration's file is called."""
    plain = unicodedata.normalize("NFKD", message.casefold()).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
    short = words if len(words) <= WIDE else words[: WIDE + 1].rpartition("_")[0] or words[:WIDE]
    return f"{number}_{short or 'migration'}.py"


def title(message: str) -> str:
    """The first line of a file's docstring: it prints, and what is in the message ends nothing."""
    line = " ".join("".join(one if one.isprintable() else " " for one in message).split()).rstrip(". ")
    line = line.replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
    return f"{line[:1].upper()}{line[1:]}."


def file_text(number: str, before: str, body: Body, moment: datetime) -> str:
    """A whole file."""
    up, down = body.up, body.down
    code = f"{up}\n{down}"
    imports = ["import sqlalchemy as sa"] if "sa." in code else []
    imports += ["from alembic import op"] if "op." in code else []
    imports += ["from mainstay.migrate import by_database"] if "by_database(" in code else []
    for module, known in OURS.items():
        used = [name for name in known if f"{name}(" in code]
        imports += [f"from mainstay.migrate.{module} import {', '.join(used)}"] if used else []
    imports += ["from sqlalchemy.dialects import postgresql"] if "postgresql." in code else []
    created = f"Create Date: {moment:%Y-%m-%d %H:%M}"
    text = f'"""{title(body.message)}\n\n{created}\n"""\n\n'
    text += "from __future__ import annotations\n\n"
    text += "".join(f"{line}\n" for line in imports) + "\n" * bool(imports)
    text += f'revision = "{number}"\ndown_revision = {literal(before) if before.strip("0") else None}\n'
    text += "in_transaction = False  # nobody waits for it; cut off, it begins again\n" if body.apart else ""
    for name, statements in (("upgrade", up), ("downgrade", down)):
        text += f"\n\ndef {name}() -> None:\n    {indented(statements)}\n"
    return text
