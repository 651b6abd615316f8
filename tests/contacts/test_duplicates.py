"""Who is entered though known already: the pair goes to those who may see both, and the answer is as for somebody new."""

import re
from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Company, CompanyPair
from contacts.hospitality import YearSum
from contacts.models import Person, PersonAddress, PersonPair
from contacts.people import person_data
from fleetportal.core.audit import Entry
from intake import actions as imports
from tests.factories.accounts import assign, make_centre, make_company, make_user
from tests.factories.contacts import make_person, make_role
from tests.factories.sheets import make_text

pytestmark = pytest.mark.django_db
LIST_QUERIES, COMPANY_LIST_QUERIES = 16, 4
TYPED = {"group": "user", "first_name": "Kim", "last_name": "Zeisig", "email": "kim@zeisig.example", "phone": "", "language": "de"}
FIRM = {"name": "Zeisig Bau GmbH", "postcode": "20457", "country": "DE", "vat_number": "DE136695976"}


@pytest.fixture
def both(north, south):
    """Somebody who may see both centres."""
    return make_user("both", role="centre_manager", at=[north, south], home_centre=north)


@pytest.fixture
def stranger(south_ag):
    person = make_person("Zeisig", first_name="Kim", email="kim@zeisig.example")
    make_role("user", south_ag, person)
    return person


def typed(client, company, **changes):
    """(the answer without what differs by itself, how many statements)."""
    with CaptureQueriesContext(connection) as queries:
        response = client.post(f"/companies/{company.pk}/people/new/", {**TYPED, **changes})
    asked = len(queries)
    after = client.get(response["Location"]).content.decode() if response.status_code == 303 else response.content.decode()
    return response.status_code, plain(after), asked


def plain(page):
    """The page without numbers, keys and tokens."""
    return re.sub(r'CSRFToken": "\w+"|\d+|[0-9a-f]{16,}|value="[^"]*"', "", page)


def pairs():
    return [({pair.one.name, pair.other.name}, pair.found_by) for pair in PersonPair.objects.all()]


# --- the pair and the answer --------------------------------------------------------------------------------------------------


def test_somebody_typed_who_is_known_out_of_reach_makes_a_pair_and_the_answer_of_a_new_one(client, anna, north_ag, stranger):
    client.force_login(anna)
    new = typed(client, north_ag, email="kim@other.example")
    Person.objects.exclude(pk=stranger.pk).delete()
    assert not PersonPair.objects.exists()
    known = typed(client, north_ag)
    assert known[0] == 303 and known[2] == new[2]
    assert known[1].replace("kim@zeisig.example", "kim@other.example") == new[1]
    assert pairs() == [({"Kim Zeisig"}, "email")]
    assert PersonPair.objects.get().one == stranger


def test_a_company_typed_that_is_known_out_of_reach_makes_a_pair_and_the_answer_of_a_new_one(client, anna, north, south):
    client.force_login(anna)
    answers = []
    for is_known in (False, True):
        Company.objects.all().delete()
        if is_known:
            make_company(south, **FIRM)
        with CaptureQueriesContext(connection) as queries:
            response = client.post("/companies/new/", {**FIRM, "centre": north.pk})
        asked = len(queries)
        answers.append((response.status_code, plain(client.get(response["Location"]).content.decode()), asked))
    assert answers[0] == answers[1] and answers[0][0] == 303 and answers[0][2] > 5
    pair = CompanyPair.objects.get()
    assert (pair.one.centre, pair.other.centre, pair.found_by) == (south, north, "vat_number")


def test_imported_people_and_companies_make_pairs_in_the_same_transaction(anna, north, south, stranger, settings, tmp_path):
    settings.FILES_ROOT = tmp_path
    make_company(south, name="Zeisig Bau GmbH", postcode="20457")
    text = "First name,Last name,E-mail,Company,Postcode\nKim,Zeisig,kim@zeisig.example,Zeisig Bau GmbH,20457\n"
    text += "Jo,Neu,jo@neu.example,Neu AG,20457\n"
    run = imports.bring(make_text(text), name="x.csv", by=anna)
    imports.judge(run, by=anna, in_background=False)
    imports.work(run)
    assert not PersonPair.objects.exists()
    imports.apply(run, by=anna, in_background=False)
    imports.work(run)
    assert pairs() == [({"Kim Zeisig"}, "email")]
    assert [pair.found_by for pair in CompanyPair.objects.all()] == ["name"]
    imports.undo(run, by=anna)
    imports.work(run)
    assert not PersonPair.objects.exists() and not CompanyPair.objects.exists() and Person.objects.get() == stranger


