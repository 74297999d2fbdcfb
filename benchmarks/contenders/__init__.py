"""The same pieces of work, each the way that one kind of backend does it.

Every module has `app`, an ASGI application that finds its database in DATABASE_URL and writes its access
lines to the file ACCESS_LOG.
"""
