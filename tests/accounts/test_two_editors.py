"""Two who edit the same thing: the later never writes unseen over the earlier, and loses nothing they typed."""

import html
import json
import re
from typing import Any

import pytest
from django.test import Client

from accounts.customers.actions import companies
from accounts.models import Centre, Company, User
from fleetportal.core import audit
from fleetportal.core.audit import Change, EditedMeanwhile, Entry
from gifts.models import Programme
from tests.factories.accounts import make_vehicle
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import make_programme
from tests.races import race, won
from tests.selection import repetitions

HIDDEN = re.compile(r'name="_shown" value="([^"]*)"')


def shown_by(page: str) -> str:
    """What the form carries of what it showed."""
    return html.unescape(HIDDEN.search(page)[1])


def opened(client: Client, company: Company) -> dict[str, Any]:
    """The fields of the company's form as a browser would send them back."""
    page = client.get(f"/companies/{company.pk}/edit/").content.decode()
    return {"name": company.name, "centre": company.centre_id, "country": "DE", "city": company.city, "_shown": shown_by(page)}


def sent(client: Client, company: Company, values: dict[str, Any]) -> Any:
    return client.post(f"/companies/{company.pk}/edit/", values)


@pytest.mark.django_db
def test_the_second_editor_sees_what_the_first_one_wrote_and_keeps_what_they_typed(
    client: Client, anna: User, carla: User, north_ag: Company
) -> None:
    client.force_login(anna)
    values = opened(client, north_ag)
    companies.edit(Company.objects.get(pk=north_ag.pk), by=carla, city="Kiel", sector="trade")
    answer = sent(client, north_ag, {**values, "city": "Lübeck"})
    page = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert "Carla Hellwege entered “Kiel” here a moment ago, while you were editing." in page
    assert "These other changes are new and will be kept: Sector: Trade." in page
    assert 'value="Lübeck"' in page
    assert "Keep theirs" in page
    north_ag.refresh_from_db()
    assert (north_ag.city, north_ag.sector) == ("Kiel", "trade")


@pytest.mark.django_db
@pytest.mark.parametrize(("keep", "city"), [("mine", "Lübeck"), ("theirs", "Kiel")])
def test_the_second_editor_chooses_whose_words_stay(
    client: Client, anna: User, carla: User, north_ag: Company, keep: str, city: str
) -> None:
    client.force_login(anna)
    values = {**opened(client, north_ag), "city": "Lübeck", "street": "Am Kai 1"}
    companies.edit(Company.objects.get(pk=north_ag.pk), by=carla, city="Kiel")
    asked = sent(client, north_ag, values).content.decode()
    assert sent(client, north_ag, {**values, "_shown": shown_by(asked), "_keep-city": keep}).status_code == 303
    north_ag.refresh_from_db()
    assert (north_ag.city, north_ag.street) == (city, "Am Kai 1")
    last = Entry.objects.filter(action="company.edited").latest("pk")
    before = {change.field: change.before for change in last.changes.all()}
    assert before == ({"city": "Kiel", "street": ""} if keep == "mine" else {"street": ""})


@pytest.mark.django_db
def test_a_third_editor_is_met_again(client: Client, anna: User, carla: User, admin: User, north_ag: Company) -> None:
    client.force_login(anna)
    values = {**opened(client, north_ag), "city": "Lübeck"}
    companies.edit(Company.objects.get(pk=north_ag.pk), by=carla, city="Kiel")
    asked = sent(client, north_ag, values).content.decode()
    companies.edit(Company.objects.get(pk=north_ag.pk), by=admin, city="Plön")
    answer = sent(client, north_ag, {**values, "_shown": shown_by(asked), "_keep-city": "mine"})
    assert answer.status_code == 422
    assert "Admin Root entered “Plön” here" in html.unescape(answer.content.decode())


@pytest.mark.django_db
def test_different_fields_of_two_editors_both_stay(client: Client, anna: User, carla: User, north_ag: Company) -> None:
    client.force_login(anna)
    values = opened(client, north_ag)
    companies.edit(Company.objects.get(pk=north_ag.pk), by=carla, street="Am Kai 1")
    assert sent(client, north_ag, {**values, "city": "Lübeck", "street": ""}).status_code == 303
    north_ag.refresh_from_db()
    assert (north_ag.city, north_ag.street) == ("Lübeck", "Am Kai 1")


