"""What a cell states and is not understood is said; what the rest of the row means stays."""

import pytest

from intake.reading import dates
from tests.factories.sheets import make_xlsx
from tests.intake.reading_rows import TODAY, read_file

HEAD = "Firma;Kennzeichen;{}\nHansa Bau AG;HH-AB 12;{}\nHansa Bau AG;HH-AB 13;{}\n"


@pytest.mark.parametrize(
    ("title", "good", "bad", "reason"),
    [
        ("Antrieb", "Diesel", "Dampf", "choice.unknown"),
        ("Vertragsart", "Leasing", "Mietkauf?", "choice.unknown"),
        ("km-Stand", "41000", "9.999.999", "number.range"),
        ("Status", "aktiv", "frobuliert", "status.unknown"),
        ("Leasingende", "31.12.2027", "bald", "date.unclear"),
        ("Lieferdatum", "31.12.2024", "31.02.2024", "date.day"),
        ("FIN", "WVWZZZ1KZ8W000001", "N0 VIN!", "vin.length"),
        ("FIN", "WVWZZZ1KZ8W000001", "N/A", "choice.unknown"),
    ],
)
def test_a_word_that_means_nothing_here_is_amber(title, good, bad, reason):
    found = read_file(HEAD.format(title, good, bad))
    assert found.reasons == [reason] and not found.rows[1].is_rejected and found.rows[1].problems[0].value


@pytest.mark.parametrize(
    "word", ["decommissioned", "scrapped", "total loss", "stillgelegt", "Totalschaden", "rottamata", "списан", "sold at auction"]
)
def test_words_for_gone_are_known_in_all_languages(word):
    found = read_file(f"Firma;Kennzeichen;Leasingende;Status\nHansa Bau AG;HH-AB 12;31.12.2025;{word}\nHansa Bau AG;HH-AB 13;;aktiv\n")
    assert found.said[0]["vehicle"]["given_back_on"] == "2025-12-31" and found.reasons == ["date.given_back"]


def test_make_and_model_in_each_other_s_columns_are_exchanged_and_said():
    found = read_file("Firma;Kennzeichen;Marke;Modell\nX AG;HH-AB 1;Golf;VW\nX AG;HH-AB 2;VW;Polo\nX AG;HH-AB 3;Ford;Focus\n")
    assert (found.said[0]["vehicle"]["make"], found.said[0]["vehicle"]["model"]) == ("Volkswagen", "Golf")
    assert found.reasons == ["make.swapped"]


def test_a_row_with_fewer_cells_than_titles_says_so_and_a_postcode_has_a_digit():
    found = read_file(
        "name,phone,address,zipcode,city,country\nAcme Ltd,,1 Road,60601,Chicago,USA\nInitech Ltd,42 Road,60601,Chicago,USA\n"
    )
    assert "row.short" in found.reasons and found.said[1]["company"].get("postcode", "") != "Chicago"


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("1976-02-28T23:00:00Z", "1976-02-29"),
        ("1980-05-13T22:00:00.000Z", "1980-05-14"),
        ("2027-12-31T23:00:00.000Z", "2028-01-01"),
        ("2027-12-31 23:00:00+00:00", "2028-01-01"),
        ("2028-01-01T00:00:00+01:00", "2028-01-01"),
        ("2027-12-31T00:00:00Z", "2027-12-31"),
        ("2027-12-31T10:30:00-05:00", "2027-12-31"),
        ("2027-12-31T23:00:00", "2027-12-31"),
    ],
)
def test_a_moment_with_its_zone_is_the_day_it_is_here(cell, day):
    assert dates.parse(cell, today=TODAY) == dates.date.fromisoformat(day)


@pytest.mark.parametrize("cell", [0, 2_958_465, "31.12.9999", "9999-12-31", "00:00:00", dates.date(1899, 12, 30), dates.date(9999, 12, 31)])
def test_an_empty_cell_shown_as_a_day_and_no_end_are_no_day(cell):
    assert dates.parse(cell, today=TODAY) is None


@pytest.mark.parametrize("kind", ["xlsx"])
def test_days_that_point_at_nothing_cost_no_row(kind):
    rows = [["Firma", "Kennzeichen", "Leasingende"], ["X AG", "HH-AB 1", 0], ["X AG", "HH-AB 2", 46752], ["X AG", "HH-AB 3", 2958465]]
    found = read_file(make_xlsx({"S": rows}), f"list.{kind}")
    assert [one["vehicle"].get("contract_ends_on", "") for one in found.said] == ["", "2027-12-31", ""] and found.reasons == []


ERRORS = ["#NV", "#N/A", "#BEZUG!", "#VALORE!", "#DIV/0!", "#Н/Д", "#ИМЯ?", "Err:502", "########"]


@pytest.mark.parametrize("error", ERRORS)
def test_the_error_of_a_spreadsheet_is_no_content_and_is_said(error):
    found = read_file(f"Firma;Kennzeichen;Leasingende;Fahrer\nX AG;HH-AB 1;31.12.2027;Anna Kern\nX AG;HH-AB 2;{error};{error}\n")
    vehicle = found.said[1]["vehicle"]
    assert (vehicle.get("contract_ends_on"), found.said[1].get("people")) == (None, None)
    assert found.reasons == ["formula.unreckoned", "formula.unreckoned"]


@pytest.mark.parametrize("name", ["#1 Autohaus", "# 7", "#", "#Team", "Err:or GmbH"])
def test_a_name_that_looks_a_little_like_an_error_stays(name):
    assert read_file(f"Firma;Kennzeichen\n{name};HH-AB 1\nX AG;HH-AB 2\n").said[0]["company"]["name"] == name


@pytest.mark.parametrize(
    ("days", "reason"), [("14.03.2028;01.02.2024", "date.before_delivery"), ("14.03.2028;01.04.2025", "date.in_use_left_out")]
)
def test_a_return_of_what_is_in_use_is_said_as_what_becomes_of_it(days, reason):
    found = read_file(f"Firma;Kennzeichen;Lieferdatum;Leasingende;Rückgabe;Status\nX AG;HH-AB 1;01.03.2024;{days};aktiv\n")
    assert reason in found.reasons and found.said[0]["vehicle"]["contract_ends_on"] == "2028-03-14"
    assert "date.in_use" not in found.reasons
