"""Global search: what is found, however it is written, and never what is out of reach; the same on both databases."""

import pytest
from django.db import connection
from django.test import Client

from accounts.models import Centre, Company, User
from fleetportal.core.db import search
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import make_person, make_role

pytestmark = pytest.mark.django_db


def found(client: Client, question: str) -> set[str]:
    groups = client.get("/search/", {"q": question}).context["groups"]
    return {hit.title for _kind, hits, _more in groups for hit in hits}


@pytest.fixture
def known(north: Centre, anna: User) -> Company:
    make_company(north, name="Überland Spedition", looked_after_by=anna)
    make_company(north, name="O'Brien Facility Ltd", looked_after_by=anna)
    company = make_company(north, name="ООО «Северный Путь»", city="Lübeck", looked_after_by=anna, vat_number="DE136695976")
    make_role("user", company, make_person("Иванов", first_name="Пётр"))
    make_role("user", company, make_person("D’Alò", first_name="Niccolò"))
    make_vehicle(company, plate="HH-NL 418", vin="WVWZZZ1JZXW000418")
    return company


@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("иванов", "Пётр Иванов"),
        ("ИВАНОВ петр", "Пётр Иванов"),
        ("überland", "Überland Spedition"),
        ("ueberland", "Überland Spedition"),
        ("Uberland", "Überland Spedition"),
        ("UEBERL sped", "Überland Spedition"),
        ("O'Brien", "O'Brien Facility Ltd"),
        ("o’brien", "O'Brien Facility Ltd"),
        ("obrien", "O'Brien Facility Ltd"),
        ("d'alo", "Niccolò D’Alò"),
        ("северный", "ООО «Северный Путь»"),
        ("luebeck", "ООО «Северный Путь»"),
        ("DE136695976", "ООО «Северный Путь»"),
        ("hhnl418", "HH-NL 418"),
        ("HH-NL 418", "HH-NL 418"),
        ("wvwzzz1jzxw000418", "HH-NL 418"),
    ],
)
def test_it_is_found_however_it_is_written(client: Client, anna: User, known: Company, question: str, title: str) -> None:
    client.force_login(anna)
    assert title in found(client, question)


@pytest.mark.parametrize("question", ["", "   ", "'", '"', "*", "a AND b", "NEAR(", "%", "\x00", "-", "(", ":*", "x" * 5000, "🚗"])
def test_odd_questions_find_nothing_and_break_nothing(client: Client, anna: User, known: Company, question: str) -> None:
    client.force_login(anna)
    assert client.get("/search/", {"q": question}).status_code == 200


def test_nothing_out_of_reach_is_found(client: Client, anna: User, boris: User, emil: User, known: Company, south_ag: Company) -> None:
    make_role("user", south_ag, make_person("Kanarienmann"))
    make_vehicle(south_ag, plate="M-KV 1", vin="KANARIENVIN")
    client.force_login(anna)
    assert found(client, "kanarien") == set()
    client.force_login(boris)
    assert found(client, "kanarien") == {"Südwerk Kanarienvogel GmbH", "Alex Kanarienmann", "M-KV 1"}
    assert found(client, "иванов") == set()


def test_a_service_adviser_finds_companies_and_people_but_no_vehicles(client: Client, emil: User, wanda: User, known: Company) -> None:
    client.force_login(emil)
    assert found(client, "иванов") == {"Пётр Иванов"}
    assert found(client, "HH-NL") == set()
    client.force_login(wanda)
    assert client.get("/search/?q=x").status_code == 404


def test_a_hit_names_only_companies_in_reach(client: Client, anna: User, known: Company, south_ag: Company) -> None:
    person = make_person("Doppel")
    make_role("user", known, person)
    make_role("user", south_ag, person)
    client.force_login(anna)
    page = client.get("/search/?q=doppel").content.decode()
    assert "Северный" in page
    assert "Kanarienvogel" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_a_search_costs_the_same_for_one_hit_of_each_and_three(
    client: Client, anna: User, north: Centre, rows: int, django_assert_num_queries
) -> None:
    for number in range(rows):
        company = make_company(north, name=f"Muster {number}", looked_after_by=anna)
        make_role("user", company, make_person(f"Muster{number}"))
        make_vehicle(company, plate=f"HH-M {number}", make="Muster")
    client.force_login(anna)
    with django_assert_num_queries(10):
        client.get("/search/?q=muster")


