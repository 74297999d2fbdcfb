"""Django's settings, made when this module is imported; connections stay open."""

from __future__ import annotations

import os
from typing import Any
from urllib.parse import urlsplit

import django
from django.conf import settings

HERE = "benchmarks.contenders.django_rest"
SERVED = os.environ.get("DJANGO_APPLICATION", "django_rest")
"""Whose routes are served: Django REST framework's, or django-ninja's over the same models."""


def database(url: str) -> dict[str, Any]:
    """Django's words for a URL."""
    if url.startswith("sqlite"):
        pragmas = "PRAGMA journal_mode = WAL; PRAGMA cache_size = -65536;"
        options = {"init_command": pragmas, "transaction_mode": "IMMEDIATE"}
        return {"ENGINE": "django.db.backends.sqlite3", "NAME": url.removeprefix("sqlite:///"), "OPTIONS": options}
    parts = urlsplit(url)
    where = {"NAME": parts.path[1:], "USER": parts.username, "HOST": parts.hostname, "PORT": parts.port}
    return {"ENGINE": "django.db.backends.postgresql", **where, "PASSWORD": parts.password or ""}


settings.configure(
    ALLOWED_HOSTS=["*"],
    DATABASES={"default": {**database(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": None}},
    DEBUG=False,
    INSTALLED_APPS=["rest_framework", HERE] if SERVED == "django_rest" else [HERE],
    MIDDLEWARE=["django.middleware.common.CommonMiddleware", f"{HERE}.middleware.access"],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
    ROOT_URLCONF=f"benchmarks.contenders.{SERVED}.urls",
    SECRET_KEY="of no use here",
    TIME_ZONE="UTC",
    USE_TZ=True,
)
django.setup()
