"""Tables over the whole history of their changes, whatever it is written in."""

from __future__ import annotations

from pathlib import Path

import pytest

from mainstay.check.config import Config
from mainstay.check.review import Review, review
from mainstay.check.rule import all_rules


def found(path: Path, *rules: str) -> list[tuple[str, str]]:
    """Rule and place of what some rules find."""
    return sorted((each.rule, str(each.place)) for each in only(path, *rules).findings)


def only(path: Path, *rules: str) -> Review:
    """The review of some rules."""
    return review(path, Config(ignore=tuple(each.name for each in all_rules() if each.name not in rules)))


def files(path: Path, texts: dict[str, str]) -> Path:
    """A folder of files by their paths."""
    for name, text in texts.items():
        file = path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return path


NOTES = "CREATE TABLE notes (\n  id bigint PRIMARY KEY,\n  author_id bigint NOT NULL REFERENCES users(id)\n);\n"


def test_an_index_that_a_later_file_makes_counts_and_one_that_it_drops_does_not(tmp_path: Path) -> None:
    texts = {"m/1_notes.sql": NOTES, "m/2_index.sql": "CREATE INDEX CONCURRENTLY a ON notes(author_id);\n"}
    assert found(files(tmp_path, texts), "foreign-key-unindexed") == []
    files(tmp_path, {"m/10_drop.sql": "DROP INDEX CONCURRENTLY a;\n"})
    assert found(tmp_path, "foreign-key-unindexed") == [("foreign-key-unindexed", "m/1_notes.sql:3")]


@pytest.mark.parametrize(
    "folder, count", [("db/h2", 0), ("db/hsqldb", 0), ("db/mysql", 0), ("db/postgres", 1), ("h2o", 1)]
)
def test_where_the_database_makes_the_index_of_a_reference_none_is_missed(
    tmp_path: Path, folder: str, count: int
) -> None:
    path = files(tmp_path, {f"{folder}/schema.sql": NOTES})
    assert len(found(path, "foreign-key-unindexed")) == count


@pytest.mark.parametrize(
    "manifest, text, confidence",
    [
        ("build.gradle", "implementation 'org.xerial:sqlite-jdbc:3.36.0.3'", "review"),
        ("Cargo.toml", 'sqlx = { version = "0.8", features = ["sqlite"] }', "review"),
        ("package.json", '{"dependencies": {"mysql2": "^3"}}', "review"),
        ("package.json", '{"dependencies": {"pg": "^8"}}', "likely"),
        ("package.json", '{"dependencies": {"pg": "^8", "sqlite3": "^5"}}', "likely"),
        ("go.mod", "require github.com/gin-gonic/gin v1.9.0", "likely"),
    ],
)
def test_a_schema_that_names_no_database_is_for_the_only_one_that_the_project_has_a_driver_of(
    tmp_path: Path, manifest: str, text: str, confidence: str
) -> None:
    kind = "DATETIME" if "mysql" in text else "TIMESTAMP"
    schema = f"CREATE TABLE notes (id VARCHAR(9) PRIMARY KEY, made {kind} NOT NULL);\n"
    path = files(tmp_path, {manifest: text + "\n", "db/schema.sql": schema})
    assert [each.confidence for each in only(path, "timestamp-without-zone").findings] == [confidence]


def test_indexes_of_expressions_that_cannot_be_read_are_not_taken_for_one_another(tmp_path: Path) -> None:
    made = '    op.create_index("{0}", "notes", [nulls_first("{1}"), sa.text("made DESC")])\n'
    text = (
        'import sqlalchemy as sa\nfrom alembic import op\n\nrevision = "1"\ndown_revision = None\n\n\n'
        'def upgrade():\n    op.create_table("notes", sa.Column("made", sa.DateTime(timezone=True)))\n'
    )
    text += made.format("by_size", "size") + made.format("by_name", "name")
    text += '    op.create_index("a", "notes", ["made", "name"])\n    op.create_index("b", "notes", ["made"])\n'
    path = files(tmp_path, {"alembic/versions/1_notes.py": text})
    assert found(path, "redundant-index") == [("redundant-index", "alembic/versions/1_notes.py:13")]


