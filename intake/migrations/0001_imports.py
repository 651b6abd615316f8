import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """The tables come from contacts, which renamed them: only the state is made here."""

    initial = True
    dependencies = [
        ("accounts", "0002_companies_and_vehicles"),
        ("contacts", "0007_imports_leave"),
        ("core", "0003_message_recipient_type"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.CreateModel(
                    name="Import",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("name", models.CharField(max_length=200, verbose_name="file")),
                        ("size", models.BigIntegerField()),
                        ("digest", models.CharField(max_length=64)),
                        ("kind", models.CharField(max_length=4)),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("columns", "columns to be checked"),
                                    ("judging", "dry run in progress"),
                                    ("judged", "dry run finished"),
                                    ("applying", "importing"),
                                    ("done", "imported"),
                                    ("stopped", "stopped"),
                                    ("undoing", "being undone"),
                                    ("undone", "undone"),
                                ],
                                db_index=True,
                                default="columns",
                                max_length=9,
                                verbose_name="state",
                            ),
                        ),
                        ("sheets", models.JSONField(default=list)),
                        ("progress", models.JSONField(default=dict)),
                        ("counts", models.JSONField(default=dict)),
                        ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="uploaded")),
                        ("ended_at", models.DateTimeField(null=True)),
                        (
                            "centre",
                            models.ForeignKey(
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="accounts.centre",
                                verbose_name="centre",
                            ),
                        ),
                        (
                            "company",
                            models.ForeignKey(
                                blank=True,
                                null=True,
                                on_delete=django.db.models.deletion.SET_NULL,
                                related_name="+",
                                to="accounts.company",
                                verbose_name="company the vehicles belong to",
                            ),
                        ),
                        ("job", models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to="core.job")),
                        (
                            "owner",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.CASCADE, related_name="imports", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "import",
                        "verbose_name_plural": "imports",
                        "ordering": ["-made_at", "-id"],
                    },
                ),
                migrations.CreateModel(
                    name="Layout",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("name", models.CharField(max_length=80, unique=True, verbose_name="name")),
                        ("signature", models.CharField(db_index=True, max_length=40)),
                        ("kind", models.CharField(max_length=10)),
                        ("columns", models.JSONField(default=dict)),
                        ("used_at", models.DateTimeField(default=django.utils.timezone.now)),
                        (
                            "owner",
                            models.ForeignKey(
                                null=True, on_delete=django.db.models.deletion.SET_NULL, related_name="+", to=settings.AUTH_USER_MODEL
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "layout",
                        "verbose_name_plural": "layouts",
                    },
                ),
                migrations.CreateModel(
                    name="StagedRow",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("sheet", models.PositiveSmallIntegerField()),
                        ("row", models.PositiveIntegerField()),
                        ("cells", models.JSONField(default=list)),
                        ("values", models.JSONField(default=dict)),
                        (
                            "verdict",
                            models.CharField(
                                choices=[
                                    ("new", "new"),
                                    ("changed", "changed"),
                                    ("same", "unchanged"),
                                    ("rejected", "left out"),
                                    ("skipped", "no data"),
                                ],
                                max_length=8,
                            ),
                        ),
                        ("makes", models.JSONField(default=dict)),
                        ("problems", models.JSONField(default=list)),
                        ("problem", models.CharField(blank=True, max_length=16)),
                        ("has_notes", models.BooleanField(default=False)),
                        ("key", models.CharField(blank=True, max_length=64)),
                        ("other_key", models.CharField(blank=True, max_length=64)),
                        ("company_key", models.CharField(blank=True, max_length=64)),
                        ("fingerprint", models.CharField(blank=True, db_index=True, max_length=40)),
                        ("applied_at", models.DateTimeField(null=True)),
                        ("run", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="rows", to="intake.import")),
                    ],
                ),
                migrations.CreateModel(
                    name="Made",
                    fields=[
                        ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                        ("what", models.CharField(max_length=24)),
                        ("object_id", models.BigIntegerField()),
                        ("row", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="made", to="intake.stagedrow")),
                    ],
                ),
                migrations.AddIndex(
                    model_name="stagedrow",
                    index=models.Index(fields=["run", "key"], name="staged_by_key"),
                ),
                migrations.AddIndex(
                    model_name="stagedrow",
                    index=models.Index(fields=["run", "other_key"], name="staged_by_other_key"),
                ),
                migrations.AddIndex(
                    model_name="stagedrow",
                    index=models.Index(fields=["run", "verdict", "applied_at", "id"], name="staged_by_verdict"),
                ),
                migrations.AddConstraint(
                    model_name="stagedrow",
                    constraint=models.UniqueConstraint(fields=("run", "sheet", "row"), name="one_staged_row"),
                ),
                migrations.AddIndex(
                    model_name="made",
                    index=models.Index(fields=["what", "object_id"], name="made_by_object"),
                ),
            ],
        ),
    ]
