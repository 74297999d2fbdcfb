"""Fills a file of SQLite with the tables that Django chooses.

python -m benchmarks.contenders.django_rest.fill
"""

from __future__ import annotations

from django.db import connection, transaction

from benchmarks import data
from benchmarks.contenders.django_rest import configured  # noqa: F401 - configures


def main() -> None:
    """Makes and fills the tables; models can be imported once Django has been configured."""
    from benchmarks.contenders.django_rest.models import Author, Comment, Recipe, RecipeTag, Tag

    models = {model._meta.db_table: model for model in (Author, Tag, Recipe, RecipeTag, Comment)}
    with connection.schema_editor() as editor:
        for model in models.values():
            editor.create_model(model)
    with transaction.atomic():
        for name, rows in data.TABLES:
            for chunk in data.chunks(rows()):
                models[name].objects.bulk_create([models[name](**row) for row in chunk])
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


if __name__ == "__main__":
    main()
