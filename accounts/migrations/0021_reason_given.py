from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0020_touches_by_number")]

    operations = [migrations.RenameField("standing", "words", "given_reason")]