def test_a_birth_date_and_a_telephone_number_tell_too(north_ag):
    for facts in ({"phone": "+49 40 66969 112"}, {"born_on": date(1980, 5, 17)}):
        for _turn in range(2):
            make_person("Krähe", first_name="Ina", email="", **facts)
    assert sorted(found for _names, found in pairs()) == ["born_on", "phone"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"last_name": "Amsel", "email": "info@firm.example"}, {"last_name": "Zeisig", "email": "info@firm.example"}),
        ({"last_name": "Amsel", "email": "a@firm.example"}, {"last_name": "Amsel", "email": "b@firm.example"}),
        ({"last_name": "Amsel", "email": ""}, {"last_name": "Amsel", "email": ""}),
    ],
)
def test_a_shared_mailbox_or_a_common_name_alone_makes_no_pair(one, other):
    make_person(**one)
    make_person(**other)
    assert not PersonPair.objects.exists()


@pytest.mark.parametrize("other", [("U.", "Kern"), ("Ute Maria", "Kern"), ("Ute", "Kern-Holm")])
def test_a_shortened_name_with_the_same_mailbox_makes_a_pair(other):
    for first, last in (("Ute", "Kern"), other):
        make_person(last, first_name=first, email="u@firm.example")
    assert PersonPair.objects.get().found_by == "email"


def test_a_private_number_makes_no_pair():
    PersonAddress.objects.create(person=make_person("Amsel", email=""), channel="phone", value="+49 40 66969 112", is_private=True)
    make_person("Amsel", email="", phone="+49 40 66969 112")
    assert not PersonPair.objects.exists()


def test_a_pair_stands_once_whichever_way_round():
    first, second = make_person("Amsel", email="a@b.example"), make_person("Amsel", email="a@b.example")
    for person in (first, second, first):
        PersonPair.find([person.pk])
    pair = PersonPair.objects.get()
    assert (pair.one, pair.other) == (first, second)


# --- the list -----------------------------------------------------------------------------------------------------------------


def test_only_who_may_see_both_sees_the_pair(client, anna, boris, carla, both, north_ag, stranger):
    twin = make_person("Zeisig", first_name="Kim", email="kim@zeisig.example")
    make_role("driver", north_ag, twin)
    for user, seen in ((anna, 0), (boris, 0), (carla, 0), (both, 1)):
        client.force_login(user)
        page = client.get("/duplicates/")
        assert len(page.context["rows"]) == seen
        assert ("kim@zeisig.example" in page.content.decode()) is bool(seen)
    text = client.get("/duplicates/").content.decode()
    assert "Nordhafen Logistik SE" in text and "name and e-mail address" in text and "Not the same" in text


def test_companies_stand_side_by_side_for_who_may_see_both(client, anna, both, north, south):
    make_company(south, **FIRM)
    assign(make_company(north, **FIRM), anna)
    for user, seen in ((anna, 0), (both, 1)):
        client.force_login(user)
        page = client.get("/duplicates/companies/")
        assert len(page.context["rows"]) == seen
        assert page.content.decode().count("DE136695976") == 2 * seen


@pytest.mark.parametrize("rows", [1, 3])
def test_the_lists_cost_the_same_for_one_pair_and_three(client, both, north, rows, django_assert_num_queries):
    for place in range(rows):
        for _turn in range(2):
            person = make_person("Amsel", email=f"amsel{place}@b.example")
            for group in ("decision_maker", "user", "driver"):
                make_role(group, make_company(north, name=f"Amsel {place}", postcode="20457"), person)
    client.force_login(both)
    with django_assert_num_queries(LIST_QUERIES):
        assert len(client.get("/duplicates/").context["rows"]) == rows
    CompanyPair.objects.filter(pk__in=list(CompanyPair.objects.values_list("pk", flat=True)[rows:])).delete()
    with django_assert_num_queries(COMPANY_LIST_QUERIES):
        assert len(client.get("/duplicates/companies/").context["rows"]) == rows


# --- not the same -------------------------------------------------------------------------------------------------------------


