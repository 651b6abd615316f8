from django.db import migrations

SORTS = (
    ("company_by_next_end_down", "accounts_company", "next_end_on", "centre_id"),
    ("company_by_contact_down", "accounts_company", "last_contact_at", "centre_id"),
    ("vehicle_by_end_down", "accounts_vehicle", "contract_ends_on", "company_id, given_back_on"),
    ("vehicle_by_delivery_down", "accounts_vehicle", "delivered_on", "company_id, given_back_on"),
)


def make(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, table, column, shown in SORTS:
            schema_editor.execute(f"CREATE INDEX {name} ON {table} ({column} DESC NULLS LAST, id DESC, {shown})", params=None)


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        for name, *_rest in SORTS:
            schema_editor.execute(f"DROP INDEX {name}", params=None)


class Migration(migrations.Migration):
    """Lists sorted downwards put rows without a value last; PostgreSQL's other indexes have them first when read backwards.

    SQLite finds that order in the indexes that it has, and takes none with NULLS LAST.
    """

    dependencies = [("accounts", "0018_returns_after_deliveries")]

    operations = [migrations.RunPython(make, drop)]
