from datetime import date

from django.db import migrations

KEYS = {'everyone': 'gift_cap_cents', 'public_bodies': 'gift_cap_public_body_cents'}
ALWAYS = date(2000, 1, 1)  # a cap that was set counted on every day


def to_policies(apps, schema_editor):
    GiftPolicy, Policy = apps.get_model('contacts', 'GiftPolicy'), apps.get_model('accounts', 'Policy')
    for row in GiftPolicy.objects.exclude(reach='company'):
        Policy.objects.create(key=KEYS[row.reach], value=row.cap_cents, valid_from=ALWAYS)
        row.delete()


def to_caps(apps, schema_editor):
    GiftPolicy, Policy = apps.get_model('contacts', 'GiftPolicy'), apps.get_model('accounts', 'Policy')
    for reach, key in KEYS.items():
        rows = Policy.objects.filter(key=key)
        latest = rows.order_by('-valid_from').first()
        if latest:
            GiftPolicy.objects.create(reach=reach, cap_cents=latest.value)
        rows.delete()


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0007_policies'),
        ('contacts', '0011_what_customers_did'),
    ]

    operations = [migrations.RunPython(to_policies, to_caps)]