def test_a_finding_stands_at_the_line_that_made_it(tmp_path: Path) -> None:
    later = "-- adds the editor\nALTER TABLE notes\n  ADD COLUMN editor_id bigint,\n"
    later += "  ADD CONSTRAINT editor FOREIGN KEY (editor_id) REFERENCES users(id);\n"
    texts = {"m/V1__notes.sql": NOTES.replace(" REFERENCES users(id)", ""), "m/V2__editor.sql": later}
    assert found(files(tmp_path, texts), "foreign-key-unindexed") == [("foreign-key-unindexed", "m/V2__editor.sql:4")]


def test_a_column_that_is_renamed_keeps_its_index_and_one_that_is_dropped_takes_it_along(tmp_path: Path) -> None:
    texts = {
        "m/1.up.sql": NOTES + "CREATE INDEX a ON notes(author_id);\nCREATE INDEX b ON notes(author_id, id);\n",
        "m/2.up.sql": "ALTER TABLE notes RENAME COLUMN author_id TO writer_id;\n",
    }
    rules = ("foreign-key-unindexed", "redundant-index")
    assert found(files(tmp_path, texts), *rules) == [("redundant-index", "m/1.up.sql:5")]
    files(tmp_path, {"m/3.up.sql": "ALTER TABLE notes DROP COLUMN writer_id;\n"})
    assert found(tmp_path, *rules) == []


@pytest.mark.parametrize(
    "up,down",
    [
        ("0001_notes.up.sql", "0001_notes.down.sql"),
        ("V1__notes.sql", "U1__notes.sql"),
        ("20240101_notes/up.sql", "20240101_notes/down.sql"),
    ],
)
def test_the_way_back_is_no_part_of_the_way_there(tmp_path: Path, up: str, down: str) -> None:
    files(tmp_path, {f"m/{up}": NOTES, f"m/{down}": "DROP TABLE notes;\n"})
    assert found(tmp_path / "m", "foreign-key-unindexed") == [("foreign-key-unindexed", f"{up}:3")]
    assert found(tmp_path, "foreign-key-unindexed") == [("foreign-key-unindexed", f"m/{up}:3")]
    assert found(tmp_path, "migration-loses-data") == [("migration-loses-data", f"m/{down}:1")]


@pytest.mark.parametrize("marks", [("-- +goose Up", "-- +goose Down"), ("-- migrate:up", "-- migrate:down")])
def test_one_file_may_have_both_ways(tmp_path: Path, marks: tuple[str, str]) -> None:
    files(tmp_path, {"m/1_notes.sql": f"{marks[0]}\n{NOTES}\n{marks[1]}\nDROP TABLE notes;\n"})
    assert found(tmp_path, "foreign-key-unindexed") == [("foreign-key-unindexed", "m/1_notes.sql:4")]


def test_two_files_that_lay_the_same_schema_are_two_databases(tmp_path: Path) -> None:
    index = "CREATE INDEX a ON notes(author_id);\n"
    files(tmp_path, {"one.sql": NOTES, "two.sql": NOTES + index})
    assert found(tmp_path, "foreign-key-unindexed", "redundant-index") == [("foreign-key-unindexed", "one.sql:3")]


def test_a_dump_of_mysql_is_read(tmp_path: Path) -> None:
    dump = """
-- MySQL dump 10.13  Distrib 8.0.36
/*!40101 SET NAMES utf8mb4 */;
DROP TABLE IF EXISTS `orders`;
/*!40101 SET @saved_cs_client     = @@character_set_client */;
CREATE TABLE `orders` (
  `id` bigint unsigned NOT NULL AUTO_INCREMENT,
  `customer_id` bigint unsigned NOT NULL,
  `total` double NOT NULL,
  `status` enum('open','paid') DEFAULT 'open',
  `state` varchar(20) COLLATE utf8mb4_unicode_ci DEFAULT NULL COMMENT 'it''s; free',
  `made` timestamp NOT NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  `paid_at` datetime DEFAULT NULL,
  PRIMARY KEY (`id`),
  UNIQUE KEY `customer_made` (`customer_id`,`made`),
  KEY `customer` (`customer_id`),
  CONSTRAINT `orders_ibfk_1` FOREIGN KEY (`customer_id`) REFERENCES `customers` (`id`) ON DELETE CASCADE
) ENGINE=InnoDB AUTO_INCREMENT=7 DEFAULT CHARSET=utf8mb4;
LOCK TABLES `orders` WRITE;
INSERT INTO `orders` VALUES (1,2,3.5,'open','it\\'s; CREATE TABLE x (y int);','2024-01-01','2024-01-01');
UNLOCK TABLES;
DELIMITER ;;
/*!50003 CREATE TRIGGER `t` BEFORE INSERT ON `orders` FOR EACH ROW BEGIN SET NEW.made = NOW(); END */;;
DELIMITER ;
"""
    result = review(files(tmp_path, {"dump.sql": dump}))
    assert result.skipped == []
    assert sorted((each.rule, each.place.line) for each in result.findings) == [
        ("money-as-float", 9),
        ("money-cascade", 17),
        ("redundant-index", 16),
        ("status-unchecked", 11),
        ("timestamp-without-zone", 13),
    ]


