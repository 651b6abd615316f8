"""Single cells: dates, numbers, plates, VINs, VAT numbers, telephones, e-mail addresses, postal addresses, names."""

import csv
import os
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from intake.reading import cells, dates, names, places, reaching, telephones, vocabulary
from intake.reading.makes import make_of
from intake.reading.problems import CellProblem, Problem
from intake.wording import words_of

pytestmark = pytest.mark.once

TODAY = date(2026, 11, 22)


def words(wrong):
    """What is said about it, and what to do."""
    return words_of(Problem(wrong.reason, wrong.facts))


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        (date(2021, 3, 4), date(2021, 3, 4)),
        (datetime(2021, 3, 4, 5, 6), date(2021, 3, 4)),  # noqa: DTZ001  as a workbook holds it
        ("31.12.2027", date(2027, 12, 31)),
        ("31/12/27", date(2027, 12, 31)),
        ("15.11.28", date(2028, 11, 15)),  # DuckDB reads the year first
        ("10/27", date(2027, 10, 1)),  # dateparser makes it a day of this month
        ("1.2.99", date(1999, 2, 1)),
        ("2027-12-31", date(2027, 12, 31)),
        ("2021-03-17T16:48:10.000+0000", date(2021, 3, 17)),
        ("04-Aug-00", date(2000, 8, 4)),
        ("12. März 2021", date(2021, 3, 12)),
        ("4 agosto 2020", date(2020, 8, 4)),
        ("12 марта 2021 г.", date(2021, 3, 12)),
        ("August 4, 2020", date(2020, 8, 4)),
        ("Mo, 04.08.2020", date(2020, 8, 4)),
        (43831, date(2020, 1, 1)),
        ("43831", date(2020, 1, 1)),
        (20240131, date(2024, 1, 31)),
        ("03/2027", date(2027, 3, 1)),
        ("", None),
        ("00.00.0000", None),
        ("offen", None),
    ],
)
def test_a_day_is_read_however_it_is_written(cell, day):
    assert dates.parse(cell, today=TODAY) == day


def test_a_month_in_which_something_ends_means_its_last_day():
    assert dates.parse("02/2028", today=TODAY, ends=True) == date(2028, 2, 29)


@pytest.mark.parametrize(
    "cell", ["31.02.2027", "32.01.2027", "1.13.2027", "yesterday", "99/99/9999", "36 Monate", "90 Tage", 7, True, "12.12.0001"]
)
def test_what_is_no_day_is_refused_with_a_cure(cell):
    with pytest.raises(CellProblem) as wrong:
        dates.parse(cell, today=TODAY)
    assert all(words(wrong.value))


@pytest.mark.parametrize(
    ("column", "order"),
    [(["3/23/1984", "11/11/1999"], "mdy"), (["30/06/2019", "1/2/2020"], "dmy"), (["1/2/2020"], None), (["2020-01-31"], None)],
)
def test_a_column_shows_what_comes_first(column, order):
    assert dates.order_of(column) == order


@given(day=st.dates(min_value=date(1950, 1, 1), max_value=date(2090, 12, 31)))
def test_every_day_survives_each_spelling(day):
    serial = (day - dates.EPOCH).days
    for spelling in (day, day.isoformat(), f"{day:%d.%m.%Y}", f"{day:%d/%m/%Y}", f"{day.day}-{day:%b-%Y}", serial, f"{day:%Y%m%d}"):
        assert dates.parse(spelling, today=TODAY) == day
    assert dates.parse(f"{day:%m/%d/%Y}", today=TODAY, order=dates.MONTH_FIRST) == day


@given(text=st.text(max_size=40))
def test_any_text_is_a_day_nothing_or_a_problem_in_words(text):
    try:
        found = dates.parse(text, today=TODAY)
    except CellProblem as wrong:
        assert words(wrong)[0]
    else:
        assert found is None or isinstance(found, date)


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("40.693", 40693),
        ("67558,0", 67558),
        ("1.234.567,89", 1234567.89),
        ("1,234.5", 1234.5),
        ("1 234", 1234),
        ("12'000", 12000),
        ("$14190.13", 14190.13),
        ("12.000 km", 12000),
        ("1 234 567,89 руб.", 1234567.89),
        (87300.0, 87300),
        ("", None),
        ("-", None),
    ],
)
def test_a_number_is_read_whatever_parts_its_thousands(cell, number):
    assert cells.number(cell) == number