@pytest.mark.django_db
def test_the_same_words_twice_are_no_clash(client: Client, anna: User, carla: User, north_ag: Company) -> None:
    client.force_login(anna)
    values = opened(client, north_ag)
    companies.edit(Company.objects.get(pk=north_ag.pk), by=carla, city="Kiel")
    assert sent(client, north_ag, {**values, "city": "Kiel"}).status_code == 303
    assert Change.objects.filter(field="city").count() == 1


@pytest.mark.django_db
def test_senseless_words_about_what_was_shown_are_as_none(client: Client, anna: User, north_ag: Company) -> None:
    client.force_login(anna)
    for junk in ("", "[", "[1]", '"x"', "null"):
        values = {**opened(client, north_ag), "city": f"Town {junk}", "_shown": junk}
        assert sent(client, north_ag, values).status_code == 303


@pytest.mark.django_db
def test_before_is_what_stood_there_and_not_what_the_form_had_read(anna: User, carla: User, north_ag: Company) -> None:
    stale = Company.objects.get(pk=north_ag.pk)
    companies.edit(Company.objects.get(pk=north_ag.pk), by=carla, city="Kiel")
    companies.edit(stale, by=anna, city="Lübeck")
    assert list(Change.objects.filter(field="city").order_by("pk").values_list("before", "after")) == [("", "Kiel"), ("Kiel", "Lübeck")]


@pytest.mark.django_db
@pytest.mark.parametrize("what", ["vehicle", "person", "decision_maker", "user", "driver", "address"])
def test_every_form_over_a_row_carries_what_it_showed(client: Client, anna: User, north_ag: Company, what: str) -> None:
    person = make_person()
    role = make_role(what if what in ("user", "driver") else "decision_maker", north_ag, person)
    address = {
        "vehicle": f"/vehicles/{make_vehicle(north_ag).pk}/edit/",
        "person": f"/people/{person.pk}/edit/",
        "decision_maker": f"/decision-makers/{role.pk}/edit/",
        "user": f"/users/{role.pk}/edit/",
        "driver": f"/drivers/{role.pk}/edit/",
        "address": f"/addresses/{person.addresses.get().pk}/edit/",
    }[what]
    client.force_login(anna)
    assert json.loads(shown_by(client.get(address).content.decode()))


@pytest.mark.django_db
def test_the_second_editor_of_a_programme_is_told_too(client: Client, carla: User, dora: User, north: Centre) -> None:
    programme = make_programme(north, value_cents=1500)
    client.force_login(carla)
    address = f"/vouchers/{programme.pk}/edit/"
    page = client.get(address)
    values = {name: page.context["form"][name].value() or "" for name in page.context["form"].fields}
    Programme.objects.get().edit(by=dora, centres=[north], value_cents=2000)
    answer = client.post(address, {**values, "centres": [north.pk], "value_cents": "18.00", "_shown": shown_by(page.content.decode())})
    assert answer.status_code == 422
    assert f"{dora} entered “20” here" in html.unescape(answer.content.decode()).replace("20.00", "20")
    assert Programme.objects.get().value_cents == 2000
    assert client.post(address, {**values, "centres": [north.pk], "_keep-centres": "theirs"}).status_code == 303


def both_edit(company: Company, *users: User, turn: int = 0) -> list[Any]:
    """What came of it when each wrote another town over the one they all had been shown."""
    shown = {"city": company.city}

    def editing(user: User) -> Any:
        row = Company.objects.get(pk=company.pk)
        return lambda: companies.edit(row, by=user, shown=shown, city=f"{user}'s town {turn}")

    return race(*[editing(user) for user in users])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_one_is_told(anna: User, carla: User, north_ag: Company) -> None:
    for turn in range(repetitions()):
        north_ag.refresh_from_db()
        outcomes = both_edit(north_ag, anna, carla, turn=turn)
        assert len(won(outcomes)) == 1
        (late,) = [outcome for outcome in outcomes if isinstance(outcome, EditedMeanwhile)]
        assert late.theirs["city"].actor_id in (anna.pk, carla.pk)
    towns = list(Change.objects.filter(field="city").order_by("pk").values_list("before", "after"))
    assert [after for _before, after in towns[:-1]] == [before for before, _after in towns[1:]]


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_both_win_when_nobody_reads_again_under_a_lock(anna: User, carla: User, north_ag: Company, monkeypatch) -> None:
    """The canary."""
    monkeypatch.setattr(audit, "lock", lambda row: row)
    assert len(won(both_edit(north_ag, anna, carla))) == 2
