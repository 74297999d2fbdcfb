"""The application with accounts, as a command line names it: on the database of the environment."""

from __future__ import annotations

import os

from tests.accounts.app import application

app = application(os.environ["MAINSTAY_DATABASE_URL"])
