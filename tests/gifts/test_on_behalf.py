"""Staff act for a driver: they claim the card in the driver's hand, and say who a driver is whom a claim made."""

from datetime import date
from functools import partial

import pytest

from accounts.models import Company
from contacts import hospitality as ledger
from contacts.models import GiftPolicy, Interaction, Person, PersonAddress, Received, YearSum
from fleetportal.core.audit import Change, Entry
from fleetportal.core.outbox.message import Message
from gifts.actions import challenging, claiming, claims, redeeming
from gifts.actions.claims import claim_card, claim_from_pool, confirm_driver
from gifts.actions.counter import claim_for
from gifts.models import Challenge, Claim, Voucher, VoucherForeign, VouchersPassCap, VoucherState
from tests.factories.accounts import make_company
from tests.factories.contacts import make_person, make_role
from tests.factories.gifts import card_of, make_issue, make_programme, make_voucher
from tests.races import race
from tests.selection import repetitions

pytestmark = pytest.mark.django_db


@pytest.fixture
def shine(north):
    return make_programme(north, name="Shine", value_cents=1500)


@pytest.fixture
def mirko(north_ag):
    return make_role("driver", north_ag, make_person("Kovac", first_name="Mirko", email="mirko@drivers.example"))


def address(person: Person, step: str = "claim/") -> str:
    return f"/vouchers/counter/{person.pk}/{step}"


# --- the card in the driver's hand -----------------------------------------------------------------------------------------


def test_two_taps_claim_the_card_for_the_driver_who_stands_here(client, emil, shine, mirko):
    """One on the driver's name, one on the button; the audit entry names who pressed it."""
    card = make_voucher(shine)
    client.force_login(emil)
    page = client.get(address(mirko.person, "")).content.decode()
    assert "Claim the card" in page and "For Mirko Kovac, Nordhafen Logistik SE" in page
    done = client.post(address(mirko.person), {"driver": mirko.pk, "code": card_of(card).url})
    assert (done.status_code, done["Location"]) == (303, address(mirko.person, f"?voucher={card.pk}"))
    card.refresh_from_db()
    assert (card.state, card.person, card.company) == (VoucherState.CLAIMED, mirko.person, mirko.company)
    assert (Claim.objects.get().claimed_by, Entry.objects.get(action="voucher.claimed").actor_id) == (emil, emil.pk)
    assert YearSum.objects.get(person=mirko.person).cents == 1500
    assert Message.objects.get().recipient == "mirko@drivers.example"
    assert client.get(done["Location"]).context["shown"]["voucher"] == card


def test_a_voucher_that_waits_for_its_driver_is_claimed_with_one_button(client, emil, shine, mirko):
    waiting = make_voucher(shine, driver=mirko)
    client.force_login(emil)
    assert client.get(address(mirko.person, "")).context["own"] == [(waiting, mirko)]
    client.post(address(mirko.person), {"driver": mirko.pk, "voucher": waiting.pk})
    waiting.refresh_from_db()
    assert waiting.state == VoucherState.CLAIMED
    assert client.get(address(mirko.person, "")).context["own"] == []


@pytest.mark.parametrize("code", ["", "nonsense", "https://elsewhere.example/claim/" + "A" * 32 + "/"])
def test_a_code_that_is_no_card_changes_nothing(client, emil, mirko, code):
    client.force_login(emil)
    answer = client.post(address(mirko.person), {"driver": mirko.pk, "code": code})
    assert answer.status_code == 422
    assert not Claim.objects.exists() and not Entry.objects.filter(action="voucher.claimed").exists()


def test_a_card_of_another_centres_programme_is_no_card_here(client, emil, mirko, south):
    foreign = make_voucher(make_programme(south))
    client.force_login(emil)
    assert client.post(address(mirko.person), {"driver": mirko.pk, "code": card_of(foreign).url}).status_code == 422
    assert not Claim.objects.exists()


def test_a_card_printed_for_others_is_refused_and_stays_free(shine, mirko, north):
    card = Voucher.objects.with_names().get(issue=make_issue(shine, company=make_company(north)))
    with pytest.raises(VoucherForeign):
        claim_for(card, mirko, by=None)
    card.refresh_from_db()
    assert (card.state, Received.objects.count(), Message.objects.count()) == (VoucherState.FREE, 0, 0)


