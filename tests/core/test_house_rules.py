"""`make check` finds what our own rules forbid: hidden ways to a higher noun, imports in functions, nouns written past their verbs."""

import os
import subprocess
import sys

import pytest

from tools import house_rules, upward, writers
from tools.trees import nodes_of

pytestmark = pytest.mark.once

FAULTY = [
    ("accounts/x.py", 'def up(model):\n    return model._meta.get_field("vehicles").related_model\n', 2),
    ("gifts/x.py", 'from django.apps import apps\nVoucher = apps.get_model("gifts.Voucher")\n', 1),
    ("events/x.py", "def late():\n    from gifts.models import Voucher\n    return Voucher\n", 1),
    ("contacts/apps.py", "def helper():\n    import json\n    return json\n", 1),
    ("gifts/pdf.py", "def draw():\n    from reportlab.pdfgen.canvas import Canvas\n    return Canvas\n", 1),
    ("events/x.py", "async def draw():\n    import segno\n    return segno\n", 1),
    ("events/x.py", "def long():\n" + "    a = 1\n" * 40, 1),
    ("events/x.py", "a = 1\n" * 401, 1),
    ("events/x.py", f"a = '{'b' * 140}'\n", 1),
    # relations that a room above declares, by every way in which a lower room may name them
    ("accounts/x.py", 'Company.objects.filter(drivers__person__last_name="Brandt")\n', 1),
    ("accounts/x.py", "Vehicle.objects.exclude(holders__user__person=None)\n", 1),
    ("accounts/x.py", "wanted = Q(vehicles__holders__starts_on=day)\n", 1),
    ("accounts/x.py", 'lookup = "vehicles__holders__starts_on__lte"\n', 1),
    ("accounts/x.py", 'rows.annotate(count=Count("interactions"))\n', 1),
    ("accounts/x.py", 'rows.prefetch_related(Prefetch("decision_makers", to_attr="deciders"))\n', 1),
    ("accounts/x.py", 'rows.order_by("-meetings__starts_at")\n', 1),
    ("accounts/x.py", 'column = Column(accessor="decision_makers")\n', 1),
    ("accounts/x.py", "def people(company):\n    return company.drivers.all()\n", 1),
    ("accounts/x.py", "def policy(company):\n    return company.gift_policy\n", 1),
    ("contacts/people/x.py", "class PersonQuerySet(QuerySet):\n    def f(self):\n        return self.filter(tasks__state=1)\n", 1),
    ("contacts/people/x.py", "class PersonAddress(Model):\n    def f(self):\n        return self.consents.first()\n", 1),
    ("contacts/x.py", "Person.objects.filter(registrations__event=event)\n", 1),
    ("events/x.py", "Person.objects.filter(vouchers__state=1)\n", 1),  # two apps that know nothing of each other
    ("gifts/models/programme.py", 'Programme.objects.annotate(count=Count("vouchers"))\n', 1),  # inside an app, by its contract
    ("accounts/customers/models/company.py", "def f(company):\n    return company.assignments.responsible()\n", 1),  # that imports this
    # nouns that the intake and the demo write past their verbs
    ("intake/x.py", "Company.objects.bulk_create(rows)\n", 1),
    ("intake/x.py", "bulk.add(vehicles)\n", 1),
    ("intake/x.py", 'bulk.write(Person, ("first_name",), rows)\n', 1),
    ("intake/x.py", "from fleetportal.core.db.bulk import add\n", 1),
    ("intake/actions/x.py", 'company.save(update_fields=["name"])\n', 1),
    ("demo/x.py", "Task.objects.create(title=title)\n", 1),
    ("demo/x.py", 'Vehicle.objects.filter(company=company).update(use="personal")\n', 1),
    ("demo/x.py", "company.vehicles.all().delete()\n", 1),
]
FINE = [
    ("events/x.py", "def long():\n" + "    a = 1\n" * 39 + "b = 2\n" * 360),
    ("events/x.py", f"a = '{'b' * 134}'\n"),
    ("accounts/x.py", 'Company.objects.filter(vehicles__plate="HH", assignments__user=user)\n'),  # its own room
    ("accounts/x.py", 'Q(company__centre=centre, name="drivers")\n'),  # forward, and a value
    ("accounts/x.py", "class Box:\n    drivers: list\ndef f(box):\n    return box.drivers.append(1)\n"),
    ("contacts/x.py", "Company.objects.filter(drivers__person=person)\n"),
    ("gifts/models/voucher.py", 'Programme.objects.annotate(count=Count("vouchers"))\n'),
    ("intake/x.py", "bulk.add(self.staged)\nseen.update(names)\nrun.save()\nrows = [bulk.new(Vehicle, company=company)]\n"),
    ("contacts/x.py", "Task.objects.create(title=title)\n"),
    ("contacts/apps.py", "class C:\n    def ready(self):\n        from contacts import showing\n        showing.register()\n"),
    ("fleetportal/core/pdf.py", "def draw():\n    from reportlab.pdfgen.canvas import Canvas\n    return Canvas\n"),
    ("fleetportal/core/audit/__init__.py", "def column(row, name):\n    return row._meta.get_field(name)\n"),
]


