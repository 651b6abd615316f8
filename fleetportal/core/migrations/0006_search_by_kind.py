from django.contrib.postgres.operations import BtreeGinExtension
from django.db import migrations

NEW = (
    "CREATE INDEX core_searchrow_kind_words ON core_searchrow USING gin (object_type, to_tsvector('simple', words))",
    "DROP INDEX core_searchrow_words",
)
OLD = (
    "CREATE INDEX core_searchrow_words ON core_searchrow USING gin (to_tsvector('simple', words))",
    "DROP INDEX core_searchrow_kind_words",
)


def on_postgresql(statements):
    def run(apps, schema_editor):
        if schema_editor.connection.vendor == "postgresql":
            for statement in statements:
                schema_editor.execute(statement, params=None)

    return run


class Migration(migrations.Migration):
    """One index answers what a word finds of all kinds, and of one kind alone without reading the others' rows."""

    dependencies = [("core", "0005_paper_letter")]

    operations = [BtreeGinExtension(), migrations.RunPython(on_postgresql(NEW), on_postgresql(OLD))]
