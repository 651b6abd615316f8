"""What the schema editor has no words for: PostgreSQL's extension for periods, and the text index of global search on both databases."""

from django.contrib.postgres.operations import BtreeGistExtension
from django.db import migrations

SQLITE = (
    "CREATE VIRTUAL TABLE core_searchrow_fts USING fts5(words, content='core_searchrow', content_rowid='id',"
    " tokenize=\"unicode61 remove_diacritics 0\", prefix='2 3 4')",
    "CREATE TRIGGER core_searchrow_added AFTER INSERT ON core_searchrow BEGIN"
    " INSERT INTO core_searchrow_fts(rowid, words) VALUES (new.id, new.words); END",
    "CREATE TRIGGER core_searchrow_removed AFTER DELETE ON core_searchrow BEGIN"
    " INSERT INTO core_searchrow_fts(core_searchrow_fts, rowid, words) VALUES ('delete', old.id, old.words); END",
    "CREATE TRIGGER core_searchrow_changed AFTER UPDATE ON core_searchrow BEGIN"
    " INSERT INTO core_searchrow_fts(core_searchrow_fts, rowid, words) VALUES ('delete', old.id, old.words);"
    " INSERT INTO core_searchrow_fts(rowid, words) VALUES (new.id, new.words); END",
)
POSTGRESQL = ("CREATE INDEX core_searchrow_words ON core_searchrow USING gin (to_tsvector('simple', words))",)


def add(apps, schema_editor):
    statements = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[schema_editor.connection.vendor]
    for statement in statements:
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for trigger in ("added", "removed", "changed"):
            schema_editor.execute(f"DROP TRIGGER core_searchrow_{trigger}", params=None)
        schema_editor.execute("DROP TABLE core_searchrow_fts", params=None)
    else:
        schema_editor.execute("DROP INDEX core_searchrow_words", params=None)


class Migration(migrations.Migration):
    dependencies = [("core", "0001_ground")]
    operations = [BtreeGistExtension(), migrations.RunPython(add, remove)]
