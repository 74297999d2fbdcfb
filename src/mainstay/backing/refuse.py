"""How a script is told that one of its commands failed, the same on every database."""

from __future__ import annotations

from typing import Any, NoReturn

from mainstay.backing.databases.database import Script


def refuse(script: Script[Any], failure: BaseException) -> NoReturn:
    """Raises `failure` inside the script at its `yield`, and then whatever the script makes of it.

    A script may give the failure another name (`except UniqueViolation: raise Duplicate`).  It may
    not go on: its transaction is already undone, so that a script that yields again or returns has
    the failure raised for it.
    """
    try:
        script.throw(failure)
    except StopIteration:
        pass
    finally:
        script.close()
    raise failure
