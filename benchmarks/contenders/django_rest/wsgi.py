"""What gunicorn serves."""

from __future__ import annotations

from django.core.handlers.wsgi import WSGIHandler

from benchmarks.contenders.django_rest import configured

application = WSGIHandler()

__all__ = ["application", "configured"]
