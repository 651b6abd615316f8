"""Tier and phase (acceptance 1): set by the rule from what is known, nightly and on change, decided otherwise with a reason."""

from datetime import date, timedelta
from typing import Any

import pytest
from dateutil.relativedelta import relativedelta
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.customers.models.standing import NoSuchStanding
from accounts.models import Axis, Centre, Company, Phase, Standing, Tier, TouchedCompany, User
from accounts.staff.models.policy import Number, outlook, supposing
from contacts.models import Interaction
from contacts.pages.standing import WORDS, in_words
from contacts.reasons import nightly, settling, spans
from contacts.reasons.phases import THRESHOLDS, KnownFacts, OneVehicle, phase_of, tier_of
from contacts.reasons.settling import settle_all
from fleetportal.core.audit import Entry
from fleetportal.core.jobs import queue
from tests.factories.accounts import make_company, make_vehicle

TODAY = date(2026, 11, 30)


def ago(**span: int) -> date:
    return TODAY - relativedelta(**span)  # type: ignore[arg-type]  # months, days


def phase(**known: Any) -> tuple[str, str]:
    found = phase_of(KnownFacts(TODAY, **known))
    return found.value, found.reason


CAR = OneVehicle(ago(months=6), TODAY + timedelta(days=400))
OLD = OneVehicle(ago(months=40), TODAY + timedelta(days=100))


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, ("prospect", "nothing_bought")),
        ({"vehicles": [OneVehicle(TODAY + timedelta(days=30))]}, ("prospect", "nothing_bought")),
        ({"vehicles": [CAR]}, ("new", "new")),
        ({"first_visit": ago(months=2), "last_visit": ago(months=2), "visits": 1}, ("new", "new")),
        ({"vehicles": [OLD]}, ("new", "bought_once")),
        ({"vehicles": [OneVehicle()] * 5}, ("new", "bought_once")),
        ({"vehicles": [CAR, OLD]}, ("repeat", "second_delivery")),
        ({"vehicles": [OneVehicle(None, TODAY), OneVehicle(None, TODAY + timedelta(days=99))]}, ("repeat", "second_contract")),
        ({"first_visit": date(2025, 12, 30), "last_visit": date(2026, 1, 2)}, ("repeat", "two_years")),
        ({"vehicles": [CAR, OLD, OneVehicle(ago(months=20))]}, ("loyal", "deliveries")),
        ({"vehicles": [OLD], "visits": 2, "first_visit": ago(months=8), "last_visit": ago(months=3)}, ("loyal", "long_customer")),
        ({"vehicles": [CAR, OLD], "complaint_since": ago(days=14)}, ("at_risk", "complaint")),
        ({"vehicles": [CAR, OLD], "complaint_since": ago(days=13)}, ("repeat", "second_delivery")),
        ({"vehicles": [CAR], "complaint_since": ago(days=30)}, ("new", "new")),
        ({"vehicles": [OneVehicle(ago(months=40), ago(months=4)), OneVehicle(ago(months=41), ago(months=5))]}, ("at_risk", "no_successor")),
        ({"vehicles": [OneVehicle(ago(months=40), ago(months=4)), CAR]}, ("repeat", "second_delivery")),
        ({"vehicles": [CAR, *[OneVehicle(ago(months=30), None, ago(months=3))] * 3]}, ("at_risk", "fleet_down")),
        ({"vehicles": [CAR, OLD], "visits": 1, "visits_before": 3}, ("at_risk", "fewer_visits")),
        ({"vehicles": [CAR, OLD], "heard_on": ago(months=12)}, ("at_risk", "silence")),
        ({"vehicles": [CAR, OLD], "heard_on": ago(months=11)}, ("repeat", "second_delivery")),
        ({"vehicles": [OneVehicle(ago(months=60), None, ago(months=18))]}, ("lost", "lost")),
        ({"vehicles": [OneVehicle(ago(months=60), None, ago(months=17))]}, ("new", "bought_once")),
        ({"vehicles": [OneVehicle(ago(months=60), None, ago(months=30))], "first_visit": ago(months=20), "last_visit": ago(months=2)},
         ("repeat", "two_years")),
    ],
)  # fmt: skip
def test_the_phase_is_that_of_the_table(known: dict[str, Any], expected: tuple[str, str]) -> None:
    assert phase(**known) == expected


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("vehicles", "tier"),
    [(0, ""), (1, "bronze"), (4, "bronze"), (5, "silver"), (15, "gold"), (40, "platinum"), (99, "platinum"), (100, "diamond")],
)
def test_the_tier_is_estimated_from_the_fleet(vehicles: int, tier: str) -> None:
    assert tier_of(KnownFacts(TODAY, [CAR] * vehicles)).value == tier


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("number", "value", "known", "expected"),
    [
        (spans.LOYAL_SPAN, 24, {"vehicles": [CAR, OneVehicle(ago(months=7)), OneVehicle(ago(months=20))]}, "3 deliveries in 24 months"),
        (spans.SILENT_TIMES, 3, {"vehicles": [CAR, OLD], "heard_on": ago(months=18)}, "3 × the time agreed"),
    ],
)
def test_a_reason_says_the_number_that_was_in_force(number: Number, value: int, known: dict[str, Any], expected: str) -> None:
    with supposing(number, value):
        found = phase_of(KnownFacts(TODAY, **known))
    assert expected in in_words(Standing(axis=Axis.PHASE, value=found.value, reason=found.reason, facts=dict(found.facts)))


