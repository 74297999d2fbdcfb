"""Two columns that are one: what is written into either is in both, while old and new code run side by side.

For migrations that expand and contract; what they name are tables and columns, never models.
"""

from __future__ import annotations

from collections.abc import Sequence

from alembic import op
from alembic.operations import MigrateOperation, Operations

from mainstay.migrate.sqlite_table import quoted


class LetGo(MigrateOperation):
    """Two columns are one no longer, while both still hold the same."""

    def __init__(self, table_name: str, old: str, new: str) -> None:
        self.table_name = table_name
        self.old = old
        self.new = new


def keep_in_step(table: str, old: str, new: str, *, key: Sequence[str]) -> None:
    """Keeps the columns `old` and `new` of a table equal, by triggers; `key` are the columns of its key."""
    texts = on_sqlite(table, old, new, key) if is_sqlite() else on_postgresql(table, old, new)
    for text in texts:
        op.execute(text)


def let_go(table: str, old: str, new: str) -> None:
    """Ends what `keep_in_step` began."""
    op.invoke(LetGo(table, old, new))


@Operations.implementation_for(LetGo)
def end(operations: Operations, operation: LetGo) -> None:
    """Drops the triggers."""
    name = named(operation.table_name, operation.old, operation.new)
    if is_sqlite():
        for ending in ("insert", "old", "new"):
            operations.execute(f"DROP TRIGGER {quoted(f'{name}_{ending}')}")
    else:
        operations.execute(f"DROP TRIGGER {quoted(name)} ON {quoted(operation.table_name)}")
        operations.execute(f"DROP FUNCTION {quoted(name)}()")


def is_sqlite() -> bool:
    """Whether the migration runs on SQLite."""
    return op.get_context().dialect.name == "sqlite"


def named(table: str, old: str, new: str) -> str:
    """What the triggers are called."""
    return f"step_{table}_{old}_{new}"


def on_sqlite(table: str, old: str, new: str, key: Sequence[str]) -> list[str]:
    """SQLite's triggers cannot change the row on its way, so that they change it once more."""
    rows, name = quoted(table), named(table, old, new)
    this = " AND ".join(f"{quoted(column)} = new.{quoted(column)}" for column in key)
    first, second = quoted(old), quoted(new)
    texts = [
        (
            f"CREATE TRIGGER {quoted(f'{name}_insert')} AFTER INSERT ON {rows} WHEN new.{first} IS NOT new.{second} "
            f"BEGIN UPDATE {rows} SET {first} = coalesce(new.{first}, new.{second}), "
            f"{second} = coalesce(new.{second}, new.{first}) WHERE {this}; END"
        )
    ]
    for end, here, there in (("old", first, second), ("new", second, first)):
        texts.append(
            f"CREATE TRIGGER {quoted(f'{name}_{end}')} AFTER UPDATE OF {here} ON {rows} "
            f"WHEN new.{here} IS NOT old.{here} AND new.{here} IS NOT new.{there} "
            f"BEGIN UPDATE {rows} SET {there} = new.{here} WHERE {this}; END"
        )
    return texts


def on_postgresql(table: str, old: str, new: str) -> list[str]:
    """PostgreSQL's trigger changes the row before it is written."""
    name, first, second = quoted(named(table, old, new)), quoted(old), quoted(new)
    body = (
        f"IF TG_OP = 'INSERT' THEN NEW.{second} \\:= coalesce(NEW.{second}, NEW.{first}); "
        f"NEW.{first} \\:= coalesce(NEW.{first}, NEW.{second}); "
        f"ELSIF NEW.{second} IS DISTINCT FROM OLD.{second} THEN NEW.{first} \\:= NEW.{second}; "
        f"ELSIF NEW.{first} IS DISTINCT FROM OLD.{first} THEN NEW.{second} \\:= NEW.{first}; END IF; RETURN NEW;"
    )
    return [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $step$ BEGIN {body} END $step$",
        f"CREATE TRIGGER {name} BEFORE INSERT OR UPDATE ON {quoted(table)} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
