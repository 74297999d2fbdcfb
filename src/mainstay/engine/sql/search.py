"""A search as SQL: which rows have the words, and how well each has them.

The index of words knows of each word in which column it stands.  A caller's words are matched in the columns
that the caller may read and in no other, so that a row is found, and stands where it stands, by what is shown
of it alone: no statistics of other rows are in it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, combinations
from typing import Any

import msgspec
import sqlalchemy as sa

from mainstay.dialects import postgresql
from mainstay.engine.plan import Guards
from mainstay.engine.sql.policy import Scope, Truth, condition
from mainstay.engine.sql.statement import Inputs
from mainstay.operation import Application, Resource
from mainstay.policy.tree import ANYONE, NOBODY, Node
from mainstay.tables import Table


class Search:
    """The words of one parameter, in the rows of one resource."""

    def __init__(self, application: Application, resource: Resource, number: int, guards: Guards, scope: Scope) -> None:
        self.resource = resource
        self.number = number
        self.scope = scope
        self.table = application.table(resource.table)
        self.rows = scope.sources[resource.table]
        index = self.table.search
        assert index is not None
        self.index = index
        self.column = next(iter(word_columns(self.table, self.rows, scope.dialect)), None)
        """PostgreSQL's index, which is a column; SQLite's is a table beside."""
        self.weights: dict[str, int] = {}
        self.labels: dict[Node, str] = {}
        """The letters of the columns that the caller may read, by the condition under which they may."""
        for place, name in enumerate(reversed(resource.search)):
            label = index.label(resource.field(name).column)
            readable = guards.of(f"{resource.name}.{name}")
            self.weights[label] = 2**place
            if readable != NOBODY:
                self.labels[readable] = self.labels.get(readable, "") + label

    # Which rows

    def found(self) -> Truth:
        """That each word begins one in a column that the caller may read of this row."""
        everywhere = self.labels.get(ANYONE, "")
        conditions = [node for node in self.labels if node != ANYONE]
        ways: list[Truth] = []
        for chosen in chain.from_iterable(combinations(conditions, size) for size in range(len(conditions) + 1)):
            labels = everywhere + "".join(self.labels[node] for node in chosen)
            if labels:
                ways.append(sa.and_(*[condition(node, self.scope) for node in chosen], self.matches(labels)))
        return sa.or_(sa.false(), *ways)

    def matches(self, labels: str) -> Truth:
        """That each word begins one in some of the columns with these labels."""
        if self.column is not None:
            wanted = self.scope.binds.add(lambda inputs: tsquery(labels, self.words(inputs)), sa.Text())
            return self.column.bool_op("@@")(sa.cast(wanted, postgresql().TSQUERY))
        wanted = self.scope.binds.add(lambda inputs: fts5(labels, self.words(inputs)), sa.Text())
        words, keys = self.beside()
        entries = sa.select(*keys.c[1:]).where(
            words.c[words.name].bool_op("MATCH")(wanted), keys.c.number == words.c.rowid
        )
        own = [self.rows.c[name] for name in self.table.key]
        truth: Truth = (sa.tuple_(*own) if len(own) > 1 else own[0]).in_(entries)
        return truth

    def words(self, inputs: Inputs) -> Sequence[str]:
        """What is searched for."""
        words: Sequence[str] = inputs.filters[self.number]
        return words

    def beside(self) -> tuple[sa.TableClause, sa.TableClause]:
        """SQLite's tables of words and of keys."""
        name = f"{self.table.name}_{self.index.name}"
        parts: list[sa.ColumnClause[Any]] = [sa.column(f"k{place}") for place in range(len(self.table.key))]
        words = sa.table(name, sa.column(name), sa.column("rowid"))
        return words, sa.table(f"{name}_keys", sa.column("number"), *parts)

    # In which order

    def rank(self, joins: list[tuple[sa.FromClause, Truth]]) -> sa.ColumnElement[Any]:
        """How well a row is found, by the columns of it that the caller may read; what must be joined goes to `joins`.

        A word counts for each column that has one beginning with it, twice where it is that word, and in each
        column twice as much as in the next.
        """
        total: sa.ColumnElement[Any] = sa.literal_column("0")
        for node, labels in self.labels.items():
            weights = {label: self.weights[label] for label in labels}
            points = self.points_beside(weights, joins) if self.column is None else self.points_in(self.column, weights)
            if node != ANYONE:
                points = sa.case((condition(node, self.scope), points), else_=sa.literal_column("0"))
            total = total + points
        return total

    def points_in(self, column: sa.ColumnElement[Any], weights: dict[str, int]) -> sa.ColumnElement[Any]:
        """The points of a row by its own column of words."""

        def counts(inputs: Inputs) -> list[int]:
            return [weight for weight, *_ in terms(weights, self.words(inputs))]

        def texts(inputs: Inputs) -> list[str]:
            every = terms(weights, self.words(inputs))
            return [f"'{label}{word}'" + (":*" if begun else "") for _, label, word, begun in every]

        add = self.scope.binds.add
        parts = sa.column("points", sa.Integer), sa.column("wanted", postgresql().TSQUERY)
        wanted = sa.cast(add(texts, sa.ARRAY(sa.Text())), sa.ARRAY(postgresql().TSQUERY))
        term = sa.func.unnest(add(counts, sa.ARRAY(sa.Integer())), wanted).table_valued(*parts).render_derived()
        points = sa.func.coalesce(sa.func.sum(term.c.points), sa.literal_column("0"))
        return sa.select(points).select_from(term).where(column.bool_op("@@")(term.c.wanted)).scalar_subquery()

    def points_beside(self, weights: dict[str, int], joins: list[tuple[sa.FromClause, Truth]]) -> sa.ColumnElement[Any]:
        """The points of the entries in the table beside, which is to be joined."""

        def texts(inputs: Inputs) -> str:
            every = terms(weights, self.words(inputs))
            listed = [(weight, f'{label} : "{word}"' + (" *" if begun else "")) for weight, label, word, begun in every]
            return msgspec.json.encode(listed).decode()

        words, keys = self.beside()
        term = sa.func.json_each(self.scope.binds.add(texts, sa.Text())).table_valued("value")
        wanted, count = (sa.func.json_extract(term.c.value, sa.literal_column(f"'$[{place}]'")) for place in (1, 0))
        entries = (
            sa.select(*keys.c[1:], sa.func.sum(count).label("points"))
            .where(words.c[words.name].bool_op("MATCH")(wanted), keys.c.number == words.c.rowid)
            .group_by(*keys.c[1:])
            .subquery()
        )
        own = [self.rows.c[name] for name in self.table.key]
        joins.append((entries, sa.and_(*[mine == entries.c[f"k{place}"] for place, mine in enumerate(own)])))
        return sa.func.coalesce(entries.c.points, sa.literal_column("0"))


def word_columns(table: Table, rows: sa.FromClause, dialect: sa.Dialect) -> list[sa.ColumnElement[Any]]:
    """PostgreSQL's column of words in the rows of a table, where it has one; the ORM does not know of it."""
    if table.search is None or dialect.name != "postgresql":
        return []
    return [sa.column(table.search.name, postgresql().TSVECTOR, _selectable=rows)]


def terms(weights: dict[str, int], words: Sequence[str]) -> Iterator[tuple[int, str, str, bool]]:
    """Each word in each column, begun and whole, with what it counts for, its letter, and whether it is only begun."""
    for word in words:
        for label, weight in weights.items():
            yield weight, label, word, True
            yield weight, label, word, False


def tsquery(labels: str, words: Sequence[str]) -> str:
    """What PostgreSQL looks for: each word begins one behind some of these letters.

    A word is of letters and digits, so that nothing in it means anything here; the same on SQLite.
    """
    return " & ".join("(" + " | ".join(f"'{label}{word}':*" for label in labels) + ")" for word in words)


def fts5(labels: str, words: Sequence[str]) -> str:
    """What SQLite looks for: each word begins one in some of these columns."""
    return " AND ".join(f'({{{" ".join(labels)}}} : "{word}" *)' for word in words)