def test_the_counter_answers_posts_alone_and_only_about_ones_own(client, emil, mirko, south_ag):
    stranger = make_role("driver", south_ag)
    client.force_login(emil)
    assert client.get(address(mirko.person)).status_code == 405
    assert client.post(address(stranger.person), {}).status_code == 404
    assert client.post("/vouchers/counter/999999/claim/", {}).status_code == 404


# --- an address that a code confirmed --------------------------------------------------------------------------------------


def test_an_address_confirmed_by_a_code_says_so_in_the_history(shine, mirko):
    make_issue(shine, way="pool", count=2)
    challenge, _link = challenging.challenge(shine, first_name="Mirko", channel="email", address="mirko@drivers.example", plate="HH-AB 1")
    claim_from_pool(challenge)
    entry = Entry.objects.get(action="address.confirmed")
    known = PersonAddress.objects.get(person=mirko.person)
    assert (entry.object_id, known.state) == (known.pk, "confirmed")
    assert Change.objects.filter(entry=entry).values_list("field", "before", "after").get() == ("state", "unconfirmed", "confirmed")
    challenge, _link = challenging.challenge(shine, first_name="New", channel="email", address="new@drivers.example", plate="HH-AB 2")
    claim_from_pool(challenge)
    assert Entry.objects.filter(action="address.confirmed").count() == 2


def test_an_address_withdrawn_meanwhile_stays_withdrawn(mirko):
    known = PersonAddress.objects.get(person=mirko.person)
    PersonAddress.objects.filter(pk=known.pk).update(state="withdrawn")
    known.confirm(by=None)
    assert PersonAddress.objects.get(pk=known.pk).state == "withdrawn"
    assert not Entry.objects.filter(action="address.confirmed").exists()


# --- a driver is confirmed into a company ----------------------------------------------------------------------------------


def newcomer(shine, cards: int = 1) -> Person:
    """A driver whom claims of cards made; nobody knows for whom they drive."""
    person = claim_card(make_voucher(shine), first_name="Mirko", company_or_plate="the town").person
    for _card in range(cards - 1):
        claiming.claim(make_voucher(shine), person, company=None, by=None)
    return person


def confirm(person: Person, company, by, **more):
    return confirm_driver(Person.objects.get(pk=person.pk), first_name="Mirko", last_name="Kovac", company=company, by=by, **more)


def test_a_driver_of_a_public_body_keeps_no_voucher_and_staff_hear_it_first(client, carla, shine, north):
    town = make_company(north, name="Town Hall", is_public_body=True)
    person = newcomer(shine)
    client.force_login(carla)
    path, said = f"/vouchers/drivers/{person.pk}/", {"first_name": "Mirko", "last_name": "Kovac", "company": "Town Hall"}

    asked = client.post(path, said)
    words = asked.content.decode()
    assert asked.status_code == 409
    assert "Mirko has 1 unused voucher that the gift policy for public bodies does not allow." in words
    assert "Confirm and withdraw 1 voucher" in words
    person.refresh_from_db()
    assert (person.is_confirmed, Voucher.objects.get().state, person.driver_roles.count()) == (False, VoucherState.CLAIMED, 0)

    assert client.post(path, {**said, "withdraw": "on"}).status_code == 303
    person.refresh_from_db()
    voucher = Voucher.objects.get()
    assert (person.is_confirmed, voucher.state, voucher.company, voucher.revoked_by) == (True, VoucherState.REVOKED, town, carla)
    assert YearSum.objects.get(person=person).cents == 0
    assert Entry.objects.get(action="driver.confirmed").facts == {"company": town.pk, "withdrawn": 1}