def test_a_dump_of_postgresql_with_its_rows_is_read(tmp_path: Path) -> None:
    dump = """
CREATE TABLE public.notes (
    id bigint NOT NULL,
    text text DEFAULT 'a;b'::text,
    seen timestamp without time zone
);
COPY public.notes (id, text, seen) FROM stdin;
1\tCREATE TABLE broken (;'\t\\N
\\.
CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $_$ BEGIN RETURN NEW; END; $_$;
ALTER TABLE ONLY public.notes ADD CONSTRAINT notes_pkey PRIMARY KEY (id);
CREATE INDEX again ON public.notes USING btree (id);
"""
    result = review(files(tmp_path, {"dump.sql": dump}))
    assert result.skipped == []
    assert sorted((each.rule, each.place.line) for each in result.findings) == [
        ("redundant-index", 12),
        ("timestamp-without-zone", 5),
    ]


def test_what_is_broken_or_of_another_database_is_told_and_passed_over(tmp_path: Path) -> None:
    texts = {
        "a/broken.sql": "CREATE TABLE notes (id bigint);\nSELECT 'never closed;\n",
        "b/deep.sql": "CREATE TABLE x (y int CHECK " + "(" * 20_000 + ");\n",
        "c/server.sql": "CREATE TABLE [dbo].[x] ([id] uniqueidentifier);\nGO\n",
        "d/long.sql": "CREATE TABLE x (" + "y int, " * 40_000 + "z int);\n",
        "e/nothing.sql": "CREATE TABLE\n",
        "f/good.sql": NOTES,
    }
    result = review(files(tmp_path, texts))
    assert {each.path for each in result.skipped} == {"a/broken.sql", "c/server.sql", "d/long.sql", "e/nothing.sql"}
    assert "foreign-key-unindexed" in {each.rule for each in result.findings}


ALEMBIC = """
import sqlalchemy as sa
from alembic import op

revision = "{0}"
down_revision = {1}


def upgrade():
    {2}


def downgrade():
    {3}
"""


def alembic(path: Path, **migrations: tuple[str | None, str, str]) -> Path:
    """A folder of migrations of Alembic: the name, the one before, the way there and back."""
    return files(
        path,
        {
            f"versions/{name}.py": ALEMBIC.format(name, repr(before), there, back)
            for name, (before, there, back) in migrations.items()
        },
    )


MADE = 'op.create_table("notes", sa.Column("id", sa.Integer(), primary_key=True), sa.Column("user_id", sa.Integer()))'


def test_migrations_of_alembic_are_run_in_the_order_of_their_revisions(tmp_path: Path) -> None:
    reference = 'op.create_foreign_key("f", "notes", "users", ["user_id"], ["id"])'
    index = 'op.create_index(op.f("ix"), "notes", ["user_id"])'
    alembic(tmp_path, z=(None, MADE, "op.drop_table('notes')"), m=("z", reference, "op.drop_constraint('f', 'notes')"))
    assert found(tmp_path, "foreign-key-unindexed") == [("foreign-key-unindexed", "versions/m.py:10")]
    alembic(tmp_path, a=("m", index, "op.drop_index('ix')"))
    assert found(tmp_path, "foreign-key-unindexed", "migration-fork") == []
    alembic(tmp_path, b=("m", "op.drop_column('notes', 'user_id')", "pass"))
    assert [rule for rule, _ in found(tmp_path, "migration-fork")] == ["migration-fork"]


