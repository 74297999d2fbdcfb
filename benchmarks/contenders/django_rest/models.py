"""The tables, with the types that Django chooses."""

from __future__ import annotations

import os
import time
from uuid import UUID

from django.db import models
from django.db.models import Index
from django.utils import timezone


def new_id() -> UUID:
    """A UUID of version 7."""
    return UUID(int=time.time_ns() // 1_000_000 << 80 | 7 << 76 | 2 << 62 | int.from_bytes(os.urandom(7)))


class Author(models.Model):
    """Somebody who writes recipes."""

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=80)

    class Meta:
        db_table = "authors"


class Tag(models.Model):
    """A word on recipes."""

    id = models.UUIDField(primary_key=True, default=new_id)
    name = models.CharField(max_length=40, unique=True)

    class Meta:
        db_table = "tags"


class Recipe(models.Model):
    """A dish."""

    id = models.UUIDField(primary_key=True, default=new_id)
    title = models.CharField(max_length=120)
    body = models.CharField(max_length=20_000)
    published = models.BooleanField(default=False)
    servings = models.IntegerField()
    author = models.ForeignKey(Author, on_delete=models.CASCADE, db_index=False)
    created_at = models.DateTimeField(default=timezone.now)
    tags = models.ManyToManyField(Tag, through="RecipeTag")

    class Meta:
        db_table = "recipes"
        indexes = [
            Index("author", models.F("created_at").desc(), models.F("id").desc(), name="ix_author"),
            Index("published", models.F("created_at").desc(), models.F("id").desc(), name="ix_published"),
            Index(models.F("created_at").desc(), models.F("id").desc(), name="ix_created"),
        ]


class RecipeTag(models.Model):
    """That a recipe has a tag."""

    pk = models.CompositePrimaryKey("recipe_id", "tag_id")
    recipe = models.ForeignKey(Recipe, on_delete=models.CASCADE, db_index=False)
    tag = models.ForeignKey(Tag, on_delete=models.CASCADE)

    class Meta:
        db_table = "recipe_tags"


class Comment(models.Model):
    """What somebody says of a recipe."""

    id = models.UUIDField(primary_key=True, default=new_id)
    text = models.CharField(max_length=500)
    recipe = models.ForeignKey(Recipe, on_delete=models.CASCADE, db_index=False, related_name="comments")
    author = models.ForeignKey(Author, on_delete=models.CASCADE)
    created_at = models.DateTimeField()

    class Meta:
        db_table = "comments"
        indexes = [Index("recipe", "created_at", "id", name="ix_recipe")]
