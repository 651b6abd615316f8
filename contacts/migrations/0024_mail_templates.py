import django.db.models.deletion
from django.db import migrations, models

PURPOSES = [("invitations", "Invitations"), ("offers", "Offers"), ("news", "News"), ("greetings", "Greetings"), ("surveys", "Surveys")]
LANGUAGES = [("en", "English"), ("de", "German"), ("it", "Italian"), ("ru", "Russian")]


class Migration(migrations.Migration):
    dependencies = [("contacts", "0023_what_complaints_teach")]

    operations = [
        migrations.CreateModel(
            name="MailTemplate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "name",
                    models.CharField(
                        help_text="Colleagues choose the template by this name; customers don’t see it.",
                        max_length=80,
                        unique=True,
                        verbose_name="name",
                    ),
                ),
                (
                    "purpose",
                    models.CharField(
                        blank=True,
                        choices=PURPOSES,
                        help_text="Leave this empty for an answer, or for what concerns the customer’s own vehicles and contracts.",
                        max_length=11,
                        verbose_name="needs consent to",
                    ),
                ),
                ("weight", models.PositiveSmallIntegerField(default=100, verbose_name="position")),
                ("is_offered", models.BooleanField(default=True, verbose_name="offered")),
            ],
            options={"verbose_name": "e-mail template", "verbose_name_plural": "e-mail templates", "ordering": ("weight", "pk")},
        ),
        migrations.CreateModel(
            name="MailTemplateText",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "template",
                    models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="texts", to="contacts.mailtemplate"),
                ),
                ("language", models.CharField(choices=LANGUAGES, max_length=8, verbose_name="language")),
                ("subject", models.CharField(max_length=150, verbose_name="subject")),
                (
                    "text",
                    models.TextField(help_text="Without greeting and signature; these are added.", max_length=2000, verbose_name="text"),
                ),
            ],
            options={"verbose_name": "text", "verbose_name_plural": "texts, one for each language"},
        ),
        migrations.AddConstraint(
            "mailtemplatetext", models.UniqueConstraint(fields=("template", "language"), name="one_text_for_each_language")
        ),
    ]
