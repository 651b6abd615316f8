from django.db import migrations, models


TIERS = ("diamond", "platinum", "gold", "silver", "bronze")
PHASES = ("prospect", "new", "repeat", "loyal", "at_risk", "lost")


def rank(field, values):
    whens = [models.When(**{field: value}, then=models.Value(place)) for place, value in enumerate(values)]
    return models.Case(*whens, default=models.Value(len(whens)), output_field=models.IntegerField())


class Migration(migrations.Migration):
    """Every column by which companies or vehicles are sorted has an index that also says what a list is narrowed by."""

    dependencies = [
        ("accounts", "0015_amounts_of_job_lines"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="vehicle",
            name="vehicle_by_plate",
        ),
        migrations.AlterField(
            model_name="company",
            name="name_folded",
            field=models.CharField(editable=False, max_length=200),
        ),
        migrations.AlterField(
            model_name="vehicle",
            name="contract_ends_on",
            field=models.DateField(blank=True, null=True, verbose_name="contract end"),
        ),
        migrations.AlterField(
            model_name="vehicle",
            name="delivered_on",
            field=models.DateField(blank=True, null=True, verbose_name="delivery"),
        ),
        migrations.AlterField(
            model_name="vehicle",
            name="plate_folded",
            field=models.CharField(blank=True, editable=False, max_length=16),
        ),
        migrations.AddIndex(
            model_name="company",
            index=models.Index(fields=["city", "id", "centre"], name="company_by_city"),
        ),
        migrations.AddIndex(
            model_name="company",
            index=models.Index(rank("tier", TIERS), "name_folded", "id", "centre", name="company_by_tier"),
        ),
        migrations.AddIndex(
            model_name="company",
            index=models.Index(rank("phase", PHASES), "name_folded", "id", "centre", name="company_by_phase"),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(fields=["plate_folded", "id", "company", "given_back_on"], name="vehicle_by_plate"),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(fields=["contract_ends_on", "id", "company", "given_back_on"], name="vehicle_by_end"),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(fields=["delivered_on", "id", "company", "given_back_on"], name="vehicle_by_delivery"),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(fields=["make", "model", "id", "company", "given_back_on"], name="vehicle_by_model"),
        ),
        migrations.AddIndex(
            model_name="vehicle",
            index=models.Index(fields=["use", "id", "company", "given_back_on"], name="vehicle_by_use"),
        ),
    ]
