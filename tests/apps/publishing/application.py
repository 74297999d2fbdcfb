"""A publishing API to somebody else's letter: the backend of RealWorld's Conduit, <https://docs.realworld.show>."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
from typing import Annotated
from uuid import UUID

from annotated_types import Len
from pydantic import BaseModel
from sqlalchemy import MetaData, delete, exists, func, select
from sqlalchemy.orm import Mapped, relationship

from mainstay import (
    Actions,
    Actor,
    Call,
    Credentials,
    Mainstay,
    Model,
    Resource,
    Settings,
    SyncCall,
    Timestamps,
    Wire,
    action,
    actor,
    anyone,
    computed,
    descending,
    field,
    given,
    kinds,
    linked,
    listing,
    owner,
    parameter,
    reference,
    route,
    signed_in,
    through,
    values,
    via,
)
from mainstay.errors import Detail, Unauthenticated

# What is stored


class Base(Model):
    """Tables of this application alone."""

    __abstract__ = True
    metadata = MetaData(naming_convention=Model.metadata.naming_convention)


Name = Annotated[str, Len(1, 60)]
Password = Annotated[str, kinds.Text(min_length=8, max_length=200)]
Address = Annotated[str, kinds.Email()]


class User(Base, Timestamps):
    """Somebody who reads and writes."""

    username: Mapped[Name] = field(unique=True)
    email: Mapped[Address] = field(unique=True)
    password: Mapped[Annotated[str, kinds.Secret()]]
    bio: Mapped[Annotated[str, Len(0, 2000)] | None]
    image: Mapped[Annotated[str, Len(0, 2000)] | None]


class Follow(Base):
    """That somebody follows an author."""

    follower_id: Mapped[UUID] = reference(User, primary_key=True, on_delete="cascade")
    author_id: Mapped[UUID] = reference(User, primary_key=True, on_delete="cascade")


class Tag(Base):
    """A word that articles have."""

    name: Mapped[Name] = field(unique=True)


class ArticleTag(Base):
    """That an article has a tag."""

    article_id: Mapped[UUID] = reference("articles.id", primary_key=True, on_delete="cascade")
    tag_id: Mapped[UUID] = reference(Tag, primary_key=True)


class Article(Base, Timestamps):
    """Something to read."""

    slug: Mapped[Annotated[str, kinds.Slug()]] = field(unique=True, slug_of="title", follow=True)
    title: Mapped[Annotated[str, Len(1, 200)]]
    description: Mapped[Annotated[str, Len(1, 500)]]
    body: Mapped[Annotated[str, Len(1, 100_000)]]
    author_id: Mapped[UUID] = reference(User, on_delete="cascade", default=actor.id)
    author: Mapped[User] = relationship()
    tags: Mapped[list[Tag]] = relationship(secondary="article_tags")


class Favorite(Base):
    """That somebody likes an article."""

    user_id: Mapped[UUID] = reference(User, primary_key=True, on_delete="cascade")
    article_id: Mapped[UUID] = reference(Article, primary_key=True, on_delete="cascade")


class Comment(Base, Timestamps):
    """What somebody says about an article."""

    id: Mapped[int] = field(primary_key=True)  # type: ignore[assignment]
    body: Mapped[Annotated[str, Len(1, 10_000)]]
    article_id: Mapped[UUID] = reference(Article, on_delete="cascade")
    author_id: Mapped[UUID] = reference(User, on_delete="cascade", default=actor.id)
    article: Mapped[Article] = relationship()
    author: Mapped[User] = relationship()


# Who is calling


KEY = secrets.token_bytes(32)


class Tokens:
    """Knows users by what they were given when they signed in: their identifier, signed."""

    scheme = "Token"

    def token(self, user: UUID) -> str:
        """What a user shows from now on."""
        return f"{user.hex}.{hmac.digest(KEY, user.bytes, 'sha256').hex()}"

    async def identify(self, credentials: Credentials) -> Actor:
        """The user whose token this is."""
        try:
            user = UUID(credentials.value.partition(".")[0])
        except ValueError:
            raise Unauthenticated from None
        if credentials.scheme != "token" or not hmac.compare_digest(self.token(user), credentials.value):
            raise Unauthenticated
        return Actor(user)


def hashed(password: str, salt: bytes | None = None) -> str:
    """A password as it is stored: slow to guess."""
    salt = salt or secrets.token_bytes(16)
    return f"{salt.hex()}.{hashlib.scrypt(password.encode(), salt=salt, n=2**14, r=8, p=1).hex()}"


def is_password(password: str, stored: str) -> bool:
    """Whether this is the password that was stored."""
    return hmac.compare_digest(hashed(password, bytes.fromhex(stored.partition(".")[0])), stored)


class Account(BaseModel):
    """A user as that user sees it."""

    email: str
    token: str
    username: str
    bio: str | None
    image: str | None


class Changes(BaseModel):
    """What a user may change."""

    email: Address | None = None
    username: Name | None = None
    password: Password | None = None
    bio: Annotated[str, Len(0, 2000)] | None = None
    image: Annotated[str, Len(0, 2000)] | None = None


def account(user: User) -> Account:
    """What is answered to whoever has signed in."""
    return Account(
        email=user.email, token=Tokens().token(user.id), username=user.username, bio=user.bio, image=user.image
    )


class Users(Actions):
    """Signing up and in."""

    title = "User"

    @action(allow=anyone, path="", status=201, transaction=False)
    async def register(self, call: Call, username: Name, email: Address, password: Password) -> Account:
        """Makes an account."""
        user = User(username=username, email=email, password=await asyncio.to_thread(hashed, password))
        async with call.transaction() as session:
            session.add(user)
        return account(user)

    @action(allow=anyone, transaction=False, limit="20/minute")
    async def login(self, call: Call, email: str, password: str) -> Account:
        """Answers with a token, if the password is right."""
        async with call.transaction() as session:
            user = await session.scalar(select(User).where(User.email == email.lower()))
        stored = user.password if user is not None else hashed("nobody's")
        if not await asyncio.to_thread(is_password, password, stored) or user is None:
            raise Unauthenticated(details=(Detail("email or password", "invalid", "is invalid"),))
        return account(user)


class CurrentUser(Actions):
    """One's own account."""

    title, path = "User", "/user"

    @action(allow=signed_in, method="GET", path="")
    def me(self, call: SyncCall) -> Account:
        """Who one is."""
        return account(call.session.get_one(User, call.actor.id))

    @action(allow=signed_in, method="PUT", path="", transaction=False)
    async def change(self, call: Call, changes: Changes) -> Account:
        """Changes what is given."""
        given = changes.model_dump(exclude_unset=True)
        if changes.password is not None:
            given["password"] = await asyncio.to_thread(hashed, changes.password)
        async with call.transaction() as session:
            user = await session.get_one(User, call.actor.id)
            for name, value in given.items():
                setattr(user, name, value)
        return account(user)


