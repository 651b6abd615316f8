"""Questions about few rows of many: the same answers as the plain ones, and on PostgreSQL a plan that reads few."""

import pytest
from django.db import connection
from django.db.models import Exists, OuterRef, Q

from accounts.models import Centre, Company, User
from fleetportal.core.db import is_one


@pytest.mark.django_db
def test_few_are_found_as_by_in(anna: User, north_ag: Company, south_ag: Company):
    own = Company.objects.filter(name=north_ag.name).values("pk")
    assert set(Company.objects.filter(pk__among_few=own)) == set(Company.objects.filter(pk__in=own)) == {north_ag}
    assert set(Company.objects.filter(pk__among_few=[south_ag.pk])) == {south_ag}
    assert not Company.objects.filter(pk__among_few=Company.objects.none().values("pk")).exists()


@pytest.mark.django_db
def test_is_one_says_what_exists_says(north: Centre, south: Centre, north_ag: Company):
    at = Company.objects.filter(centre=OuterRef("pk"))
    assert set(Centre.objects.filter(is_one(at))) == set(Centre.objects.filter(Exists(at))) == {north}
    assert set(Centre.objects.filter(~Q(is_one(at)))) == {south}


@pytest.mark.postgres
@pytest.mark.django_db
def test_few_are_taken_first_and_each_row_is_asked_as_it_comes():
    """What keeps a page of a large table from reading all of it (docs/performance.md)."""
    few = str(Company.objects.filter(pk__among_few=Company.objects.filter(name="x").values("pk")).query)
    assert "= ANY(ARRAY(SELECT" in few
    asked = Centre.objects.filter(is_one(Company.objects.filter(centre=OuterRef("pk")))).explain()
    assert "SubPlan" in asked and "hashed" not in asked and "Join" not in asked
    with connection.cursor() as cursor:
        cursor.execute("SHOW jit")
        assert cursor.fetchone() == ("off",)