def test_a_companys_own_rule_takes_back_the_latest_alone_and_what_was_used_stays(carla, north, north_ag):
    shine = make_programme(north, value_cents=1500, per_driver=5)
    person = newcomer(shine, cards=3)
    used, kept, latest = Voucher.objects.with_names().order_by("pk")
    redeeming.redeem(used, by=None, wash=north)
    GiftPolicy.objects.create(company=north_ag, cap_cents=3000)
    with pytest.raises(VouchersPassCap):
        confirm(person, north_ag, carla)
    assert confirm(person, north_ag, carla, withdraw=True) == [latest]
    assert {one.pk: one.state for one in Voucher.objects.all()} == {used.pk: "redeemed", kept.pk: "claimed", latest.pk: "revoked"}
    assert ledger.received_in(person, Received.objects.first().year) == 3000
    assert set(Received.objects.not_taken_back().values_list("company", flat=True)) == {north_ag.pk}


def test_within_the_rule_nothing_is_asked(carla, shine, north_ag):
    assert confirm(newcomer(shine), north_ag, carla) == []
    assert Received.objects.get().company == north_ag


def many_confirm(shine, company, by) -> None:
    person = newcomer(shine)
    race(*[partial(confirm, person, company, by, withdraw=True) for _one in range(6)])


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_several_who_confirm_a_driver_at_once_confirm_once(carla, shine, north):
    town = make_company(north, is_public_body=True)
    many_confirm(shine, town, carla)
    assert Entry.objects.filter(action="driver.confirmed").count() == 1
    assert Entry.objects.filter(action="voucher.revoked").count() == 1
    assert Interaction.objects.filter(kind="voucher.claimed").count() == 1
    assert Person.objects.get().driver_roles.count() == 1


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_confirming_without_its_lock_confirms_twice(carla, shine, north_ag, monkeypatch):
    monkeypatch.setattr(claims, "lock", lambda row: row)
    many_confirm(shine, north_ag, carla)
    assert Entry.objects.filter(action="driver.confirmed").count() > 1


def about_to_claim(shine) -> tuple[Person, Challenge]:
    """A driver whom nobody knew yet, with a second voucher before them: the code is typed, the answer on its way."""
    person = newcomer(shine)
    PersonAddress.objects.create(person=person, channel="email", value="m@drivers.example", value_folded="m@drivers.example")
    other = make_programme(shine.centre, name="Other", value_cents=1500)
    make_issue(other, way="pool", count=1)
    challenge, _link = challenging.challenge(other, first_name="Mirko", channel="email", address="m@drivers.example", plate="HH-ZZ 1")
    return person, challenge


def claim_while_staff_confirm(shine, company, by) -> None:
    person, challenge = about_to_claim(shine)
    race(partial(confirm, person, company, by, withdraw=True), partial(claim_from_pool, challenge))
    assert Entry.objects.filter(action="driver.confirmed").count() == 1


def held_against_the_rule() -> int:
    return Voucher.objects.filter(state=VoucherState.CLAIMED).count() + YearSum.objects.exclude(cents=0).count()


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(repetitions()))
def test_a_claim_at_the_moment_of_confirming_keeps_to_the_rule_of_the_company(carla, shine, north, _round):
    claim_while_staff_confirm(shine, make_company(north, is_public_body=True), carla)
    assert held_against_the_rule() == 0


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_round", range(repetitions()))
def test_a_claim_at_the_moment_of_confirming_stands_with_the_company(carla, shine, north_ag, _round):
    claim_while_staff_confirm(shine, north_ag, carla)
    assert set(Claim.objects.values_list("voucher__company", flat=True)) == {north_ag.pk}
    assert Interaction.objects.filter(kind="voucher.claimed", company=north_ag).count() == 2


def test_a_claim_that_looked_before_staff_confirmed_breaks_the_rule(carla, shine, north, monkeypatch):
    """The canary of both, and what the lock keeps out: staff confirm between the claim's look at the employers and its act."""
    person, challenge = about_to_claim(shine)
    town = make_company(north, is_public_body=True)

    def looked_a_moment_ago(person: Person, *, on: date) -> None:
        confirm(person, town, carla, withdraw=True)
        monkeypatch.setattr(ledger, "employers", lambda person, company: Company.objects.none())

    monkeypatch.setattr(claims, "only_company", looked_a_moment_ago)
    claim_from_pool(challenge)
    assert held_against_the_rule() > 0
    assert Claim.objects.filter(person=person, voucher__company=None).exists()
