from django.db import migrations

MODELS = ("Import", "Layout", "StagedRow", "Made")


class Migration(migrations.Migration):
    """The tables of imports belong to the app intake from here on (its first migration takes them up)."""

    dependencies = [("contacts", "0006_person_pairs")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.AlterModelTable(name, f"intake_{name.lower()}") for name in MODELS],
            state_operations=[migrations.DeleteModel(name) for name in reversed(MODELS)],
        ),
    ]
