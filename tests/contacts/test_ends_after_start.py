"""A role never ends before it begins, whoever writes it; rows of before are put right."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from accounts.models import Company
from contacts.people.models.roles import GROUPS
from fleetportal.core.audit import EditedMeanwhile
from tests.factories.accounts import make_centre, make_company
from tests.factories.contacts import make_role
from tests.migrating import Steps

pytestmark = pytest.mark.django_db
MARCH, APRIL, MAY = date(2026, 3, 1), date(2026, 4, 1), date(2026, 5, 1)


def test_no_writer_ends_a_role_before_its_start(north_ag: Company) -> None:
    for group, model in GROUPS.items():
        role = make_role(group, north_ag, starts_on=APRIL)
        with pytest.raises(IntegrityError), transaction.atomic():
            model.objects.filter(pk=role.pk).update(ends_on=MARCH)
        model.objects.filter(pk=role.pk).update(ends_on=APRIL)


def test_of_two_forms_that_each_move_one_day_the_second_is_told(north_ag: Company) -> None:
    role = make_role("user", north_ag, starts_on=MARCH)
    shown = {"starts_on": "2026-03-01", "ends_on": None}
    type(role).objects.get(pk=role.pk).edit(by=None, shown=shown, starts_on=MAY, ends_on=None)
    with pytest.raises(EditedMeanwhile):
        role.edit(by=None, shown=shown, starts_on=MARCH, ends_on=APRIL)
    role.refresh_from_db()
    assert (role.starts_on, role.ends_on) == (MAY, None)


@pytest.mark.django_db(transaction=True)
def test_a_role_of_before_that_ended_before_it_began_keeps_its_end() -> None:
    steps = Steps(("contacts", "0033_roles_end_after_they_begin"))
    steps.take_back()
    company = make_company(make_centre())
    wrong = make_role("user", company, starts_on=MAY, ends_on=MARCH)
    right = make_role("driver", company, starts_on=MARCH, ends_on=APRIL)
    steps.apply()
    for role in (wrong, right):
        role.refresh_from_db()
    assert (wrong.starts_on, wrong.ends_on, right.starts_on, right.ends_on) == (MARCH, MARCH, MARCH, APRIL)
