"""The dossier of a large company beside the same page of a small one."""

import random
from collections.abc import Iterator

from accounts.models import Centre
from bench.measure import Figure, late, middle
from bench.rows.asking import Reader
from contacts.models import Interaction
from tests.factories.accounts import assign, make_company, make_vehicle, number
from tests.factories.contacts import make_person, make_role

VEHICLES, PEOPLE, INTERACTIONS = 300, 500, 5000


def figures(size: int) -> Iterator[Figure]:
    anna = Reader("anna")
    next(number), [next(number) for _turn in range(random.SystemRandom().randrange(10**6))]  # plates that no run before had
    large, small = company(anna, VEHICLES, PEOPLE, INTERACTIONS), company(anna, 10, 10, 10)
    ours, theirs = anna.times(large), anna.times(small)
    ratio = middle(ours) / middle(theirs)
    yield Figure(
        "dossier", size, "ms", middle(ours), late(ours), "one of 10, 10, 10", middle(theirs), ratio, "<= 1.5", anna.statements(large)
    )


def company(reader: Reader, vehicles: int, people: int, interactions: int) -> str:
    """The address of a company of that size, looked after by `reader`."""
    made = make_company(Centre.objects.order_by("pk").first())
    assign(made, reader.user)
    for _turn in range(vehicles):
        make_vehicle(made)
    roles = [make_role(("decision_maker", "user", "driver")[index % 3], made, make_person()) for index in range(people)]
    template = Interaction.objects.first()
    assert template
    rows = []
    for index in range(interactions):
        template.pk, template.company, template.person = None, made, roles[index % people].person
        rows.append(Interaction(**{field.attname: getattr(template, field.attname) for field in Interaction._meta.concrete_fields}))
    Interaction.objects.bulk_create(rows, batch_size=500)
    return f"/companies/{made.pk}/"
