from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0022_decisions_by_person")]

    operations = [
        migrations.AddField(
            "complaint",
            "learned",
            models.TextField(blank=True, default="", max_length=2000, verbose_name="what we learned"),
            preserve_default=False,
        ),
        migrations.AddField("complaint", "is_satisfied", models.BooleanField(null=True, verbose_name="customer satisfied")),
        migrations.AddIndex(
            "complaint",
            models.Index(condition=models.Q(("answered_at", None)), fields=["answer_due_on", "id"], name="complaint_open_by_day"),
        ),
    ]
