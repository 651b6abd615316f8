import wagtail.fields
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("cms", "0004_house_brand_row")]

    operations = [
        migrations.AddField(
            model_name="housebrand",
            name="imprint",
            field=wagtail.fields.RichTextField(
                blank=True,
                help_text="The law asks for it. It is linked on every page that customers see.",
                verbose_name="imprint",
            ),
        ),
        migrations.AddField(
            model_name="housebrand",
            name="privacy",
            field=wagtail.fields.RichTextField(
                blank=True,
                help_text="It is linked on every page that customers see.",
                verbose_name="privacy policy",
            ),
        ),
    ]
