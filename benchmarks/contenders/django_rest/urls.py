"""Serializers, views and routes."""

from __future__ import annotations

from typing import Any

from django.db.models import Prefetch, Q
from django.urls import path
from rest_framework import generics, serializers
from rest_framework.pagination import CursorPagination
from rest_framework.permissions import IsAuthenticated
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.contenders.django_rest.guarding import Bearer, Throttle
from benchmarks.contenders.django_rest.models import Author, Comment, Recipe, Tag


class RecipeSerializer(serializers.ModelSerializer):
    """A recipe as it is answered and created."""

    author_id = serializers.PrimaryKeyRelatedField(source="author", queryset=Author.objects.all())
    servings = serializers.IntegerField(min_value=1, max_value=100)

    class Meta:
        model = Recipe
        fields = ["id", "title", "body", "published", "servings", "author_id", "created_at"]
        read_only_fields = ["id", "created_at"]


class AuthorSerializer(serializers.ModelSerializer):
    """An author as it is answered."""

    class Meta:
        model = Author
        fields = ["id", "name"]


class TagSerializer(serializers.ModelSerializer):
    """A tag as it is answered."""

    class Meta:
        model = Tag
        fields = ["id", "name"]


class CommentSerializer(serializers.ModelSerializer):
    """A comment as it is answered."""

    class Meta:
        model = Comment
        fields = ["id", "text", "recipe_id", "author_id", "created_at"]


class WithAuthor(RecipeSerializer):
    """A recipe with its author."""

    author = AuthorSerializer()

    class Meta(RecipeSerializer.Meta):
        fields = [*RecipeSerializer.Meta.fields, "author"]


class WithComments(RecipeSerializer):
    """A recipe with its comments and tags."""

    comments = CommentSerializer(many=True)
    tags = TagSerializer(many=True)

    class Meta(RecipeSerializer.Meta):
        fields = [*RecipeSerializer.Meta.fields, "comments", "tags"]


class Asked(serializers.Serializer):
    """The parameters of a list."""

    author_id = serializers.UUIDField(required=False)
    published = serializers.BooleanField(required=False, allow_null=True, default=None)
    sort = serializers.ChoiceField(["-created_at"], default="-created_at")
    include = serializers.ChoiceField(["author", "comments,tags"], required=False)


class Pages(CursorPagination):
    """Pages without a total."""

    page_size = 20
    page_size_query_param = "limit"
    max_page_size = 100
    ordering = ("-created_at", "-id")

    def get_paginated_response(self, data: Any) -> Response:
        """The envelope that everybody here uses."""
        return Response({"data": data, "meta": {"limit": self.page_size, "next": self.get_next_link()}})


class Recipes(generics.ListCreateAPIView):
    """Recipes that everybody reads."""

    pagination_class = Pages
    asked: dict[str, Any]

    def get_queryset(self) -> Any:
        """The rows that are asked for."""
        asked = Asked(data=self.request.query_params)
        asked.is_valid(raise_exception=True)
        self.asked = asked.validated_data
        rows = Recipe.objects.all()
        if "author_id" in self.asked:
            rows = rows.filter(author_id=self.asked["author_id"])
        if self.asked["published"] is not None:
            rows = rows.filter(published=self.asked["published"])
        if self.asked.get("include") == "author":
            return rows.select_related("author")
        if "include" in self.asked:
            comments = Prefetch("comments", Comment.objects.order_by("created_at", "id"))
            return rows.prefetch_related(comments, Prefetch("tags", Tag.objects.order_by("name", "id")))
        return rows

    def get_serializer_class(self) -> Any:
        """The shape of an answer."""
        if self.request.method == "POST" or "include" not in self.asked:
            return RecipeSerializer
        return WithAuthor if self.asked["include"] == "author" else WithComments

    def create(self, request: Any, *args: Any, **options: Any) -> Response:
        """A new recipe."""
        given = RecipeSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        given.save()
        return Response({"data": given.data}, 201)


class GuardedRecipes(Recipes):
    """Recipes of which each caller reads the published and their own."""

    http_method_names = ["get"]
    authentication_classes = [Bearer]
    permission_classes = [IsAuthenticated]
    throttle_classes = [Throttle]

    def get_queryset(self) -> Any:
        """The rows that the caller may read."""
        return super().get_queryset().filter(Q(published=True) | Q(author_id=self.request.user.id))


class OneRecipe(generics.RetrieveAPIView):
    """One recipe."""

    queryset = Recipe.objects.all()
    serializer_class = RecipeSerializer

    def retrieve(self, request: Any, *args: Any, **options: Any) -> Response:
        """In the envelope that everybody here uses."""
        return Response({"data": self.get_serializer(self.get_object()).data})


class Hello(APIView):
    """The usual greeting."""

    def get(self, request: Any) -> Response:
        """Says it."""
        return Response({"data": "Hello, world"})


urlpatterns = [
    path("api/v1/hello", Hello.as_view()),
    path("api/v1/recipes", Recipes.as_view()),
    path("api/v1/recipes/<uuid:pk>", OneRecipe.as_view()),
    path("api/v1/guarded-recipes", GuardedRecipes.as_view()),
]
