"""The counter over HTTP: a voucher in one tap, and what it says before anybody taps."""

import pytest

from contacts.models import Driver, Interaction, Person
from fleetportal.core.outbox.message import Message
from gifts.actions import claiming
from gifts.models import Claim, Voucher, VoucherState
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import card_of, make_issue, make_programme, make_voucher

pytestmark = pytest.mark.django_db


def test_a_voucher_at_the_counter_in_one_tap(client, emil, shine, mirko):
    client.force_login(emil)
    assert [person.pk for person in client.get("/vouchers/counter/?q=kovac").context["people"]] == [mirko.person_id]
    path = f"/vouchers/counter/{mirko.person_id}/"
    answer = client.post(path, {"programme": shine.pk, "driver": mirko.pk})
    voucher = Voucher.objects.get()
    assert answer["Location"] == f"{path}?voucher={voucher.pk}"
    assert (voucher.state, voucher.person, voucher.company) == (VoucherState.FREE, mirko.person, mirko.company)
    assert Message.objects.get().recipient == mirko.person.email
    assert 'class="qr"' in client.get(answer["Location"]).content.decode()


def test_the_counter_gives_no_second_one_in_the_period(client, emil, shine, mirko):
    make_voucher(shine, driver=mirko, claimed=True)
    client.force_login(emil)
    answer = client.post(f"/vouchers/counter/{mirko.person_id}/", {"programme": shine.pk, "driver": mirko.pk})
    assert answer.status_code == 409
    assert Voucher.objects.count() == 1


def test_r12_an_unclaimed_voucher_is_shown_again_and_no_second_one_is_issued(client, emil, shine, mirko):
    """Pressing on, also weeks later, makes no second letter: the driver would claim it in the months that follow."""
    client.force_login(emil)
    path = f"/vouchers/counter/{mirko.person_id}/"
    answers = {client.post(path, {"programme": shine.pk, "driver": mirko.pk})["Location"] for _tap in range(3)}
    assert answers == {f"{path}?voucher={Voucher.objects.get().pk}"}
    assert Message.objects.count() == 1


def test_the_counter_gives_nothing_to_a_public_body(client, emil, shine, north):
    driver = make_role("driver", make_company(north, is_public_body=True))
    client.force_login(emil)
    assert client.post(f"/vouchers/counter/{driver.person_id}/", {"programme": shine.pk, "driver": driver.pk}).status_code == 409
    assert not Voucher.objects.exists()


def test_foreign_ids_in_a_form_of_ones_own_do_nothing(client, emil, shine, mirko, south, south_ag):
    foreign, stranger = make_programme(south), make_role("driver", south_ag)
    client.force_login(emil)
    for data in ({"programme": foreign.pk, "driver": mirko.pk}, {"programme": shine.pk, "driver": stranger.pk}):
        assert client.post(f"/vouchers/counter/{mirko.person_id}/", data).status_code == 422
    assert not Voucher.objects.exists()
    assert client.get(f"/vouchers/counter/{stranger.person_id}/").status_code == 404


def test_no_voucher_is_shown_that_was_given_at_a_company_out_of_reach(client, emil, shine, mirko, south_ag):
    """Mirko drives for both companies; the address names a voucher of the other one."""
    here = make_voucher(shine, driver=mirko)
    there = make_voucher(shine, driver=make_role("driver", south_ag, mirko.person))
    client.force_login(emil)
    path = f"/vouchers/counter/{mirko.person_id}/?voucher="
    assert client.get(f"{path}{here.pk}").context["shown"]["voucher"] == here
    assert client.get(f"{path}{there.pk}").context["shown"] is None


def test_the_counter_says_why_it_offers_nothing_before_anybody_taps(client, emil, shine, mirko, north):
    """As for gifts: the reason in words stands where the button would."""
    client.force_login(emil)
    path = f"/vouchers/counter/{mirko.person_id}/"
    assert "Issue a “" in client.get(path).content.decode()
    make_voucher(shine, driver=mirko, claimed=True)
    page = client.get(path).content.decode()
    assert "The limit of 1 per month has been reached." in page and "Issue a “" not in page
    fireman = make_role("driver", make_company(north, name="Town Hall", is_public_body=True))
    page = client.get(f"/vouchers/counter/{fireman.person_id}/").content.decode()
    assert "can’t be given anything: the gift policy for public bodies doesn’t allow gifts." in page and "Issue a “" not in page


def test_a_new_driver_is_looked_at_and_what_they_claimed_stands_with_the_company(client, carla, shine, north_ag):
    card = make_voucher(shine)
    client.post(card_of(card).path, {"first_name": "Mirko", "company_or_plate": "Nordhafn (mistyped)"})
    client.force_login(carla)
    row = client.get("/vouchers/drivers/").context["rows"][0]
    assert row[1].company_or_plate == "Nordhafn (mistyped)"
    path = f"/vouchers/drivers/{row[0].pk}/"
    assert client.post(path, {"first_name": "Mirko", "company": "nobody"}).status_code == 422
    answer = client.post(path, {"first_name": "Mirko", "last_name": "Kovac", "company": "Nordhafen Logistik SE"})
    assert answer["Location"] == "/vouchers/drivers/"
    person = Person.objects.get()
    assert (person.name, person.is_confirmed, Driver.objects.get().company) == ("Mirko Kovac", True, north_ag)
    assert Voucher.objects.get().company == north_ag
    assert Interaction.objects.get().happened_at == Claim.objects.get().claimed_at
    assert client.get("/vouchers/drivers/").context["rows"] == []


def test_a_new_driver_shows_no_company_and_no_claim_out_of_reach(client, carla, shine, north_ag, south, south_ag):
    person = make_person("Kovac", first_name="Mirko", is_confirmed=False)
    make_role("driver", north_ag, person)
    foreign = make_role("driver", south_ag, person)
    make_voucher(make_programme(south, name="Canary programme"), driver=foreign, claimed=True)
    client.force_login(carla)
    page = client.get("/vouchers/drivers/").content.decode()
    assert north_ag.name in page
    assert south_ag.name not in page and "Canary programme" not in page
    assert client.get(f"/vouchers/drivers/{person.pk}/").context["claim"] is None


def test_cards_for_a_company_out_of_reach_are_not_printed(client, carla, shine, north_ag, south_ag):
    own, foreign = make_issue(shine, company=north_ag), make_issue(shine, company=south_ag)
    client.force_login(carla)
    assert client.get(f"/vouchers/cards/{own.pk}.pdf").status_code == 200
    assert client.get(f"/vouchers/cards/{foreign.pk}.pdf").status_code == 404
    page = client.get(f"/vouchers/{shine.pk}/").content.decode()
    assert f"/vouchers/cards/{own.pk}.pdf" in page and f"/vouchers/cards/{foreign.pk}.pdf" not in page


def test_a_voucher_without_company_names_no_driver_out_of_reach(client, carla, shine, south_ag):
    person = make_person("Kanarienvogel")
    make_role("driver", south_ag, person)
    voucher = make_voucher(shine)
    claiming.claim(voucher, person, company=None, by=None)
    client.force_login(carla)
    assert client.get(f"/vouchers/one/{voucher.pk}/").status_code == 404
    assert client.get(f"/vouchers/one/{voucher.pk}/withdraw/").status_code == 404
    assert client.get(f"/vouchers/one/{make_voucher(shine).pk}/").status_code == 200