# What is exposed


class Profiles(Resource[User]):
    """Users, as everybody sees them."""

    name, title, path = "profiles", "Profile", "/profiles"
    operations = ["get"]
    lookup = User.username
    fields = [User.username, User.bio, User.image]
    read = anyone
    following = computed(
        exists().where(Follow.author_id == User.id, Follow.follower_id == actor.id), all_rows="these are one's own"
    )

    @action(allow=signed_in)
    def follow(self, call: SyncCall, user: User) -> User:
        """Lets the caller follow a user."""
        call.session.merge(Follow(follower_id=call.actor.id, author_id=user.id))
        return user

    @action(allow=signed_in, method="DELETE", path="/follow")
    def unfollow(self, call: SyncCall, user: User) -> User:
        """Ends that."""
        call.session.execute(delete(Follow).where(Follow.follower_id == call.actor.id, Follow.author_id == user.id))
        return user


class Tags(Resource[Tag]):
    """Words, made by those who write the first article with them."""

    operations = []
    write_once = [Tag.name]
    wire = Wire(one={"tags": "{row}"})
    read = create = anyone

    @action(allow=anyone, method="GET", path="")
    def every(self, call: SyncCall) -> list[str]:
        """Every tag that an article has."""
        return list(
            call.session.scalars(select(Tag.name).where(Tag.id.in_(select(ArticleTag.tag_id))).order_by(Tag.name))
        )


