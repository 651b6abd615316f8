#!/bin/sh
# Guessed: a row of django-simple-history holds what the table held after that change.
# Seen: it holds what the object in memory held. save(update_fields=["km"]) writes only the kilometres, and the history's row
#   also has the plate that was typed and never saved. bulk_update_with_history(…, ["km"]) does so for each row. Later reports
#   (as_of, diff_against) show a plate that the vehicle never had, and the next full save "changes" it back.
# With: django-simple-history 3.13.0, Django 5.2.19.
# Why it matters: the record that is to prove who changed what is wrong exactly where code tries to write little.
# What to do: save the whole row where history is kept, or reload it before (refresh_from_db) and set only the fields that are
#   saved; better a record of the changed fields, as the portal's own audit entries are.
set -eu
room=$(mktemp -d)
trap 'rm -rf "$room"' EXIT
python3 -m venv "$room/env"
"$room/env/bin/pip" install -qq --no-cache-dir django==5.2.19 django-simple-history==3.13.0
mkdir "$room/fleet"
touch "$room/fleet/__init__.py"
cat >"$room/fleet/models.py" <<'END'
from django.db import models
from simple_history.models import HistoricalRecords


class Car(models.Model):
    plate = models.CharField(max_length=20)
    km = models.IntegerField(default=0)
    history = HistoricalRecords()
END
cd "$room"
"$room/env/bin/python" - <<'END'
import sys
from importlib.metadata import version

import django
from django.conf import settings

sys.path.insert(0, ".")
settings.configure(
    INSTALLED_APPS=["django.contrib.auth", "django.contrib.contenttypes", "simple_history", "fleet"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    USE_TZ=True,
)
django.setup()
from django.core.management import call_command
from django.utils import timezone
from fleet.models import Car
from simple_history.utils import bulk_update_with_history


def seen(what, value, expected):
    print(f"{what}: {value}")
    assert value == expected, f"expected {expected}"


print("django-simple-history", version("django-simple-history"), "Django", django.__version__)
call_command("migrate", run_syncdb=True, verbosity=0)
car = Car.objects.create(plate="HH-AB 12")
car.plate, car.km = "typed, not saved", 500
car.save(update_fields=["km"])
seen("the table", Car.objects.values_list("plate", "km").get(), ("HH-AB 12", 500))
seen("its history", car.history.values_list("plate", "km").first(), ("typed, not saved", 500))
seen("the fleet as of now", [one.plate for one in Car.history.as_of(timezone.now())], ["typed, not saved"])
car.plate, car.km = "typed again", 900
bulk_update_with_history([car], Car, ["km"])
seen("the table after many at once", Car.objects.values_list("plate", "km").get(), ("HH-AB 12", 900))
seen("its history after that", car.history.values_list("plate", "km").first(), ("typed again", 900))
Car.objects.get().save()
newest, before = car.history.all()[:2]
changes = [(change.field, change.old, change.new) for change in newest.diff_against(before).changes]
seen("a save that changes nothing", changes, [("plate", "typed again", "HH-AB 12")])
END
