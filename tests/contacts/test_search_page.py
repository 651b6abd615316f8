"""Global search: what is found, however it is written, and never what is out of reach; the same on both databases."""

import pytest
from django.test import Client

from accounts.models import Centre, Company, User
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
    with django_assert_num_queries(9):
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


def test_the_log_tab_leads_on_to_the_form(client: Client, anna: User, known: Company) -> None:
    client.force_login(anna)
    page = client.get("/search/?for=log&q=северный").content.decode()
    assert f'href="/companies/{known.pk}/#log"' in page
    assert "Which person or company did you speak to?" in page