days = st.none() | st.dates(date(2015, 1, 1), date(2030, 1, 1))
known = st.builds(
    KnownFacts,
    st.just(TODAY),
    st.lists(st.builds(OneVehicle, days, days, days), max_size=8),
    first_visit=st.none() | st.dates(date(2015, 1, 1), TODAY),
    visits=st.integers(0, 9),
    visits_before=st.integers(0, 9),
    complaint_since=st.none() | st.dates(date(2020, 1, 1), TODAY),
    heard_on=st.none() | st.dates(date(2020, 1, 1), TODAY),
)


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(known)
def test_every_company_has_one_phase_with_a_reason_that_can_be_said(one: KnownFacts) -> None:
    found = phase_of(one)
    assert found.value in Phase.values
    assert found.reason in WORDS
    assert in_words(Standing(axis=Axis.PHASE, value=found.value, reason=found.reason, facts=dict(found.facts)))
    bought = any(vehicle.delivered is None or vehicle.delivered <= TODAY for vehicle in one.vehicles) or one.first_visit is not None
    assert (found.value == Phase.PROSPECT) == (not bought)
    if found.value == Phase.LOST:
        assert one.fleet == 0
    if found.value in (Phase.LOYAL, Phase.REPEAT):
        assert one.complaint_since is None or (TODAY - one.complaint_since).days < 14


@pytest.fixture
def imported(north: Centre, anna: User) -> Company:
    """A company as a list makes it: vehicles with dates, nothing else."""
    company = make_company(north, name="Imported", looked_after_by=anna)
    today = timezone.localdate()
    for number in range(6):
        on = today - relativedelta(months=4 * number + 1)
        make_vehicle(company, plate=f"HH-I {number}", delivered_on=on, contract_ends_on=today + timedelta(days=300))
    return company


def standing_of(company: Company) -> tuple[str, str, str, str]:
    company.refresh_from_db()
    return company.tier, company.tier_basis, company.phase, company.phase_basis


@pytest.mark.django_db
def test_a_change_settles_within_seconds_and_keeps_its_history(imported: Company) -> None:
    TouchedCompany.objects.drain()
    assert standing_of(imported) == ("silver", "rule", "loyal", "rule")
    rows = Standing.objects.filter(company=imported).order_by("axis")
    assert [(row.axis, row.before, row.value, row.reason) for row in rows] == [
        ("phase", "prospect", "loyal", "deliveries"),
        ("tier", "", "silver", "fleet"),
    ]
    TouchedCompany.add(imported)
    TouchedCompany.objects.drain()
    assert rows.count() == 2


