"""A bank: accounts, transfers between them, statements; several banks in one database."""

from __future__ import annotations

from tests.apps.bank.models import Account, Customer, Transfer
from tests.apps.bank.resources import RESOURCES, Accounts, Customers, Transfers

__all__ = ["RESOURCES", "Account", "Accounts", "Customer", "Customers", "Transfer", "Transfers"]
