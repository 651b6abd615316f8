"""Telephone numbers: a wrong one reaches a stranger, so what is not understood is left out, with its words."""

import pytest

from contacts.models import PersonAddress
from intake.reading import telephones
from tests.intake.strangers import notes, take


@pytest.mark.parametrize(
    ("cell", "region", "numbers", "remarks"),
    [
        (4915112345678, "DE", ["+49 1511 2345678"], []),
        ("491711234567", "DE", ["+49 171 1234567"], []),
        ("1711234567.0", "DE", ["+49 171 1234567"], []),
        (4066969112, "DE", ["+49 40 66969112"], []),
        (21234567, "IT", ["+39 02 123 4567"], []),
        ("030-1234567 App. 12", "DE", ["+49 30 1234567 ext. 12"], []),
        ("040 1234567 DW 12", "DE", ["+49 40 1234567 ext. 12"], []),
        ("040-1234567x12", "DE", ["+49 40 1234567 ext. 12"], []),
        ("06 6982 1234 int. 5", "IT", ["+39 06 6982 1234 ext. 5"], []),
        ("8 (916) 123-45-67 доб. 12", "RU", ["+7 916 123-45-67 ext. 12"], []),
        ("0171 1234567 (mobil)", "DE", ["+49 171 1234567"], ["mobil"]),
        ("040 765432 privat", "DE", ["+49 40 765432"], ["privat"]),
        ("+7 916 123-45-67 Ivan", "DE", ["+7 916 123-45-67"], ["Ivan"]),
        ("Anna: 0171 1234567", "DE", ["+49 171 1234567"], ["Anna"]),
        ("030 1234567 / 12", "DE", ["+49 30 1234567"], ["/ 12"]),
        ("040/66969-10", "DE", ["+49 40 6696910"], []),
        ("+49 40 66969-10/11", "DE", ["+49 40 6696910", "+49 40 6696911"], []),
        ("040 76543-21/-22", "DE", ["+49 40 7654321", "+49 40 7654322"], []),
        ("040 76543-0 / -21", "DE", ["+49 40 765430", "+49 40 7654321"], []),
        ("8 (495) 123-45-67", "DE", ["+7 495 123-45-67"], []),
        ("0049 40 1234567", "US", ["+49 40 1234567"], []),
    ],
)
def test_a_number_is_cut_out_of_what_stands_around_it(cell, region, numbers, remarks):
    assert telephones.read(cell, region=region) == (numbers, [], remarks)


@pytest.mark.parametrize(
    ("cell", "region"),
    [
        ("0800 FLOTTE1", "DE"),
        ("555-0100", "US"),
        ("66969-112", "DE"),
        ("123-45-67", "RU"),
        ("+49 999 1234567", "DE"),
        ("0732 770010", ""),
        ("Fax 040 1234567", "DE"),
        ("0171 1234567 ab 17 Uhr", "DE"),
    ],
)
def test_what_is_no_whole_number_is_left_out(cell, region):
    assert telephones.read(cell, region=region) == ([], [cell], [])


AUSTRIAN = "Donau Spedition GmbH;Lände 3;4020;Linz;0732 770010"
HEAD = "Firma;Straße;PLZ;Ort;Telefon"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("text", "country", "phone"),
    [
        (f"{HEAD}\n{AUSTRIAN}\nWien Bau GmbH;Ring 1;1010;Wien;+43 1 234567\n", "AT", "+43 732 770010"),
        (f"{HEAD}\nDonau Spedition GmbH;Lände 3;4113;Sankt Martin;0732 770010\nWien Bau GmbH;Ring 1;1010;Wien;+43 1 234567\n", "AT",
        "+43 732 770010"),
        (f"{HEAD}\nDonau Spedition GmbH;Lände 3;8953;Irgendwo;044 770 10 10\nZug AG;Ring 1;6300;Zug;+41 41 234 56 78\n", "CH",
        "+41 44 770 10 10"),
        (f"{HEAD}\nDonau Spedition GmbH;Lände 3;20457;Hamburg;040 770010\nWien Bau GmbH;Ring 1;1010;Wien;+43 1 234567\n", "DE",
        "+49 40 770010"),
        (f"{HEAD}\nDonau Spedition GmbH;Lände 3;8953;Irgendwo;044 770 10 10\n", "", ""),
        ("Company,City,Phone\nDonau Spedition GmbH,Milano,06 6982 1234\nRoma Srl,Roma,+39 02 123 4567\n", "", "+39 06 6982 1234"),
        ("Company,City,Phone\nDonau Spedition GmbH,Milano,06 6982 1234\nRoma Srl,Roma,+39 02 123 4567\nZug AG,Zug,+41 41 234 56 78\n", "",
        ""),
    ],
)  # fmt: skip
def test_the_file_s_own_codes_and_postcodes_tell_the_country(north, text, country, phone):
    run = take(text, centre=north)
    company = run.rows.order_by("row").first().values["company"]
    assert (company.get("country", ""), company.get("phone", "")) == (country, phone)
    assert phone or ("phone", text.split("\n")[1].replace(",", ";").split(";")[-1]) in [one[1:] for one in notes(run)]


@pytest.mark.django_db
def test_what_stands_beside_a_number_is_said(north):
    run = take(
        "Company,First name,Last name,Phone\nHansa Bau AG,Anna,Kern,0171 1234567 (bis 2027)\nHansa Bau AG,Ute,Ott,040 1234567 Labor\n",
        centre=north,
    )
    assert {address.value for address in PersonAddress.objects.all()} == {"+49 40 1234567", "+49 171 1234567"}
    assert [value for _row, _kind, value in notes(run)] == ["bis 2027", "Labor"]


@pytest.mark.django_db
def test_a_second_number_of_a_company_is_said(north):
    run = take("Firma;Ort;Telefon;E-Mail\nHansa Bau AG;Kiel;+49 40 7654321 oder +49 40 7654399;a@x.example, b@x.example\n", centre=north)
    assert [value for _row, _kind, value in notes(run)] == ["+49 40 7654399", "b@x.example"]