def test_loops_constants_batches_and_functions_of_a_migration_are_followed(tmp_path: Path) -> None:
    there = """TABLE = "notes"
    for name in ("a_id", "b_id"):
        op.add_column(TABLE, sa.Column(name, sa.Integer(), sa.ForeignKey("users.id")))
    with op.batch_alter_table("notes") as batch:
        batch.create_index("ix_a", ["a_id"])
    op.execute("CREATE INDEX ix_b ON notes (b_id)")"""
    alembic(tmp_path, one=(None, MADE, "op.drop_table('notes')"), two=("one", there, "pass"))
    assert found(tmp_path, "foreign-key-unindexed") == []
    gone = 'op.execute("DROP INDEX ix_b")'
    alembic(tmp_path, three=("two", gone, "pass"))
    assert found(tmp_path, "foreign-key-unindexed") == [("foreign-key-unindexed", "versions/two.py:12")]


MODEL = """
from sqlalchemy import Column, ForeignKey, Integer, String
from sqlalchemy.orm import declarative_base

Base = declarative_base()


class Note(Base):
    __tablename__ = "notes"

    id = Column(Integer, primary_key=True)
    user_id = Column(Integer, index=True)
"""


def test_models_and_migrations_that_agree_are_quiet_and_each_difference_tells_both_places(tmp_path: Path) -> None:
    files(tmp_path, {"models.py": MODEL})
    index = MADE + '\n    op.create_index("ix_notes_user_id", "notes", ["user_id"])'
    alembic(tmp_path, one=(None, index, "op.drop_table('notes')"))
    assert found(tmp_path, "model-drift") == []
    alembic(tmp_path, two=("one", "op.drop_index('ix_notes_user_id')", "pass"))
    extra = MODEL + '    title = Column(String(80))\n\n\nclass User(Base):\n    __tablename__ = "users"\n'
    files(tmp_path, {"models.py": extra + "    id = Column(Integer, primary_key=True)\n"})
    alembic(tmp_path, three=("two", "op.add_column('notes', sa.Column('colour', sa.String(7)))", "pass"))
    result = only(tmp_path, "model-drift")
    assert sorted((each.place.line, each.confidence, str(each.proof[0].place)) for each in result.findings) == [
        (8, "review", "versions/three.py:10"),
        (12, "likely", "versions/one.py:10"),
        (13, "likely", "versions/one.py:10"),
        (16, "likely", "versions/three.py:9"),
    ]


def test_migrations_that_cannot_be_followed_are_told_and_not_compared(tmp_path: Path) -> None:
    files(tmp_path, {"models.py": MODEL})
    alembic(tmp_path, one=(None, MADE, "pass"), two=("one", "op.execute('DROP TABLE ' + name())", "pass"))
    result = only(tmp_path, "model-drift")
    assert result.findings == []
    assert ["models are not compared" in each.why for each in result.skipped] == [True]
    assert result.skipped[0].path == "versions/two.py"


def test_a_table_that_may_or_may_not_be_changed_is_not_compared_and_the_others_are(tmp_path: Path) -> None:
    files(tmp_path, {"models.py": MODEL})
    added = 'op.add_column("tags", sa.Column("x", sa.Integer()))'
    there = f'{MADE}\n    if op.get_bind().dialect.name == "sqlite":\n        {added}'
    alembic(tmp_path, one=(None, there, "pass"))
    assert [place for _, place in found(tmp_path, "model-drift")] == ["models.py:12"]
    alembic(tmp_path, one=(None, there.replace("tags", "notes"), "pass"))
    assert found(tmp_path, "model-drift") == []


def test_files_for_several_databases_in_one_folder_are_several_histories(tmp_path: Path) -> None:
    index = "CREATE INDEX a ON notes(author_id);\n"
    texts = {
        "m/1_notes.up.sql": NOTES,
        "m/2_index.postgres.up.sql": index,
        "m/2_index.sqlite3.up.sql": index.replace("author_id", "id"),
        "m/2_index.mysql.up.sql": "ALTER TABLE `notes` ADD KEY `a` (`author_id`);\n",
    }
    result = only(files(tmp_path, texts), "foreign-key-unindexed", "redundant-index")
    assert sorted((each.rule, str(each.place)) for each in result.findings) == [
        ("foreign-key-unindexed", "m/1_notes.up.sql:3"),
        ("redundant-index", "m/2_index.sqlite3.up.sql:1"),
    ]


