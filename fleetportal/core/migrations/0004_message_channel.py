from django.db import migrations, models

from fleetportal.core.db import fold

BATCH = 1000


def fold_recipients(apps, schema_editor):
    """What a message goes to, as addresses are looked up: the gates compare it."""
    rows, batch = apps.get_model("core", "Message").objects, []
    for message in rows.only("recipient").iterator(BATCH):
        message.recipient_folded = fold(message.recipient)
        batch.append(message)
        if len(batch) == BATCH:
            rows.bulk_update(batch, ["recipient_folded"])
            batch.clear()
    rows.bulk_update(batch, ["recipient_folded"])


class Migration(migrations.Migration):
    dependencies = [("core", "0003_message_recipient_type")]

    operations = [
        migrations.AddField(
            model_name="message",
            name="channel",
            field=models.CharField(
                choices=[("email", "e-mail"), ("sms", "SMS"), ("letter", "letter"), ("webhook", "webhook")], default="email", max_length=7
            ),
        ),
        migrations.AddField(
            model_name="message",
            name="recipient_folded",
            field=models.CharField(default="", editable=False, max_length=254),
            preserve_default=False,
        ),
        migrations.AlterField(model_name="message", name="recipient", field=models.CharField(max_length=254)),
        migrations.RunPython(fold_recipients, migrations.RunPython.noop),
    ]
