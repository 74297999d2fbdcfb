"""What callers may see and do, and who may."""

from __future__ import annotations

from sqlalchemy import exists, func, or_, select

from examples.recipes.models import Comment, Like, Person, Rating, Recipe, Tag
from mainstay import (
    Resource,
    actor,
    anyone,
    computed,
    descending,
    linked,
    owner,
    role,
    signed_in,
    through,
    unindexed,
    values,
    where,
)

staff = role("editor", "admin")
admin = role("admin")


class People(Resource[Person]):
    """Everybody here; only they themselves and admins see their address."""

    lookup = Person.handle
    hidden = [Person.roles, Person.disabled_at]
    writable = [Person.name, Person.email, Person.about]
    write_once = [Person.id, Person.handle]
    filters = [Person.name]
    sorts = [Person.name, Person.created_at]
    order = [Person.handle]

    read = anyone
    create = delete = admin
    update = owner(Person.id) | admin
    read_fields = {Person.email: owner(Person.id) | admin}


class Tags(Resource[Tag]):
    """Words to find recipes by; editors keep the list."""

    operations = ["list", "get", "create", "update", "delete"]
    lookup = Tag.name
    writable = [Tag.name]
    filters = [Tag.name]
    sorts = [Tag.name]
    order = [Tag.name]
    default_limit = 100

    read = anyone
    create = update = staff
    delete = admin


class Recipes(Resource[Recipe]):
    """Recipes, the latest first; a draft is seen by its author and by editors only."""

    lookup = Recipe.slug
    must_match = True
    writable = [
        Recipe.title,
        Recipe.description,
        Recipe.ingredients,
        Recipe.directions,
        Recipe.minutes,
        Recipe.servings,
        Recipe.written_on,
        Recipe.published,
        Recipe.featured,
        Recipe.notes,
        linked(Recipe.tags, by=Tag.name, most=20),
    ]
    write_once = [Recipe.slug]

    tags = values(Recipe.tags, Tag.name)
    stars = computed(select(func.avg(Rating.stars)).where(Rating.recipe_id == Recipe.id))
    """The average of its ratings; null where there is none."""
    comment_count = computed(select(func.count()).where(Comment.recipe_id == Recipe.id))
    """How many comments there are on it."""
    like_count = computed(
        select(func.count()).where(Like.recipe_id == Recipe.id), all_rows="how many like it does not tell who"
    )
    """How many people like it."""
    liked = computed(exists().where(Like.recipe_id == Recipe.id, Like.person_id == actor.id))
    """Whether the caller likes it."""

    filters = [
        Recipe.title,
        Recipe.author_id,
        Recipe.published,
        Recipe.featured,
        Recipe.minutes,
        Recipe.servings,
        Recipe.written_on,
        through(Recipe.tags, Tag.name),
        through(Recipe.author, Person.handle),
        unindexed(liked, "a few hundred recipes"),
        unindexed(stars, "a few hundred recipes"),
    ]
    sorts = [
        Recipe.written_on,
        Recipe.title,
        Recipe.minutes,
        Recipe.servings,
        Recipe.created_at,
        unindexed(stars, "a few hundred recipes"),
    ]
    order = [descending(Recipe.written_on)]
    includes = [Recipe.author, Recipe.comments]

    read = where(Recipe.published) | owner(Recipe.author_id) | staff
    create = signed_in
    update = owner(Recipe.author_id) | staff
    delete = owner(Recipe.author_id) | admin
    read_fields = {Recipe.notes: owner(Recipe.author_id)}
    write_fields = {Recipe.notes: owner(Recipe.author_id), Recipe.featured: staff}
    limits = {"create": "60/minute"}


class Comments(Resource[Comment]):
    """What people say, the latest first; seen where the recipe is, taken away by its author too."""

    writable = [Comment.body]
    write_once = [Comment.recipe_id]
    filters = [Comment.recipe_id, Comment.author_id, through(Comment.recipe, Recipe.slug)]
    sorts = [Comment.created_at]
    order = [descending(Comment.created_at)]
    includes = [Comment.author, Comment.recipe]

    read = where(Comment.recipe.has(or_(Recipe.published, Recipe.author_id == actor.id))) | staff
    create = signed_in
    update = owner(Comment.author_id)
    delete = owner(Comment.author_id) | where(Comment.recipe.has(Recipe.author_id == actor.id)) | staff


class Ratings(Resource[Rating]):
    """Stars from one to five, one rating a person; seen where the recipe is."""

    writable = [Rating.stars]
    write_once = [Rating.recipe_id]
    filters = [Rating.recipe_id, Rating.person_id, Rating.stars]
    sorts = [Rating.stars, Rating.created_at]
    includes = [Rating.recipe]

    read = where(Rating.recipe.has(or_(Recipe.published, Recipe.author_id == actor.id))) | staff
    create = signed_in
    update = delete = owner(Rating.person_id)


class Likes(Resource[Like]):
    """What one likes oneself."""

    operations = ["list", "get", "create", "delete"]
    write_once = [Like.recipe_id]
    filters = [Like.recipe_id]
    sorts = [Like.created_at]
    order = [descending(Like.created_at)]
    includes = [Like.recipe]

    read = create = delete = owner(Like.person_id)
