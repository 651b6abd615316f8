"""The companies list: what it shows, to whom, in which order, and what leaves the house."""

import csv
import io
import re
from datetime import date

import openpyxl
import pytest
from django.test import Client

from accounts.models import Centre, Company, User
from fleetportal.core.audit import Change, Entry
from tests.factories.accounts import make_company, make_vehicle

pytestmark = pytest.mark.django_db


def names(client: Client, address: str) -> list[str]:
    return [company.name for company in client.get(address).context["rows"]]


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_row_and_three(
    client: Client, anna: User, north: Centre, rows: int, django_assert_num_queries
) -> None:
    for _number in range(rows):
        make_vehicle(make_company(north, looked_after_by=anna))
    client.force_login(anna)
    with django_assert_num_queries(6):
        page = client.get("/companies/")
    assert len(page.context["rows"]) == rows


def test_the_list_shows_own_companies_and_no_letter_of_others(client: Client, anna: User, north_ag: Company, south_ag: Company) -> None:
    client.force_login(anna)
    page = client.get("/companies/")
    assert [company.name for company in page.context["rows"]] == ["Nordhafen Logistik SE"]
    assert "Kanarienvogel" not in page.content.decode()
    assert page.context["count"] == 1


def test_visitors_sign_in_first_and_those_without_the_right_find_nothing(client: Client, wanda: User, emil: User) -> None:
    assert client.get("/companies/")["Location"] == "/login/?next=/companies/"
    for user in (wanda, emil):
        client.force_login(user)
        assert client.get("/companies/").status_code == 404


def test_other_methods_are_refused(client: Client, anna: User) -> None:
    client.force_login(anna)
    assert client.put("/companies/").status_code == 405
    assert client.delete("/companies/").status_code == 405


def test_names_stand_as_a_reader_expects(client: Client, carla: User, north: Centre) -> None:
    for name in ("Zander KG", "Özil Bau", "orbis AG", "Äpfel & Co", "Anton GmbH", "Überland SE", "Ulm AG"):
        make_company(north, name=name)
    client.force_login(carla)
    expected = ["Anton GmbH", "Äpfel & Co", "orbis AG", "Özil Bau", "Überland SE", "Ulm AG", "Zander KG"]
    assert names(client, "/companies/") == expected
    assert names(client, "/companies/?sort=-name") == expected[::-1]


def test_tiers_sort_by_worth_and_not_by_letter(client: Client, carla: User, north: Centre) -> None:
    for tier in ("bronze", "diamond", "", "gold"):
        make_company(north, name=f"A {tier}", tier=tier)
    client.force_login(carla)
    assert names(client, "/companies/?sort=tier") == ["A diamond", "A gold", "A bronze", "A "]


def radios(page: str) -> list[tuple[str, bool]]:
    """Whom the word "looked after by" offers, and who is chosen."""
    found = re.findall(r'<input class="form-check-input" type="radio"\s+name="by" value="(\d*)"([^>]*)>', page)
    return [(value, "checked" in rest) for value, rest in found]


def test_whom_to_choose_is_fetched_once_the_word_is_opened(
    client: Client, carla: User, anna: User, boris: User, north_ag: Company, south_ag: Company, django_assert_num_queries
) -> None:
    """Some 120,000 assignments are gone through for the names: not at every look at the list."""
    client.force_login(carla)
    page = client.get("/companies/?tier=gold").content.decode()
    later = "/companies/?tier=gold&amp;_choices=by"
    assert radios(page) == [("", True)]
    assert f'data-hx-get="{later}" data-hx-trigger="toggle from:closest details once"' in page
    assert f'<a class="btn" href="{later}" data-noscript>' in page

    with django_assert_num_queries(3):
        part = client.get("/companies/?tier=gold&_choices=by", headers={"HX-Request": "true"}).content.decode()
    assert radios(part) == [("", True), (str(anna.pk), False)]
    assert "<html" not in part and "_choices" not in part and str(boris) not in part

    whole = client.get("/companies/?tier=gold&_choices=by").content.decode()
    assert radios(whole) == [("", True), (str(anna.pk), False)]
    assert "toggle from:closest details" not in whole


def test_who_is_chosen_stays_chosen_before_the_word_is_opened(client: Client, carla: User, anna: User, north_ag: Company) -> None:
    make_company(north_ag.centre)
    client.force_login(carla)
    page = client.get(f"/companies/?by={anna.pk}").content.decode()
    assert radios(page) == [("", False), (str(anna.pk), True)]
    assert names(client, f"/companies/?by={anna.pk}") == [north_ag.name]
    part = client.get(f"/companies/?by={anna.pk}&_choices=by", headers={"HX-Request": "true"}).content.decode()
    assert radios(part) == [("", False), (str(anna.pk), True)]
    assert names(client, "/companies/?by=999999") == []


@pytest.mark.parametrize("word", ["nobody", "q%00"])
def test_the_choices_of_a_word_that_there_is_not_are_not_there(client: Client, carla: User, word: str) -> None:
    client.force_login(carla)
    assert client.get(f"/companies/?_choices={word}", headers={"HX-Request": "true"}).status_code == 404


