"""A home page in every language in place of Wagtail's welcome, so that `/` answers on an empty database."""

from uuid import uuid4

from django.conf import settings
from django.db import migrations

WORDS = {
    "en": ("Welcome", "We look after the fleets of business customers: vehicles, service, and the people who drive them."),
    "de": ("Willkommen", "Wir kümmern uns um die Flotten unserer Geschäftskunden: um Fahrzeuge, Service und die Menschen, die sie fahren."),
    "it": ("Benvenuti", "Ci prendiamo cura delle flotte dei nostri clienti aziendali: veicoli, assistenza e le persone che li guidano."),
    "ru": ("Добро пожаловать", "Мы заботимся об автопарках наших корпоративных клиентов: об автомобилях, сервисе и людях, которые на них ездят."),
}


def make_homes(apps, schema_editor):
    Page, Site = apps.get_model("wagtailcore", "Page"), apps.get_model("wagtailcore", "Site")
    Locale, HomePage = apps.get_model("wagtailcore", "Locale"), apps.get_model("cms", "HomePage")
    ContentType = apps.get_model("contenttypes", "ContentType")
    kind, _new = ContentType.objects.get_or_create(app_label="cms", model="homepage")
    Page.objects.filter(depth__gt=1).delete()  # Wagtail's own welcome; nobody has written anything yet
    Site.objects.all().delete()
    root = Page.objects.get(depth=1)
    default = settings.LANGUAGE_CODE
    key, homes = uuid4(), {}
    for place, code in enumerate(sorted(WORDS, key=lambda code: code != default), start=1):
        title, intro = WORDS[code]
        slug = "home" if code == default else f"home-{code}"
        homes[code] = HomePage.objects.create(
            path=f"{root.path}{place:04d}", depth=2, numchild=0, title=title, draft_title=title, slug=slug, url_path=f"/{slug}/",
            content_type=kind, locale=Locale.objects.get_or_create(language_code=code)[0], translation_key=key, intro=intro, live=True,
        )
    root.numchild = len(homes)
    root.save()
    Site.objects.create(hostname="localhost", port=80, root_page_id=homes[default].page_ptr_id, is_default_site=True, site_name="Fleetportal")


def remove_homes(apps, schema_editor):
    apps.get_model("wagtailcore", "Site").objects.all().delete()
    Page = apps.get_model("wagtailcore", "Page")
    apps.get_model("cms", "HomePage").objects.all().delete()
    Page.objects.filter(depth=1).update(numchild=Page.objects.filter(depth=2).count())


class Migration(migrations.Migration):
    dependencies = [
        ("cms", "0001_pages"),
        ("wagtailcore", "0097_baselogentry_uuid_action_timestamp_indexes"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations = [migrations.RunPython(make_homes, remove_homes)]
