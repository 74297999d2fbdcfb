"""A small application with everything in it that a proof of access has to see."""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from annotated_types import Len
from sqlalchemy import exists, func
from sqlalchemy.orm import Mapped, relationship

from mainstay.declare import (
    Model,
    Resource,
    actor,
    descending,
    field,
    include,
    owner,
    reference,
    role,
    signed_in,
    through,
    values,
    where,
)


class Writer(Model):
    """Somebody who writes notes."""

    __tablename__ = "note_writers"
    name: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)
    phone: Mapped[Annotated[str, Len(1, 40)] | None]
    public: Mapped[bool] = field(default=True)


class Shelf(Model):
    """Where notes lie."""

    __tablename__ = "note_shelves"
    name: Mapped[Annotated[str, Len(1, 40)]]
    open: Mapped[bool | None]
    keeper_id: Mapped[UUID] = reference(Writer, on_delete="cascade", default=actor.id)
    notes: Mapped[list[Note]] = relationship(back_populates="shelf")
    keeper: Mapped[Writer] = relationship()


class Word(Model):
    """A word that notes are found by."""

    __tablename__ = "note_words"
    text: Mapped[Annotated[str, Len(1, 40)]] = field(unique=True)


class NoteWord(Model):
    """That a note has a word, which may be a secret of whoever said so."""

    __tablename__ = "note_note_words"
    note_id: Mapped[UUID] = reference("note_notes.id", primary_key=True, on_delete="cascade")
    word_id: Mapped[UUID] = reference(Word, primary_key=True, on_delete="cascade")
    said_by: Mapped[UUID | None] = reference(Writer, on_delete="set null")


class Note(Model):
    """Something written down."""

    __tablename__ = "note_notes"
    title: Mapped[Annotated[str, Len(1, 80)]] = field(search=True)
    sealed: Mapped[bool | None]
    rank: Mapped[int | None]
    thought: Mapped[Annotated[str, Len(1, 80)] | None] = field(search=True)
    until: Mapped[dt.datetime | None]
    writer_id: Mapped[UUID] = reference(Writer, on_delete="cascade", default=actor.id)
    shelf_id: Mapped[UUID] = reference(Shelf, on_delete="cascade")
    writer: Mapped[Writer] = relationship()
    shelf: Mapped[Shelf] = relationship(back_populates="notes")
    words: Mapped[list[Word]] = relationship(secondary="note_note_words")


class NoteRemark(Model):
    """What somebody says of a note."""

    __tablename__ = "note_remarks"
    note_id: Mapped[UUID] = reference(Note, on_delete="cascade")
    text: Mapped[Annotated[str, Len(1, 40)]]
    said_by: Mapped[UUID] = reference(Writer, on_delete="cascade", default=actor.id)
    note: Mapped[Note] = relationship()


class Writers(Resource[Writer]):
    """Those who want to be seen."""

    name = "writers"
    writable = [Writer.phone, Writer.public]
    operations = ["list", "get", "update"]
    filters = [Writer.phone]
    sorts = [Writer.phone, Writer.name]
    read = where(Writer.public) | owner(Writer.id)
    update = owner(Writer.id)
    read_fields = {Writer.phone: owner(Writer.id) | role("admin")}


class Shelves(Resource[Shelf]):
    """Open shelves; null is not open, and not shut either."""

    name = "shelves"
    writable = [Shelf.name, Shelf.open]
    sorts = [Shelf.name]
    includes = [include(Shelf.notes, limit=2, order=[descending(Note.rank)])]
    embedded = [Shelf.keeper]
    read = ~where(~Shelf.open) | owner(Shelf.keeper_id)
    create = signed_in
    update = delete = owner(Shelf.keeper_id)


class Words(Resource[Word]):
    """Every word."""

    name = "words"
    operations = ["list", "get"]
    read = signed_in


class NoteWords(Resource[NoteWord]):
    """Which words are nobody's secret, and one's own."""

    name = "note_words"
    operations = ["list"]
    read = where(NoteWord.said_by.is_(None)) | owner(NoteWord.said_by)


class Notes(Resource[Note]):
    """Notes of one's own, and those that are not sealed on open shelves."""

    name = "notes"
    writable = [Note.title, Note.sealed, Note.rank, Note.thought, Note.shelf_id, Note.until]
    filters = [Note.title, Note.rank, Note.thought, through(Note.writer, Writer.name), through(Note.shelf, Shelf.name)]
    sorts = [Note.title, Note.rank, Note.thought]
    includes = [Note.writer, Note.shelf, Note.words]
    read = (
        owner(Note.writer_id)
        | (~where(Note.sealed) & where(exists().where(Shelf.id == Note.shelf_id, Shelf.open)))  # type: ignore[arg-type]
        | where(Note.until > func.now())
    )
    create = signed_in & ~where(Note.sealed)  # type: ignore[arg-type]
    update = (owner(Note.writer_id) & where(Note.rank < 5)) | role("editor")
    delete = owner(Note.writer_id)
    read_fields = {Note.thought: owner(Note.writer_id)}
    write_fields = {Note.rank: role("editor") | owner(Note.writer_id)}

    word_list = values(Note.words, Word.text)


class Remarks(Resource[NoteRemark]):
    """Under their note; whoever is signed in says what they like of a note that they may read."""

    name = "remarks"
    path = "/remarks"
    parent = NoteRemark.note
    writable = [NoteRemark.text]
    filters = [NoteRemark.text]
    sorts = [NoteRemark.text]
    read = signed_in
    create = signed_in
    update = delete = owner(NoteRemark.said_by)


RESOURCES = [Writers, Shelves, Words, NoteWords, Notes, Remarks]
