from datetime import date

from django.db import migrations

KEYS = {"everyone": "gift_cap_cents", "public_bodies": "gift_cap_public_body_cents"}
POLICY = "accounts.policy"
ALWAYS = date(2000, 1, 1)  # a cap that was set counted on every day


def to_policies(apps, schema_editor):
    GiftPolicy, Policy = apps.get_model("contacts", "GiftPolicy"), apps.get_model("accounts", "Policy")
    for row in GiftPolicy.objects.exclude(reach="company"):
        policy = Policy.objects.create(key=KEYS[row.reach], value=row.cap_cents, valid_from=ALWAYS)
        if row.words:
            keep_words(apps, policy, row.words)
        row.delete()


def keep_words(apps, policy, words):
    """What the house called the limit, in the history of its policy: a policy has no words of its own."""
    about = {"object_type": POLICY, "object_id": policy.pk}
    entry = apps.get_model("core", "Entry").objects.create(action="policy.changed", facts={"key": policy.key}, **about)
    apps.get_model("core", "Change").objects.create(entry=entry, field="words", before=words, after="", **about)


def to_caps(apps, schema_editor):
    GiftPolicy, Policy = apps.get_model("contacts", "GiftPolicy"), apps.get_model("accounts", "Policy")
    kept = apps.get_model("core", "Change").objects.filter(object_type=POLICY, field="words")
    for reach, key in KEYS.items():
        rows = Policy.objects.filter(key=key)
        latest = rows.order_by("-valid_from").first()
        if latest:
            change = kept.filter(object_id__in=rows.values("pk")).order_by("pk").last()
            GiftPolicy.objects.create(reach=reach, cap_cents=latest.value, words=change.before if change else "")
        rows.delete()


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_policies"),
        ("contacts", "0011_what_customers_did"),
    ]

    operations = [migrations.RunPython(to_policies, to_caps)]
