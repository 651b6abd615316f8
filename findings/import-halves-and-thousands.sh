#!/bin/sh
# Guessed: django-import-export refuses a number that doesn't fit: "5.7" for a whole number, a point where the language has a
#   comma. Or it reads a column in one way.
# Seen: a whole number is cut off, 5.7 and 5.9 are 5, without an error; as text and as a cell of a workbook. In a German project
#   a column of amounts is read in two ways: "12.50" and "12,50" are twelve and a half, "1.999" is one thousand nine hundred
#   ninety-nine, since a point before exactly three digits parts thousands there. So "0.125" is 125.
# With: django-import-export 4.4.3, tablib 3.10.0, Django 5.2.19, LANGUAGE_CODE de, USE_THOUSAND_SEPARATOR on.
# Why it matters: consumption and emissions are written with three decimals (6.125 litres, 0.125 kg) and become a thousand times
#   as much, beside rows with two decimals that are right; no error or warning says so.
# What to do: a widget of one's own that judges the whole column before a single cell, and refuses a fraction of a whole number.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir django==5.2.19 django-import-export==4.4.3 tablib==3.10.0
mkdir "$room/fleet"
touch "$room/fleet/__init__.py"
cat >"$room/fleet/models.py" <<'END'
from django.db import models


class Car(models.Model):
    plate = models.CharField(max_length=20)
    km = models.IntegerField(null=True)
    litres = models.DecimalField(max_digits=9, decimal_places=3, null=True)
END
cd "$room"
"$room/env/bin/python" - <<'END'
import sys
from importlib.metadata import version

import django
from django.conf import settings

sys.path.insert(0, ".")
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "import_export", "fleet"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    LANGUAGE_CODE="de",
    USE_THOUSAND_SEPARATOR=True,
)
django.setup()
import tablib
from django.core.management import call_command
from fleet.models import Car
from import_export import resources


class Cars(resources.ModelResource):
    class Meta:
        model = Car
        import_id_fields = ["plate"]
        fields = ("plate", "km", "litres")


def imported(column, *cells):
    table = tablib.Dataset(*[(f"HH-AB {number}", cell) for number, cell in enumerate(cells)], headers=["plate", column])
    result = Cars().import_data(table)
    assert not result.has_errors() and not result.has_validation_errors()
    found = [str(value) for value in Car.objects.order_by("plate").values_list(column, flat=True)]
    Car.objects.all().delete()
    return found


def seen(what, value, expected):
    print(f"{what}: {value}")
    assert value == expected, f"expected {expected}"


for name in ("django-import-export", "tablib", "Django"):
    print(name, version(name))
call_command("migrate", run_syncdb=True, verbosity=0)
seen('whole numbers "5.7", 5.9', imported("km", "5.7", 5.9), ["5", "5"])
amounts = ("12.50", "12,50", "1.999", "0.125")
seen(", ".join(amounts), imported("litres", *amounts), ["12.500", "12.500", "1999.000", "125.000"])
END
