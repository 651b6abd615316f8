"""Facts of a row that contradict the record, and columns that may hold the names of companies."""

from datetime import date

import pytest

from accounts.models import Vehicle
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.sheets import make_text, make_xlsx
from tests.intake.running import rows_at_once, take, why

pytestmark = pytest.mark.django_db


def test_the_columns_of_words_are_named_where_the_number_is_nobodys(north):
    text = "Kundennr.;Kennzeichen;Kurzbez.;Kosten;Bearbeiter\n4711;N-XY 1;Fränk. Brot;12,50;Huber\n"
    run = take(make_text(text), "list.csv", centre=north)
    assert why(run) == [
        "The row identifies its company only by 4711, and no company here has it. These columns were left out: Kurzbez., Bearbeiter."
    ]


def test_a_return_before_the_known_delivery_is_refused_and_nothing_changes(north, north_ag):
    make_vehicle(north_ag, plate="HH-AB 1", delivered_on=date(2026, 6, 1))
    run = take(make_text(f"Firma;Kennzeichen;Rückgabe am\n{north_ag.name};HH-AB 1;01.03.2026\n"), "list.csv", centre=north)
    assert "before the delivery" in why(run)[0] and Vehicle.objects.get().given_back_on is None


@pytest.mark.parametrize("gap", [[], [[]]])
def test_companies_that_stand_above_their_vehicles_own_them(north, monkeypatch, gap):
    rows_at_once(monkeypatch, 1)
    titles = ["Kennzeichen", "Fabrikat", "Typ", "Fahrer", "Leasingende"]
    alpha = [["Alpha Bau GmbH"], ["HH-AB 1", "VW", "Golf", "Max Horn", "31.12.2027"], ["HH-AB 2", "VW", "Polo", "Ina Roth", "31.12.2028"]]
    beta = [["Beta Holz KG"], ["HH-BH 1", "Audi", "A3", "Udo Fink", "30.06.2027"], ["HH-BH 2", "Audi", "A4", "Eva Ahn", "30.06.2027"]]
    run = take(make_xlsx({"Fuhrpark": [titles, *alpha, *gap, *beta]}), "list.xlsx", centre=north)
    assert dict(Vehicle.objects.values_list("plate", "company__name")) == {
        "HH-AB 1": "Alpha Bau GmbH",
        "HH-AB 2": "Alpha Bau GmbH",
        "HH-BH 1": "Beta Holz KG",
        "HH-BH 2": "Beta Holz KG",
    }
    assert run.progress.notes == 0 and not run.asks_owner


def test_a_domain_fills_an_empty_website_and_replaces_none(north):
    known = make_company(north, name="Kiefer GmbH", website="https://www.kiefer.example/fleet")
    take(make_text("Company name,Company Domain Name\nKiefer GmbH,kiefer.example\nFichte AG,fichte.example\n"), "list.csv", centre=north)
    known.refresh_from_db()
    assert known.website == "https://www.kiefer.example/fleet"
    assert type(known).objects.get(name="Fichte AG").website == "https://fichte.example"
