"""Schemas: what DDL, migrations and models make of tables, followed change by change to the state at the end."""