def test_two_are_told_apart_and_the_word_taken_back(client, both, north_ag):
    for group in ("user", "driver"):
        make_role(group, north_ag, make_person("Amsel", email="a@b.example"))
    pair = PersonPair.objects.get()
    client.force_login(both)
    for _turn in range(2):  # saying it again changes nothing
        assert client.post(f"/duplicates/people/{pair.pk}/apart/").status_code == 303
    assert len(client.get("/duplicates/").context["rows"]) == 0
    assert len(client.get("/duplicates/?state=apart").context["rows"]) == 1
    PersonPair.find([pair.one_id, pair.other_id])  # found again: what was said stands
    assert len(client.get("/duplicates/").context["rows"]) == 0
    client.post(f"/duplicates/people/{pair.pk}/again/")
    assert len(client.get("/duplicates/").context["rows"]) == 1
    acts = Entry.objects.about(pair).order_by("pk")
    assert [(entry.action, entry.actor_id) for entry in acts] == [("pair.told_apart", both.pk), ("pair.looked_at_again", both.pk)]


def test_companies_are_told_apart_and_the_word_taken_back(client, both, north):
    for _turn in range(2):
        make_company(north, **FIRM)
    pair = CompanyPair.objects.get()
    client.force_login(both)
    client.post(f"/duplicates/companies/{pair.pk}/apart/")
    assert CompanyPair.objects.get().told_apart_at
    client.post(f"/duplicates/companies/{pair.pk}/again/")
    assert CompanyPair.objects.get().told_apart_at is None


@pytest.mark.parametrize("verb", ["apart", "again"])
def test_a_pair_half_out_of_reach_is_not_there(client, anna, carla, north_ag, stranger, verb):
    make_role("driver", north_ag, make_person("Zeisig", first_name="Kim", email="kim@zeisig.example"))
    pair = PersonPair.objects.get()
    for user in (anna, carla):
        client.force_login(user)
        assert client.post(f"/duplicates/people/{pair.pk}/{verb}/").status_code == 404
        assert client.get(f"/duplicates/people/{pair.pk}/{verb}/").status_code in (404, 405)
    assert PersonPair.objects.get().told_apart_at is None


# --- forgotten, merged --------------------------------------------------------------------------------------------------------


def test_forgetting_a_person_forgets_their_pairs():
    person, _twin = make_person("Amsel", email="a@b.example"), make_person("Amsel", email="a@b.example")
    person_data.forget(person, by=None)
    assert not PersonPair.objects.exists()


def test_in_a_merge_pairs_go_along_once():
    kept, duplicate, third = (make_person("Amsel", email="a@b.example") for _turn in range(3))
    assert PersonPair.objects.count() == 3
    person_data.move_pairs(duplicate, kept)
    assert [(pair.one, pair.other) for pair in PersonPair.objects.all()] == [(kept, third)]


@pytest.mark.parametrize("said_of", ["duplicate", "kept"])
def test_in_a_merge_a_word_that_two_are_not_the_same_stays(both, said_of):
    """Whichever of the two pairs with the third it was said of: they are one human now."""
    kept, duplicate, third = (make_person("Amsel", email="a@b.example") for _turn in range(3))
    of = {"duplicate": duplicate, "kept": kept}[said_of]
    PersonPair.objects.get(one=min(of, third, key=lambda person: person.pk), other=max(of, third, key=lambda person: person.pk)).tell_apart(
        by=both
    )
    moved = person_data.move_pairs(duplicate, kept)
    pair = PersonPair.objects.get()
    assert (pair.one, pair.other, pair.told_apart_at is not None) == (kept, third, True)
    assert [(row, list(changes)) for row, changes in moved] == ([(pair, ["told_apart_at"])] if said_of == "duplicate" else [])


def test_somebody_of_no_centre_is_in_no_pair_of_anybody(client, anna):
    make_person("Amsel", email="a@b.example", centre=make_centre())
    make_person("Amsel", email="a@b.example", centre=make_centre())
    assert not PersonPair.objects.visible_to(anna).exists()


def test_two_caps_of_one_human_are_shown_as_such(client, both, north_ag, stranger):
    other = make_person("Zeisig", first_name="Kim", email="kim@zeisig.example")
    make_role("user", north_ag, other)
    for person, cents in ((stranger, 2000), (other, 3000)):
        YearSum.objects.create(person=person, year=timezone.localdate().year, cents=cents)
    client.force_login(both)
    page = client.get("/duplicates/").content.decode()
    assert page.count("of gifts this year, with a limit of their own") == 2
    assert "20.00" in page
    assert "30.00" in page