@given(number=st.integers(min_value=0, max_value=9_999_999))
def test_a_whole_number_survives_each_spelling(number):
    for spelling in (number, str(number), f"{number:,}", f"{number:,}".replace(",", "."), f"{number:,}".replace(",", " "), f"{number} km"):
        assert cells.number(spelling) == number


@pytest.mark.parametrize(
    ("cell", "plate"),
    [
        ("hh-nl 1204", "HH-NL 1204"),
        ("FN  771 VN", "FN 771 VN"),
        ("с693те777", "С693ТЕ777"),
        ("S–BC–4566", "S-BC-4566"),
        (48299, "48299"),
        ("k.A.", ""),
        ("-", ""),
    ],
)
def test_a_plate_is_kept_in_capitals(cell, plate):
    assert cells.plate(cell) == plate


@given(text=st.text(max_size=30))
def test_any_text_is_a_plate_nothing_or_a_problem(text):
    try:
        assert len(cells.plate(text)) <= 16
    except CellProblem as wrong:
        assert words(wrong)[1] and wrong.reason.startswith("plate.")


@pytest.mark.parametrize("cell", ["WHLZZZ3CZRE01451", "WVWUK63B92P5468188", "WVWUK63B92P54681O", "WVWUK63B92P54681I", "WVWUK63B92P5468Ж1"])
def test_a_wrong_vin_says_what_is_wrong(cell):
    with pytest.raises(CellProblem) as wrong:
        cells.vin(cell)
    assert wrong.value.reason.startswith("vin.") and all(words(wrong.value))


@pytest.mark.parametrize(
    ("cell", "vin"), [("wba uk7 nex k9370487", "WBAUK7NEXK9370487"), ("ХТА217030С0123456", "XTA217030C0123456"), ("", ""), ("n/a", "")]
)
def test_a_vin_is_taken_without_blanks_and_look_alikes(cell, vin):
    assert cells.vin(cell) == vin


