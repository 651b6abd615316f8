from django.db import migrations, models


class Migration(migrations.Migration):
    """The list of people is sorted along an index that also says the centre, so that pages are skipped without a look at the rows."""

    dependencies = [("contacts", "0016_last_contacts_looked_up")]

    operations = [
        migrations.RemoveIndex("person", name="person_by_name"),
        migrations.AddIndex("person", models.Index(fields=["name_folded", "id", "centre"], name="person_by_name")),
    ]
