"""What tests of a Mainstay application are written with: `pip install 'mainstay[testing]'`.

The plugin of pytest's that comes with it (`mainstay.pytest_plugin`) is told the application in pyproject.toml,

    [tool.pytest.ini_options]
    mainstay_app = "shop.app:app"
    pythonpath = ["."]
    mainstay_databases = ["sqlite", "postgresql"]       # sqlite alone unless told

and has these fixtures, each test beginning with the same rows:

    def test_a_draft_is_seen_by_its_author_alone(client, make):
        ada, eve = make(Person), make(Person)
        draft = make(Recipe, author=ada, published=False)
        assert client.as_(ada).get(f"/api/v1/recipes/{draft.id}").status_code == 200
        assert client.as_(eve).get(f"/api/v1/recipes/{draft.id}").status_code == 404

- `client`, `async_client`: httpx2's clients of the application in this process; `as_(who)` is somebody without
  a password, `statements()` counts statements, `changes()` tells which rows changed.
- `make`: rows with valid values, references made as needed; `make.many`.
- `clock`: set and moved; defaults, tokens, limits and policies follow it.
- `backend`: the application itself (`backend.app`), and `backend.headers(who)` for a client of one's own.
- `live_server`: the URL of the application on a port of this machine.

To override, in a conftest.py: `mainstay_app` (session) gives the application, `mainstay_rows` (session) a
coroutine function that is called once with it and puts in the rows that every test begins with.
"""

from mainstay.testing.backend import Backend, Fill
from mainstay.testing.changes import Changes, TableChanges
from mainstay.testing.client import AsyncClient, Client
from mainstay.testing.clock import TestClock
from mainstay.testing.databases import Databases
from mainstay.testing.factory import Factory
from mainstay.testing.serving import serving
from mainstay.testing.statements import Statements

__all__ = [
    "AsyncClient",
    "Backend",
    "Changes",
    "Client",
    "Databases",
    "Factory",
    "Fill",
    "Statements",
    "TableChanges",
    "TestClock",
    "serving",
]