@pytest.mark.django_db
def test_the_night_settles_everybody(imported: Company, south_ag: Company) -> None:
    job = queue.start(nightly.KIND, {"day": timezone.localdate().isoformat(), "after": 0}, by=None)
    assert nightly.run(job, float("inf"))
    assert standing_of(imported)[0] == "silver"
    assert standing_of(south_ag)[2] == "prospect"


@pytest.mark.django_db
def test_the_number_of_statements_does_not_depend_on_the_number_of_companies(north: Centre) -> None:
    counts = []
    for several in (1, 30):
        companies = [make_company(north) for _number in range(several)]
        for company in companies:
            make_vehicle(company)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            assert settle_all([company.pk for company in companies]) == several
        counts.append(len(asked))
    assert counts[0] == counts[1] <= 12


@pytest.mark.django_db
def test_what_came_with_the_company_stays(north: Centre) -> None:
    company = make_company(north, tier=Tier.DIAMOND, phase=Phase.LOYAL)
    make_vehicle(company)
    settle_all([company.pk])
    assert standing_of(company) == ("diamond", "", "loyal", "")


@pytest.mark.django_db
def test_a_person_decides_until_a_day_and_the_history_says_so(client: Client, anna: User, imported: Company) -> None:
    client.force_login(anna)
    address = f"/companies/{imported.pk}/standing/tier/"
    until = timezone.localdate() + timedelta(days=30)
    assert client.get(address).status_code == 200
    assert client.post(address, {"value": "diamond", "given_reason": "", "until": until}).status_code == 422
    assert client.post(address, {"value": "tin", "given_reason": "x", "until": until}).status_code == 422
    assert (
        client.post(address, {"value": "diamond", "given_reason": "x", "until": timezone.localdate() - timedelta(days=1)}).status_code
        == 422
    )
    client.post(address, {"value": "diamond", "given_reason": "Their parent buys 400 a year", "until": until})
    TouchedCompany.objects.drain()
    assert standing_of(imported)[:2] == ("diamond", "person")
    assert Entry.objects.about(imported).get(action="company.standing_decided").actor_id == anna.pk
    page = client.get(f"/companies/{imported.pk}/").content.decode()
    assert "Their parent buys 400 a year" in page
    Standing.objects.filter(reason="decided").update(until=timezone.localdate() - timedelta(days=1))
    settle_all([imported.pk])
    assert standing_of(imported)[:2] == ("silver", "rule")


@pytest.mark.django_db
def test_a_decision_is_left_to_the_rule_again(client: Client, anna: User, imported: Company) -> None:
    Standing.decide(imported, Axis.PHASE, "lost", given_reason="Moved abroad", until=timezone.localdate(), by=anna)
    client.force_login(anna)
    assert client.get(f"/companies/{imported.pk}/standing/phase/rule/").status_code == 405
    client.post(f"/companies/{imported.pk}/standing/phase/rule/")
    TouchedCompany.objects.drain()
    assert standing_of(imported)[2:] == ("loyal", "rule")


@pytest.mark.django_db
def test_others_decide_nothing(client: Client, boris: User, dora: User, imported: Company) -> None:
    for user in (boris, dora):
        client.force_login(user)
        assert client.post(f"/companies/{imported.pk}/standing/tier/", {"value": "gold"}).status_code == 404
    with pytest.raises(NoSuchStanding):
        Standing.decide(imported, Axis.TIER, "tin", given_reason="x", until=timezone.localdate(), by=None)
    assert not Standing.objects.exists()


@pytest.mark.django_db
def test_the_dossier_says_why(client: Client, anna: User, imported: Company) -> None:
    TouchedCompany.objects.drain()
    client.force_login(anna)
    page = client.get(f"/companies/{imported.pk}/").content.decode()
    assert "6 deliveries in 48 months" in page
    assert "estimated from the fleet, because no turnover and margin are known: 6 vehicles from us" in page