@pytest.mark.samples
def test_the_vins_of_others_are_judged_by_length_and_letters():
    with (Path(os.environ["SAMPLES_DIR"]) / "vin" / "vin_list_a.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                good = bool(cells.vin(row["vin"]))
            except CellProblem:
                good = False
            assert good == (row["length_17"] == "1" and row["charset_ok"] == "1"), row["vin"]


@pytest.mark.parametrize(
    ("cell", "country", "number"),
    [
        ("81505500157", "IT", "IT81505500157"),
        ("IT 81505500157", "", "IT81505500157"),
        ("P.IVA 81505500157", "IT", "IT81505500157"),
        (7712422037, "RU", "RU7712422037"),
        ("DE 136 695 976", "", "DE136695976"),
        ("USt-IdNr. DE136695976", "DE", "DE136695976"),
        (488410010, "IT", "IT00488410010"),  # a spreadsheet took the zeros
        ("", "DE", ""),
    ],
)
def test_a_vat_number_gets_its_country(cell, country, number):
    assert cells.vat_number(cell, country=country) == number


@pytest.mark.samples
def test_vat_numbers_in_the_wild_are_judged_as_their_source_says():
    wrong = []
    with (Path(os.environ["SAMPLES_DIR"]) / "companies" / "vat_numbers_a.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            try:
                good = bool(cells.vat_number(row["number_as_written"], country=row["country"]))
            except CellProblem:
                good = False
            if row["expected"] == "valid" and not good:
                wrong.append(row)
    assert len(wrong) <= 594 * 0.05


@pytest.mark.parametrize(
    ("cell", "region", "good", "bad"),
    [
        ("+39 33118019284 ::: +39 05784303339", "IT", 2, 0),
        ("+49(0)7586470316", "DE", 1, 0),
        ("Tel. 040 123456; mobil 0171 1234567", "DE", 2, 0),
        ("+1-781-948-6348x4026", "US", 1, 0),
        ("see website", "DE", 0, 1),
        ("", "DE", 0, 0),
        ("n/a", "DE", 0, 0),
    ],
)
def test_several_telephones_stand_in_one_cell(cell, region, good, bad):
    assert tuple(map(len, telephones.phones(cell, region=region))) == (good, bad)


@pytest.mark.samples
def test_telephones_of_all_regions_come_in_international_form():
    wrong = 0
    with (Path(os.environ["SAMPLES_DIR"]) / "naughty" / "phone_numbers_a.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["valid"] == "1"]
    for row in rows:
        good, _bad = telephones.phones(row["as_written"], region=row["default_region"])
        wrong += not good or "".join(sign for sign in good[0] if sign.isdigit()) != row["e164"].removeprefix("+")
    assert wrong <= len(rows) * 0.01


@pytest.mark.parametrize(
    ("cell", "good", "bad"),
    [
        ("Kern, Anna <anna@kern.example>", ["anna@kern.example"], []),
        ("a@b.example; c@d.example", ["a@b.example", "c@d.example"], []),
        ("mailto:a@b.example", ["a@b.example"], []),
        ("a@b", [], ["a@b"]),
        ("keine", [], []),
        ("-", [], []),
    ],
)
def test_e_mail_addresses_are_told_from_the_rest(cell, good, bad):
    assert reaching.emails(cell) == (good, bad)


@pytest.mark.samples
def test_naughty_e_mail_addresses_are_refused():
    folder = Path(os.environ["SAMPLES_DIR"]) / "naughty"
    with (folder / "email_addresses_isemail_a.csv").open(encoding="utf-8") as file:
        rows = [(row["address_unicode_escaped"].encode().decode("unicode_escape"), row["verdict"]) for row in csv.DictReader(file)]
    assert [address for address, verdict in rows if verdict == "invalid" and reaching.is_email(address)] == []
    plain = [
        address
        for address, verdict in rows
        if verdict == "valid" and address.isascii() and '"' not in address and "[" not in address and "." in address.rpartition("@")[2]
    ]
    assert len([address for address in plain if not reaching.is_email(address)]) <= len(plain) * 0.2
    lines = (folder / "flanker_abridged_localpart_invalid.txt").read_text(encoding="utf-8").splitlines()
    assert [line for line in lines if not line.startswith("#") and "@" in line and reaching.is_email(line)] == []


@pytest.mark.parametrize(
    ("text", "street", "postcode", "city", "country"),
    [
        ("Riedemannweg 60\n13627 Berlin\nDeutschland", "Riedemannweg 60", "13627", "Berlin", "DE"),
        (
            "No.2 Cathedral Walk\nThe Forum\nGloucester\nGL1 1AU\nUnited Kingdom",
            "No.2 Cathedral Walk, The Forum",
            "GL1 1AU",
            "Gloucester",
            "GB",
        ),
        (
            "899 West Evelyn Avenue\nMountain View\nCA 94041\nUnited States of America",
            "899 West Evelyn Avenue",
            "94041",
            "Mountain View",
            "US",
        ),
        ("Via Roma 1, 20121 Milano, Italia", "Via Roma 1", "20121", "Milano", "IT"),
        ("D-80331 München", "", "80331", "München", ""),
        ("2350 W. OGDEN AVE.", "2350 W. OGDEN AVE.", "", "", ""),
    ],
)
def test_an_address_in_one_cell_is_taken_apart(text, street, postcode, city, country):
    assert places.split_address(text) == {"street": street, "postcode": postcode, "city": city, "country": country}


@pytest.mark.parametrize(
    ("text", "first", "last", "title"),
    [
        ("Voss, Henrik", "Henrik", "Voss", ""),
        ("Sig.ra Claudia Valmarana", "Claudia", "Valmarana", "Sig.ra"),
        ("Frau Dr. Eva Maria Kern", "Eva Maria", "Kern", "Frau Dr."),
        ("г-жа Одинцова Алла Геннадьевна", "Алла Геннадьевна", "Одинцова", "г-жа"),
        ("Капитон Гурьевич Филиппов", "Капитон Гурьевич", "Филиппов", ""),
        ("Brandt", "", "Brandt", ""),
        ("Anna Kern (Vertrieb)", "Anna", "Kern", ""),
    ],
)
def test_a_name_is_taken_apart(text, first, last, title):
    assert names.split(text) == names.Name(first, last, title)


@pytest.mark.parametrize(
    "text", ["не назначен", "nicht zugewiesen", "Non assegnato", "n/a", "-", "POOL", "unassigned", "frei", "libera", "Kein Fahrer"]
)
def test_nobody_is_nobody(text):
    assert cells.is_nobody(text)
    assert names.several(text) == []


def test_several_people_stand_in_one_cell():
    assert names.several("Ornella Luxardo; Romeo Liverotti") == ["Ornella Luxardo", "Romeo Liverotti"]
    assert names.several("Anna Kern und Max Voss") == ["Anna Kern", "Max Voss"]
    assert names.several("Kern, Anna") == ["Kern, Anna"]
    assert names.several("Anna Kern, Max Voss") == ["Anna Kern", "Max Voss"]


@given(text=st.text(max_size=60))
def test_any_text_is_split_into_a_name_without_loss_of_the_surname(text):
    found = names.split(text)
    assert len(found.title) <= 40 and "\n" not in found.title


def test_surnames_first_are_told_by_the_commonest_given_names():
    assert names.order_of(["Monaco Matilda", "Botta Stefano", "Canova Nadia"], title_says=None) == names.LAST_FIRST
    assert names.order_of(["Matilda Monaco", "Stefano Botta", "Nadia Canova"], title_says=names.LAST_FIRST) == names.FIRST_LAST
    assert names.order_of(["Zzz Yyy"], title_says=names.LAST_FIRST) == names.LAST_FIRST


@pytest.mark.parametrize(
    ("text", "make", "model"),
    [
        ("BMW 320D TOURING", "BMW", "320D TOURING"),
        ("Citro?n ?-Jumpy", "Citroën", "?-Jumpy"),
        ("VW Golf", "Volkswagen", "Golf"),
        ("LADA Веста SW", "LADA", "Веста SW"),
        ("ALFA ROMEO GIULIA", "Alfa Romeo", "GIULIA"),
        ("Unknown X1", "", "Unknown X1"),
    ],
)
def test_the_make_is_told_from_the_model(text, make, model):
    assert make_of(text) == (make, model)


@pytest.mark.parametrize(
    ("title", "meaning"),
    [
        ("Kenn-\nzeichen", "vehicle.plate"),
        ("Amtl. Kennzeichen", "vehicle.plate"),
        ("License#", "vehicle.plate"),
        ("Targa", "vehicle.plate"),
        ("Гос. номер", "vehicle.plate"),
        ("FIN", "vehicle.vin"),
        ("Fahrgestell-Nr.", "vehicle.vin"),
        ("N. Telaio", "vehicle.vin"),
        ("BillingPostalCode", "postcode"),
        ("Ust-IdNr", "company.vat"),
        ("Partita IVA", "company.vat"),
        ("Leasingende", "vehicle.contract_ends_on"),
        ("Scadenza contratto", "vehicle.contract_ends_on"),
        ("Delivery_Date__c", "vehicle.delivered_on"),
        ("Закреплён за", "person.name"),
        ("Altri conducenti", "drivers"),
        ("E-mail 2 - Value", "email"),
        ("Telefon (privat)", "person.private_phone"),
        ("Fax geschäftlich", ""),
        ("Assistant's Phone", ""),
        ("E-mail Type", ""),
    ],
)
def test_titles_in_four_languages_are_understood(title, meaning):
    found = vocabulary.meanings(vocabulary.words_of(title))
    assert (found[0][0] if found else "") == meaning


@given(title=st.text(max_size=80))
def test_any_title_means_something_known_or_nothing(title):
    assert all(0 <= sure <= 1 for _key, sure in vocabulary.meanings(vocabulary.words_of(title)))
