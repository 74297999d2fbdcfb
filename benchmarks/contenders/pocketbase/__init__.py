"""PocketBase: its own program, with tables and rules made by its own migration."""