@pytest.mark.django_db
def test_silence_counts_from_the_entry_of_a_company_that_was_never_spoken_to(imported: Company) -> None:
    Company.objects.filter(pk=imported.pk).update(entered_at=timezone.now() - timedelta(days=800))
    settle_all([imported.pk])
    assert standing_of(imported)[2] == "at_risk"
    spoken = {"person": None, "channel": "phone", "outcome": "reached", "text": "Spoke.", "by": None}
    Interaction.log(imported, **spoken)
    settle_all([imported.pk])
    assert standing_of(imported)[2] == "loyal"


@pytest.mark.parametrize(
    ("number", "value", "known", "before", "after"),
    [
        (spans.COMPLAINT_DAYS, 7, {"vehicles": [CAR, OLD], "complaint_since": ago(days=10)}, "repeat", "at_risk"),
        (spans.WITHOUT_SUCCESSOR, 6, {"vehicles": [OneVehicle(ago(months=40), ago(months=4)), OneVehicle(ago(months=41), ago(months=5))]},
         "at_risk", "repeat"),
        (spans.FLEET_DOWN, 90, {"vehicles": [CAR, *[OneVehicle(ago(months=30), None, ago(months=3))] * 3]}, "at_risk", "repeat"),
        (spans.FEWER_VISITS, 20, {"vehicles": [CAR, OLD], "visits": 1, "visits_before": 3}, "at_risk", "repeat"),
        (spans.SILENT_TIMES, 3, {"vehicles": [CAR, OLD], "heard_on": ago(months=12)}, "at_risk", "repeat"),
        (spans.LOST, 24, {"vehicles": [OneVehicle(ago(months=60), None, ago(months=18))]}, "lost", "new"),
        (spans.LOYAL_DELIVERIES, 2, {"vehicles": [CAR, OLD]}, "repeat", "loyal"),
        (spans.LOYAL_SPAN, 12, {"vehicles": [CAR, OLD, OneVehicle(ago(months=20))]}, "loyal", "repeat"),
        (spans.LOYAL_VISITS, 3, {"vehicles": [OLD], "visits": 2, "first_visit": ago(months=8), "last_visit": ago(months=3)},
         "loyal", "new"),
        (spans.LOYAL_SINCE, 60, {"vehicles": [OLD], "visits": 2, "first_visit": ago(months=8), "last_visit": ago(months=3)},
         "loyal", "new"),
    ],
    ids=lambda one: getattr(one, "key", None),
)  # fmt: skip
def test_each_number_of_the_phases_is_a_policy(number: Number, value: int, known: dict[str, Any], before: str, after: str) -> None:
    assert phase(**known)[0] == before
    with supposing(number, value):
        assert phase(**known)[0] == after


def test_what_counts_as_new_is_a_policy() -> None:
    assert phase(vehicles=[CAR]) == ("new", "new")
    with supposing(spans.NEW, 3):
        assert phase(vehicles=[CAR]) == ("new", "bought_once")


@pytest.mark.django_db
def test_a_preview_says_for_how_many_companies_the_phase_or_tier_would_change(imported: Company) -> None:
    today = timezone.localdate()
    found = outlook(spans.LOYAL_DELIVERIES, 9, on=today, at=Centre.objects.all())
    assert [(str(one.words), one.before, one.after) for one in found] == [("Loyal companies", 1, 0)]
    found = outlook(THRESHOLDS[Tier.GOLD], 6, on=today, at=Centre.objects.all())
    assert [(str(one.words), one.before, one.after) for one in found] == [("Companies of the tier Gold", 0, 1)]


@pytest.mark.django_db
def test_a_preview_of_very_many_asks_no_more_and_estimates(
    imported: Company, north: Centre, django_assert_num_queries: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _number in range(5):
        make_company(north)
    monkeypatch.setattr(settling, "COUNTED_AT_ONCE", 2)
    with django_assert_num_queries(5):
        count = settling.count_in(Phase.PROSPECT, spans.LOST, timezone.localdate(), Centre.objects.all())
    assert count in (3, 6)
