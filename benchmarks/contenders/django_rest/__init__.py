"""Django REST framework: serializers, generic views, cursor pagination; gunicorn with threads."""
