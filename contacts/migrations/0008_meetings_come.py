import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The table comes from events, which renamed it: only the state is made here."""

    dependencies = [
        ("accounts", "0006_roles_from_group_names"),
        ("contacts", "0007_imports_leave"),
        ("events", "0002_meetings_leave"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Meeting",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("is_annual", models.BooleanField(default=True, verbose_name="annual meeting")),
                        ("proposed_times", models.JSONField(default=list, verbose_name="proposed times")),
                        ("starts_at", models.DateTimeField(blank=True, null=True, verbose_name="starts")),
                        ("place", models.CharField(blank=True, max_length=160, verbose_name="location")),
                        (
                            "state",
                            models.CharField(
                                choices=[("proposed", "proposed"), ("fixed", "fixed"), ("held", "held"), ("cancelled", "cancelled")],
                                default="proposed",
                                max_length=9,
                                verbose_name="state",
                            ),
                        ),
                        ("minutes", models.TextField(blank=True, max_length=4000, verbose_name="minutes")),
                        ("revision", models.PositiveIntegerField(default=0)),
                        ("entered_at", models.DateTimeField(default=django.utils.timezone.now, editable=False)),
                        (
                            "account_manager",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="meetings_led",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="account manager",
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="meetings", to="accounts.company"),
                        ),
                        (
                            "decision_maker",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="meetings",
                                to="contacts.person",
                                verbose_name="decision-maker",
                            ),
                        ),
                        (
                            "director",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="meetings_joined",
                                to=settings.AUTH_USER_MODEL,
                                verbose_name="managing director or sales manager",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "meeting",
                        "verbose_name_plural": "meetings",
                        "indexes": [models.Index(fields=["company", "state"], name="meeting_by_company")],
                        "constraints": [
                            models.UniqueConstraint(
                                condition=models.Q(("is_annual", True), ("state__in", ("proposed", "fixed"))),
                                fields=("company",),
                                name="one_open_annual_meeting",
                            ),
                            models.CheckConstraint(
                                condition=models.Q(("state__in", ("proposed", "cancelled")), ("starts_at__isnull", False), _connector="OR"),
                                name="fixed_meeting_has_time",
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
