"""django-ninja over the models of Django REST framework's contender; gunicorn with threads."""
