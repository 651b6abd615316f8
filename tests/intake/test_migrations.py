"""Imports of before they had an app of their own are still there, under the name of the app."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

BEFORE = [("intake", None), ("contacts", "0006_person_pairs")]
AFTER = [("intake", "0002_names_follow")]


@pytest.fixture
def migrated_back(transactional_db: None) -> MigrationExecutor:
    """The next test begins with another copy; that such rows go all the way forward is tests/core/test_upgrade.py's."""
    MigrationExecutor(connection).migrate(BEFORE)
    return MigrationExecutor(connection)


def test_the_tables_move_with_their_rows_and_their_history(migrated_back):
    old = migrated_back.loader.project_state(BEFORE[1:]).apps
    run = old.get_model("contacts", "Import").objects.create(name="fleet.csv", size=1, digest="0", kind="csv")
    row = old.get_model("contacts", "StagedRow").objects.create(run=run, sheet=0, row=2, verdict="new")
    old.get_model("contacts", "Made").objects.create(row=row, what="company", object_id=7)
    old.get_model("contacts", "Layout").objects.create(name="Alphabet", signature="x", kind="vehicles")
    old.get_model("core", "Entry").objects.create(action="import.brought", object_type="contacts.import", object_id=run.pk)
    old.get_model("core", "Job").objects.create(kind="contacts.import", args={"import": run.pk})
    old.get_model("contenttypes", "ContentType").objects.filter(app_label="intake").update(app_label="contacts")

    migrated_back.migrate(AFTER)

    new = MigrationExecutor(connection).loader.project_state(AFTER).apps
    made = new.get_model("intake", "Made").objects.get()
    assert (made.row.run.name, made.row.row, made.object_id) == ("fleet.csv", 2, 7)
    assert new.get_model("intake", "Layout").objects.get().name == "Alphabet"
    assert new.get_model("core", "Entry").objects.get().object_type == "intake.import"
    assert new.get_model("core", "Job").objects.get().kind == "intake.import"
    types = new.get_model("contenttypes", "ContentType").objects.filter(model__in=("import", "layout", "stagedrow", "made"))
    assert set(types.values_list("app_label", flat=True)) == {"intake"}
    assert not [name for name in connection.introspection.table_names() if name in ("contacts_import", "contacts_made")]