@pytest.mark.parametrize("few", [0, 5_000], ids=["many", "few"])
@pytest.mark.parametrize("who", ["anna", "carla", "boris"])
def test_many_hits_are_narrowed_to_what_one_may_see_as_few_are(
    client: Client, request: pytest.FixtureRequest, anna: User, north: Centre, monkeypatch: pytest.MonkeyPatch, who: str, few: int
) -> None:
    monkeypatch.setattr("fleetportal.core.db.search.FEW", few)
    own, other = make_company(north, name="Muster Eins", looked_after_by=anna), make_company(north, name="Muster Zwei")
    for number, company in enumerate((own, other)):
        make_role("user", company, make_person(f"Muster{number}"))
        make_vehicle(company, plate=f"HH-M {number}", make="Muster")
    client.force_login(request.getfixturevalue(who))

    page = client.get("/search/?q=muster").content.decode()

    seen = {word for word in ("Muster Eins", "Muster0", "HH-M 0", "Muster Zwei", "Muster1", "HH-M 1") if word in page}
    first, second = {"Muster Eins", "Muster0", "HH-M 0"}, {"Muster Zwei", "Muster1", "HH-M 1"}
    assert seen == {"anna": first, "carla": first | second, "boris": set()}[who]


@pytest.fixture
def wide(north: Centre, south: Centre, monkeypatch: pytest.MonkeyPatch) -> list[Company]:
    """A word that is everywhere: at companies of both centres, their people and their cars, in no order of theirs."""
    monkeypatch.setattr("fleetportal.core.db.search.FEW", 2)
    monkeypatch.setattr("fleetportal.core.db.search.MANY", 3)
    monkeypatch.setattr("accounts.customers.finding.MOST", 3)
    made = [make_company((north, south)[place % 2], name=f"Muster {name}") for place, name in enumerate("hcafbgde")]
    for place, company in enumerate(made):
        make_role("user", company, make_person(f"Muster{company.name[-1]}"))
        make_vehicle(company, plate=f"HH-M {place}", make="Muster")
    return made


def titles(client: Client, question: str) -> dict[str, tuple[list[str], bool]]:
    groups = client.get("/search/", {"q": question}).context["groups"]
    return {kind.icon: ([hit.title for hit in hits], more) for kind, hits, more in groups}


@pytest.mark.parametrize("cut", [4, 500], ids=["too short a cut", "long enough"])
@pytest.mark.parametrize("who", ["carla", "admin", "dora"])
def test_a_word_that_is_everywhere_shows_the_first_by_name_of_what_one_may_see(
    client: Client, request: pytest.FixtureRequest, wide: list[Company], monkeypatch: pytest.MonkeyPatch, who: str, cut: int
) -> None:
    monkeypatch.setattr("fleetportal.core.db.search.CUT", cut)
    user = request.getfixturevalue(who)
    client.force_login(user)
    slow = [company.name for company in Company.objects.visible_to(user).order_by("name_folded", "pk")]
    found = titles(client, "muster")
    assert found["building"] == (slow[:3], len(slow) > 3)
    assert found["users"] == ([f"Alex Muster{name[-1]}" for name in slow[:3]], len(slow) > 3)
    assert len(found["car"][0]) == 3


def test_who_sees_hardly_one_of_very_many_finds_it_all_the_same(
    client: Client, carla: User, wide: list[Company], south: Centre, north: Centre, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Her own come last by name, far behind the cut."""
    monkeypatch.setattr("fleetportal.core.db.search.CUT", 4)
    Company.objects.update(centre=south)
    last = make_company(north, name="Muster z")
    client.force_login(carla)
    assert titles(client, "muster")["building"] == ([last.name], False)


def test_a_kind_that_a_wide_word_hardly_finds_is_asked_for_these_few(client: Client, carla: User, wide: list[Company]) -> None:
    north_car = make_vehicle(wide[0], plate="HH-X 1", make="Solo")
    make_company(wide[0].centre, name="Solo a"), make_company(wide[0].centre, name="Solo b"), make_company(wide[0].centre, name="Solo c")
    client.force_login(carla)
    assert titles(client, "solo") == {"building": (["Solo a", "Solo b", "Solo c"], False), "car": ([str(north_car)], False)}


@pytest.mark.parametrize("more", [0, 3])
def test_a_word_that_is_everywhere_costs_the_same_however_often_it_is_found(
    client: Client, carla: User, wide: list[Company], more: int, django_assert_num_queries
) -> None:
    for number in range(more):
        company = make_company(wide[0].centre, name=f"Muster x{number}")
        make_role("user", company, make_person(f"Muster{number}"))
        make_vehicle(company, make="Muster")
    client.force_login(carla)
    with django_assert_num_queries(16):
        client.get("/search/?q=muster")


@pytest.mark.postgres
def test_what_is_found_of_one_kind_is_found_by_one_index(north_ag: Company) -> None:
    """Without the kind in it, the rows of all the others are read to find that none is a vehicle."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_searchrow DROP CONSTRAINT one_search_row_per_object")  # so few rows are found by that one
        cursor.execute("SET LOCAL enable_seqscan = off")
        plan = search.found(Company, "muster").explain()
        assert "core_searchrow_kind_words" in plan and "object_type" in plan.partition("Index Cond")[2]


def test_the_log_tab_leads_on_to_the_form(client: Client, anna: User, known: Company) -> None:
    client.force_login(anna)
    page = client.get("/search/?for=log&q=северный").content.decode()
    assert f'href="/companies/{known.pk}/#log"' in page
    assert "Which person or company did you speak to?" in page