def test_the_words_of_the_sentence_narrow_the_list(client: Client, carla: User, north: Centre) -> None:
    make_company(north, name="Gold and loyal", tier="gold", phase="loyal")
    make_company(north, name="Gold and lost", tier="gold", phase="lost")
    make_company(north, name="Silver", tier="silver", phase="loyal")
    client.force_login(carla)
    assert names(client, "/companies/?tier=gold") == ["Gold and lost", "Gold and loyal"]
    assert names(client, "/companies/?tier=gold&tier=silver&phase=loyal") == ["Gold and loyal", "Silver"]
    assert names(client, "/companies/?q=silv") == ["Silver"]
    page = client.get("/companies/?tier=gold&tier=silver").content.decode()
    assert "Gold or Silver" in page


def test_a_senseless_address_is_read_as_far_as_it_makes_sense(client: Client, carla: User, north_ag: Company) -> None:
    client.force_login(carla)
    for query in ("?tier=tin", "?centre=x", "?page=-1", "?page=999999999999", "?sort=password", "?ends=abc", "?rows=1000000"):
        assert client.get(f"/companies/{query}").status_code == 200, query


def test_nothing_found_says_which_word_to_drop(client: Client, carla: User, north: Centre) -> None:
    make_company(north, tier="gold", phase="loyal")
    make_company(north, tier="gold", phase="new")
    make_company(north, tier="silver", phase="lost")
    client.force_login(carla)
    page = client.get("/companies/?tier=gold&phase=lost")
    assert [(word.name, count) for word, count in page.context["drops"]] == [("tier", 1), ("phase", 2)]
    assert "Without “Gold” there would be 1." in page.content.decode()
    typed = client.get("/companies/?q=nobody").content.decode()
    assert "Without “nobody” there would be 3." in typed
    assert "Remove “nobody”" in typed


def test_an_empty_list_teaches(client: Client, anna: User) -> None:
    client.force_login(anna)
    page = client.get("/companies/").content.decode()
    assert "No companies yet" in page
    assert 'href="/companies/new/"' in page


def test_pages_hold_every_row_once(client: Client, carla: User, north: Centre) -> None:
    Company.objects.bulk_create(Company(name=f"Same {n % 3}", name_folded=f"same {n % 3}", centre=north) for n in range(45))
    client.force_login(carla)
    first, second = client.get("/companies/?rows=20"), client.get("/companies/?rows=20&page=2")
    third = client.get("/companies/?rows=20&page=3")
    seen = [company.pk for page in (first, second, third) for company in page.context["rows"]]
    assert len(seen) == len(set(seen)) == 45
    assert first.context["span"] == "1 to 20 of 45"
    assert third.context["span"] == "41 to 45 of 45"
    assert not third.context["next"]


def test_counting_stops_at_a_thousand(client: Client, carla: User, north: Centre) -> None:
    Company.objects.bulk_create(Company(name=f"Company {n}", name_folded=f"company {n:05}", centre=north) for n in range(1_005))
    client.force_login(carla)
    assert client.get("/companies/").context["span"] == "1 to 50 of more than 1,000"


def test_htmx_gets_the_list_alone_and_the_clean_address(client: Client, carla: User, north_ag: Company) -> None:
    client.force_login(carla)
    part = client.get("/companies/?q=&tier=gold", headers={"HX-Request": "true"})
    assert "<html" not in part.content.decode()
    assert part["HX-Push-Url"] == "/companies/?tier=gold"
    assert "HX-Request" in part["Vary"]


# --- Export


def export(client: Client, address: str, kind: str, reason: str = "Round in December"):
    return client.post(address, {"_export": kind, "reason": reason})


def test_the_reason_is_asked_before_rows_leave(client: Client, carla: User, north_ag: Company) -> None:
    client.force_login(carla)
    page = client.get("/companies/?_export=xlsx")
    assert page.status_code == 200
    assert "What do you need the data for?" in page.content.decode()
    assert export(client, "/companies/", "xlsx", reason="").status_code == 422
    assert Entry.objects.filter(action="list.exported").count() == 0


def test_an_export_holds_what_the_list_shows_and_is_in_the_history(client: Client, carla: User, north: Centre, south_ag: Company) -> None:
    make_vehicle(make_company(north, name="=SUM(A1)", tier="gold"), contract_ends_on=date(2099, 3, 31))
    make_company(north, name="Silver", tier="silver")
    client.force_login(carla)
    answer = export(client, "/companies/?tier=gold", "xlsx")
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = list(sheet.iter_rows(values_only=True))
    head = list(rows[0])
    assert [row[0] for row in rows[1:]] == ["=SUM(A1)"]
    assert rows[1][head.index("Vehicles")] == 1
    assert rows[1][head.index("Contract end")].year == 2099
    assert sheet["A2"].data_type == "s"
    assert sheet.freeze_panes == "A2"
    entry = Entry.objects.get(action="list.exported")
    assert (entry.actor_id, entry.facts["rows"], entry.facts["list"]) == (carla.pk, 1, "companies")
    assert Change.objects.get(entry=entry).after == "Round in December"


def test_a_csv_runs_nothing(client: Client, carla: User, north: Centre) -> None:
    make_company(north, name='=HYPERLINK("http://evil.example")')
    client.force_login(carla)
    answer = export(client, "/companies/", "csv")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][0] == '\'=HYPERLINK("http://evil.example")'


def test_an_export_needs_the_right_and_a_known_kind(client: Client, emil: User, wanda: User, carla: User) -> None:
    for user in (emil, wanda):
        client.force_login(user)
        assert export(client, "/companies/", "csv").status_code == 404
    client.force_login(carla)
    assert export(client, "/companies/", "exe").status_code == 404
    assert client.get("/companies/?_export=exe").status_code == 404
