"""Somebody else's tables: plain SQLAlchemy, its own base, names and types; only the resources are Mainstay's."""

from __future__ import annotations

import datetime as dt
import enum
import uuid
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    Date,
    DateTime,
    Enum,
    Float,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    exists,
    func,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column, relationship

from mainstay import Actor, Mainstay, Settings
from mainstay.declare import Resource, actor, anyone, descending, field, include, owner, role, through, unindexed, where
from tests.apps.identity import TokenIdentity


class Base(DeclarativeBase):
    """Their base."""


playlist_track = Table(
    "PlaylistTrack",
    Base.metadata,
    Column("PlaylistId", ForeignKey("Playlist.PlaylistId"), primary_key=True),
    Column("TrackId", ForeignKey("Track.TrackId"), primary_key=True),
)
"""A link that no class is mapped to."""


class Medium(enum.Enum):
    """How a track is kept."""

    vinyl = "vinyl"
    file = "file"


class Artist(Base):
    """Who plays."""

    __tablename__ = "Artist"

    id: Mapped[int] = mapped_column("ArtistId", primary_key=True)
    name: Mapped[str] = mapped_column("Name", String(120), unique=True)
    rating: Mapped[float | None] = mapped_column("Rating", Float)
    albums: Mapped[list[Album]] = relationship(back_populates="artist")


class Album(Base):
    """What they play."""

    __tablename__ = "Album"
    __table_args__ = (
        UniqueConstraint("ArtistId", "Title", name="AlbumOnce"),
        Index("AlbumByDay", "ReleasedOn", "AlbumId"),
        CheckConstraint('"Copies" >= 0', name="CopiesNotNegative"),
    )

    id: Mapped[int] = mapped_column("AlbumId", Integer, primary_key=True)
    title: Mapped[str] = mapped_column("Title", String(160))
    released_on: Mapped[dt.date | None] = mapped_column("ReleasedOn", Date)
    copies: Mapped[int] = mapped_column("Copies", Integer, server_default="0")
    withdrawn: Mapped[bool] = mapped_column("Withdrawn", Boolean, default=False)
    artist_id: Mapped[int] = mapped_column("ArtistId", ForeignKey("Artist.ArtistId"))
    artist: Mapped[Artist] = relationship(back_populates="albums")
    tracks: Mapped[list[Track]] = relationship(back_populates="album")


class Track(Base):
    """A piece of it."""

    __tablename__ = "Track"

    id: Mapped[int] = mapped_column("TrackId", primary_key=True)
    title: Mapped[str] = mapped_column("Title", Text)
    seconds: Mapped[int | None] = mapped_column("Seconds")
    medium: Mapped[Medium] = mapped_column("Medium", Enum(Medium, native_enum=False), default=Medium.file)
    price: Mapped[Decimal] = field(name="Price", approximate="shown, never added up")
    album_id: Mapped[int | None] = mapped_column("AlbumId", ForeignKey("Album.AlbumId", ondelete="SET NULL"))
    album: Mapped[Album | None] = relationship(back_populates="tracks")
    playlists: Mapped[list[Playlist]] = relationship(secondary=playlist_track, back_populates="tracks")


class Playlist(Base):
    """Tracks that somebody put together."""

    __tablename__ = "Playlist"

    id: Mapped[int] = mapped_column("PlaylistId", primary_key=True)
    name: Mapped[str | None] = mapped_column("Name", String(120))
    owner_id: Mapped[uuid.UUID] = mapped_column("OwnerId", Uuid)
    made_at: Mapped[dt.datetime] = mapped_column("MadeAt", DateTime(timezone=True), server_default=func.now())
    tracks: Mapped[list[Track]] = relationship(secondary=playlist_track, back_populates="playlists")


class Shelf(Base):
    """A place in a shop, by a key of two columns that nothing counts."""

    __tablename__ = "Shelf"

    shop: Mapped[str] = mapped_column("Shop", String(10), primary_key=True)
    place: Mapped[int] = mapped_column("Place", Integer, primary_key=True, autoincrement=False)
    note: Mapped[str | None] = mapped_column("Note", Text)
    stocks: Mapped[list[Stock]] = relationship(back_populates="shelf")