DJANGO = """
from django.db import migrations, models


class Migration(migrations.Migration):
    {2}dependencies = [{0}]
    operations = [
        {1},
    ]
"""
NOTE = """migrations.CreateModel("Note", [
            ("id", models.BigAutoField(primary_key=True)),
            ("author", models.ForeignKey("auth.User", on_delete=models.CASCADE{0})),
        ])"""


def django(path: Path, **migrations: tuple[str, str]) -> Path:
    """An app of Django: for each migration the one before, and what it does."""
    return files(
        path,
        {
            f"notes/migrations/{name}.py": DJANGO.format(f'("notes", "{before}")' if before else "", there, "")
            for name, (before, there) in migrations.items()
        },
    )


def test_a_foreign_key_of_django_has_an_index_unless_it_was_told_not_to(tmp_path: Path) -> None:
    assert found(django(tmp_path, a=("", NOTE.format(""))), "foreign-key-unindexed") == []
    django(tmp_path, a=("", NOTE.format(", db_index=False")))
    assert found(tmp_path, "foreign-key-unindexed") == [("foreign-key-unindexed", "notes/migrations/a.py:10")]
    django(tmp_path, b=("a", 'migrations.AddIndex("note", models.Index(fields=["author"], name="i"))'))
    assert found(tmp_path, "foreign-key-unindexed") == []
    assert found(tmp_path, "index-locks-writes") == [("index-locks-writes", "notes/migrations/b.py:8")]


def test_models_of_django_that_are_renamed_and_linked_are_followed(tmp_path: Path) -> None:
    django(
        tmp_path,
        a=("", NOTE.format("")),
        b=("a", 'migrations.RenameField("note", "author", "writer"), migrations.RenameModel("Note", "Page")'),
        c=("b", 'migrations.AddField("page", "tags", models.ManyToManyField("notes.Tag"))'),
    )
    model = "from django.db import models\n\n\nclass Page(models.Model):\n"
    model += '    writer = models.ForeignKey("auth.User", on_delete=models.CASCADE)\n'
    files(tmp_path, {"notes/models.py": model + '    tags = models.ManyToManyField("notes.Tag")\n'})
    assert found(tmp_path, "model-drift") == []
    files(tmp_path, {"notes/models.py": model.replace("models.CASCADE", "models.SET_NULL, null=True")})
    assert found(tmp_path, "model-drift") == [("model-drift", "notes/models.py:5")]


def test_a_table_of_django_may_have_a_name_of_its_own_for_a_while(tmp_path: Path) -> None:
    django(
        tmp_path,
        a=("", NOTE.format("").replace("])", '], options={"db_table": "old"})')),
        b=("a", 'migrations.AlterModelTable("note", None), migrations.RenameModel("Note", "Page")'),
    )
    model = "from django.db import models\n\n\nclass Page(models.Model):\n"
    files(tmp_path, {"notes/models.py": model + '    author = models.ForeignKey("auth.User", models.CASCADE)\n'})
    assert found(tmp_path, "model-drift") == []


def test_what_a_squashed_migration_replaces_is_not_run_again(tmp_path: Path) -> None:
    django(tmp_path, a=("", NOTE.format("")), b=("a", 'migrations.AddField("note", "title", models.TextField())'))
    replaces = 'replaces = [("notes", "a"), ("notes", "b")]\n    '
    squashed = {"notes/migrations/a_squashed_b.py": DJANGO.format("", NOTE.format(""), replaces)}
    assert found(files(tmp_path, squashed), "migration-fork", "model-drift") == []
    django(tmp_path, c=("b", 'migrations.AddField("note", "colour", models.IntegerField())'))
    assert found(tmp_path, "migration-fork") == []
    assert found(tmp_path, "required-column-added") == [("required-column-added", "notes/migrations/c.py:8")]
