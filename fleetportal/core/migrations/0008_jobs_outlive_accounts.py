import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def say_whose(apps, schema_editor):
    apps.get_model("core", "Job").objects.exclude(owner=None).update(is_personal=True)


class Migration(migrations.Migration):
    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("core", "0007_message_concerns"),
    ]

    operations = [
        migrations.AlterField(
            model_name="job",
            name="owner",
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(model_name="job", name="is_personal", field=models.BooleanField(db_default=False, default=False)),
        migrations.RunPython(say_whose, migrations.RunPython.noop),
    ]