class Stock(Base):
    """How many of an album lie where."""

    __tablename__ = "Stock"
    __table_args__ = (ForeignKeyConstraint(["Shop", "Place"], ["Shelf.Shop", "Shelf.Place"]),)

    id: Mapped[int] = mapped_column("StockId", primary_key=True)
    shop: Mapped[str] = mapped_column("Shop", String(10))
    place: Mapped[int] = mapped_column("Place", Integer)
    album_id: Mapped[int] = mapped_column("AlbumId", ForeignKey("Album.AlbumId"))
    count: Mapped[int] = mapped_column("Count", Integer, default=0)
    shelf: Mapped[Shelf] = relationship(back_populates="stocks")
    album: Mapped[Album] = relationship()


class Artists(Resource[Artist]):
    """Everybody sees them, the archive keeps them."""

    name = "artists"
    writable = [Artist.name, Artist.rating]
    filters = [Artist.name]
    sorts = [Artist.name, Artist.rating]
    includes = [include(Artist.albums, limit=3)]
    read = anyone
    create = update = delete = role("archive")


class Albums(Resource[Album]):
    """Withdrawn ones only the archive sees."""

    name = "albums"
    writable = [Album.title, Album.released_on, Album.copies, Album.withdrawn]
    write_once = [Album.artist_id]
    filters = [
        *(Album.title, Album.artist_id, Album.released_on),
        through(Album.artist, Artist.name),
        unindexed(through(Album.tracks, Track.title), "few tracks an album"),
    ]
    sorts = [Album.title, Album.released_on]
    order = [descending(Album.released_on)]
    includes = [Album.artist, include(Album.tracks, order=[descending(Track.medium)])]
    read = where(~Album.withdrawn) | role("archive")
    create = update = delete = role("archive")


class Tracks(Resource[Track]):
    """Seen where the album is, and where there is none."""

    name = "tracks"
    writable = [Track.title, Track.seconds, Track.medium, Track.price, Track.album_id]
    filters = [
        *(Track.medium, Track.album_id, Track.seconds),
        through(Track.album, Album.title),
        through(Track.album, Album.artist, Artist.name),
        through(Track.playlists, Playlist.name),
    ]
    sorts = [Track.seconds, Track.medium]
    includes = [Track.album, Track.playlists]
    read = where(Track.album_id.is_(None)) | where(~Track.album.has(Album.withdrawn)) | role("archive")
    create = update = delete = role("archive")


class Playlists(Resource[Playlist]):
    """One's own, and those that have a track of an artist called Everybody."""

    name = "playlists"
    writable = [Playlist.name]
    write_once = [Playlist.owner_id]
    filters = [Playlist.made_at]
    sorts = [Playlist.name, Playlist.made_at]
    read = owner(Playlist.owner_id) | where(
        exists().where(
            playlist_track.c.PlaylistId == Playlist.id,
            Track.id == playlist_track.c.TrackId,
            Album.id == Track.album_id,
            Artist.id == Album.artist_id,
            Artist.name == "Everybody",
        )
    )
    create = update = delete = owner(Playlist.owner_id)


class Shelves(Resource[Shelf]):
    """Places, by shop and number; the caller chooses the key."""

    name = "shelves"
    writable = [Shelf.note]
    write_once = [Shelf.shop, Shelf.place]
    filters = [Shelf.shop]
    sorts = [Shelf.note]
    includes = [Shelf.stocks]
    read = anyone
    create = update = delete = where(Shelf.shop == actor.claim("shop"))


class Stocks(Resource[Stock]):
    """What lies where; each shop its own."""

    name = "stocks"
    writable = [Stock.count, Stock.place]
    write_once = [Stock.shop, Stock.album_id]
    filters = [Stock.shop, Stock.count, through(Stock.shelf, Shelf.note)]
    includes = [Stock.shelf, Stock.album]
    read = create = update = delete = where(actor.claim("shops").has(Stock.shop)) | where(
        Stock.shop == actor.claim("shop")
    )


RESOURCES: list[type[Resource[Any]]] = [Artists, Albums, Tracks, Playlists, Shelves, Stocks]

ACTORS = {
    "archive": Actor(uuid.UUID(int=1), roles=frozenset({"archive"})),
    "listener": Actor(uuid.UUID(int=2)),
    "shop": Actor(uuid.UUID(int=3), claims={"shop": "north", "shops": ["north", "south"]}),
}
"""Who calls in tests, by token."""


def application(database: str) -> Mainstay:
    """The application on a database, without limits and without a log."""
    settings = Settings(log="off", address_limit=None, user_limit=None)
    return Mainstay(
        name="Foreign",
        resources=RESOURCES,
        identity=TokenIdentity(ACTORS),
        settings=settings,
        database=database,
    )
