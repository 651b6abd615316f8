"""`make check` finds what our own rules forbid: reflection to other models, imports hidden in functions."""

import pytest

from tools import house_rules

FAULTY = [
    ("accounts/x.py", 'def up(model):\n    return model._meta.get_field("vehicles").related_model\n', 2),
    ("gifts/x.py", 'from django.apps import apps\nVoucher = apps.get_model("gifts.Voucher")\n', 1),
    ("events/x.py", "def late():\n    from gifts.models import Voucher\n    return Voucher\n", 1),
    ("contacts/apps.py", "def helper():\n    import json\n    return json\n", 1),
    ("gifts/pdf.py", "def draw():\n    from reportlab.pdfgen.canvas import Canvas\n    return Canvas\n", 1),
    ("events/x.py", "async def draw():\n    import segno\n    return segno\n", 1),
]
FINE = [
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