@pytest.mark.parametrize(("path", "source", "count"), FAULTY)
def test_a_hidden_arrow_is_found(path: str, source: str, count: int) -> None:
    assert len(list(house_rules.faults(path, source))) == count


@pytest.mark.parametrize(("path", "source"), FINE)
def test_what_is_listed_with_its_reason_is_let_through(path: str, source: str) -> None:
    assert list(house_rules.faults(path, source)) == []


def test_a_class_name_of_two_modules_is_found() -> None:
    sources = {"events/models.py": "class State:\n    pass\n", "gifts/models.py": "import json\n\nclass State:\n    pass\n"}
    (fault,) = house_rules.repeated_classes(sources)
    assert fault.startswith("gifts/models.py:3: `State` is also the name of a class in events/models.py:1")


def test_nested_classes_and_names_of_the_framework_may_repeat() -> None:
    nested = "class {}:\n    class Kind:\n        pass\n    class Meta:\n        pass\nclass Command:\n    pass\n"
    assert not list(house_rules.repeated_classes({"a.py": nested.format("Company"), "b.py": nested.format("Person")}))


def test_a_class_declared_for_types_and_for_django_counts_once() -> None:
    source = "if TYPE_CHECKING:\n    class Stored:\n        pass\nelse:\n    class Stored:\n        pass\n"
    assert not list(house_rules.repeated_classes({"a.py": source}))


def test_the_house_keeps_its_rules() -> None:
    assert house_rules.main() == 0


def test_what_is_listed_is_there() -> None:
    for place in (*house_rules.REFLECTING, *house_rules.HEAVY.values()):
        assert (house_rules.ROOT / place).exists(), place


def test_whoever_may_write_past_the_verbs_does() -> None:
    """The list can only shrink."""
    for path, names in writers.ALLOWED.items():
        written = {name for _line, name in writers.writes(nodes_of((house_rules.ROOT / path).read_text(encoding="utf-8")))}
        assert names <= written, path


def test_what_is_above_what_is_read_from_the_contracts_and_the_imports() -> None:
    assert upward.stands_above("contacts.people.models.roles", "accounts.customers.models.company")
    assert upward.stands_above("contacts.memory.models.task", "contacts.people.models.person")
    assert upward.stands_above("accounts.customers.models.vehicle", "accounts.customers.models.company")
    assert not upward.stands_above("accounts.customers.models.company", "accounts.customers.models.vehicle")
    assert not upward.stands_above("accounts.customers.models.vehicle", "accounts.customers.models.assignment")


STARTED = """
import sys
import django
from fleetportal.core.management.commands import serve
django.setup()
serve.load()
assert "fleetportal.urls" in sys.modules
print(*sorted(sys.modules))
"""


def test_a_start_loads_no_heavy_library() -> None:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "fleetportal.settings.test"}
    done = subprocess.run([sys.executable, "-c", STARTED], env=environment, capture_output=True, text=True, check=True)
    assert {"amqp", "celery.app", "icalendar", "openpyxl", "reportlab", "xlsxwriter"}.isdisjoint(done.stdout.split())