class Articles(Resource[Article]):
    """Articles, newest first."""

    operations = ["list", "get", "create", "update", "delete"]
    routes = {"update": route("PUT")}
    lookup = Article.slug
    hidden = [Article.id, Article.author_id]
    list_hidden = [Article.body]
    writable = [Article.title, Article.description, Article.body]
    write_once = [linked(Article.tags, by=Tag.name, create_missing=True, name="tag_list")]
    filters = [
        parameter("tag", through(Article.tags, Tag.name)),
        parameter("author", through(Article.author, User.username)),
        parameter(
            "favorited",
            exists().where(Favorite.article_id == Article.id, Favorite.user_id == User.id, User.username == given),
            all_rows="what somebody likes is no secret",
        ),
    ]
    order = [descending(Article.created_at)]
    embedded = [via(Article.author, Profiles)]
    read, create = anyone, signed_in
    update = delete = owner(Article.author_id)

    tag_list = values(Article.tags, Tag.name)
    favorited = computed(exists().where(Favorite.article_id == Article.id, Favorite.user_id == actor.id))
    favorites_count = computed(
        select(func.count()).where(Favorite.article_id == Article.id), all_rows="a number tells no one's taste"
    )
    feed = listing(
        "/feed",
        where=exists().where(Follow.author_id == Article.author_id, Follow.follower_id == actor.id),
        allow=signed_in,
        description="What those write whom one follows.",
    )

    @action(allow=signed_in)
    def favorite(self, call: SyncCall, article: Article) -> Article:
        """Lets the caller like an article."""
        call.session.merge(Favorite(user_id=call.actor.id, article_id=article.id))
        return article

    @action(allow=signed_in, method="DELETE", path="/favorite")
    def unfavorite(self, call: SyncCall, article: Article) -> Article:
        """Ends that."""
        mine = delete(Favorite).where(Favorite.user_id == call.actor.id, Favorite.article_id == article.id)
        call.session.execute(mine)
        return article


class Comments(Resource[Comment]):
    """Comments of one article, in the order in which they were made."""

    parent = Comment.article
    operations = ["list", "create", "delete"]
    routes = {"create": route(status=200)}
    wire = Wire(many={"comments": "{rows}"})
    hidden = [Comment.article_id, Comment.author_id]
    writable = [Comment.body]
    embedded = [via(Comment.author, Profiles)]
    read, create = anyone, signed_in
    delete = owner(Comment.author_id)


RESOURCES = [Users, CurrentUser, Profiles, Tags, Articles, Comments]

WIRE = Wire(
    case="camel",
    pages="offset",
    one={"{one}": "{row}"},
    many={"{many}": "{rows}", "{many}Count": "{total}"},
    body={"{one}": "{body}"},
    errors={"errors": {"{field}": ["{detail}"]}},
    general="body",
    statuses={"VALIDATION_ERROR": 422, "CONFLICT": 422},
)


def application(database: str) -> Mainstay:
    """Conduit on a database."""
    settings = Settings(log="off", create_tables=True, address_limit=None, user_limit=None)
    return Mainstay(
        name="Conduit",
        prefix="/api",
        resources=RESOURCES,
        wire=WIRE,
        identity=Tokens(),
        settings=settings,
        database=database,
    )
