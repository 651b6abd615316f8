"""Imports of before they had an app of their own are still there, under the name of the app."""

import pytest
from django.db import connection

from tests.migrating import Steps

MOVE = [("contacts", "0007_imports_leave"), ("intake", "0001_imports"), ("intake", "0002_names_follow")]
LATER = [
    ("intake", "0003_progress_and_position"),
    ("intake", "0004_what_an_undo_leaves"),
    ("intake", "0005_companies_settled"),
    ("intake", "0006_fewer_indexes_of_staged_rows"),
    ("intake", "0007_hidden_sheets"),
]


@pytest.mark.django_db(transaction=True)
def test_the_tables_move_with_their_rows_and_their_history():
    """That such rows go all the way forward is tests/core/test_upgrade.py's."""
    Steps(*LATER).take_back()
    move = Steps(*MOVE)
    old = move.take_back()
    run = old.get_model("contacts", "Import").objects.create(name="fleet.csv", size=1, digest="0", kind="csv")
    row = old.get_model("contacts", "StagedRow").objects.create(run=run, sheet=0, row=2, verdict="new")
    old.get_model("contacts", "Made").objects.create(row=row, what="company", object_id=7)
    old.get_model("contacts", "Layout").objects.create(name="Alphabet", signature="x", kind="vehicles")
    old.get_model("core", "Entry").objects.create(action="import.brought", object_type="contacts.import", object_id=run.pk)
    old.get_model("core", "Job").objects.create(kind="contacts.import", args={"import": run.pk})
    types = old.get_model("contenttypes", "ContentType").objects.filter(model__in=("import", "layout", "stagedrow", "made"))
    types.filter(app_label="intake").update(app_label="contacts")

    new = move.apply()

    made = new.get_model("intake", "Made").objects.get()
    assert (made.row.run.name, made.row.row, made.object_id) == ("fleet.csv", 2, 7)
    assert new.get_model("intake", "Layout").objects.get().name == "Alphabet"
    assert new.get_model("core", "Entry").objects.get().object_type == "intake.import"
    assert new.get_model("core", "Job").objects.get().kind == "intake.import"
    assert set(types.values_list("app_label", flat=True)) == {"intake"}
    assert not [name for name in connection.introspection.table_names() if name in ("contacts_import", "contacts_made")]
