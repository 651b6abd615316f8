"""Addresses and countries as files write them: streets that begin with five digits, postcodes with hyphens, official names."""

import pytest

from intake.reading import places
from tests.intake.reading_rows import read_file


@pytest.mark.parametrize(
    ("text", "street", "postcode", "city", "country"),
    [
        ("ul. Długa 1, 31-147 Kraków, Poland", "ul. Długa 1", "31-147", "Kraków", "PL"),
        ("Rua X 3, 4050-123 Porto, Portugal", "Rua X 3", "4050-123", "Porto", "PT"),
        ("Damrak 1, 1012 LG Amsterdam, Netherlands", "Damrak 1", "1012 LG", "Amsterdam", "NL"),
        ("Vinohradská 12, 120 00 Praha, Czech Republic", "Vinohradská 12", "120 00", "Praha", "CZ"),
        ("Ringgasse 3, 1010 Wien, Republic of Austria", "Ringgasse 3", "1010", "Wien", "AT"),
        ("Vej 3, DK-2100 København Ø, Kingdom of Denmark", "Vej 3", "2100", "København Ø", "DK"),
        ("1-1 Marunouchi, 100-0005 Tokyo, Japan", "1-1 Marunouchi", "100-0005", "Tokyo", "JP"),
        ("11200 S. OAK ST.", "11200 S. OAK ST.", "", "", ""),
        ("14600 Industrial Pkwy", "14600 Industrial Pkwy", "", "", ""),
        ("98156 Grimaldi", "", "98156", "Grimaldi", ""),
    ],
)
def test_an_address_is_taken_apart(text, street, postcode, city, country):
    assert places.split_address(text) == {"street": street, "postcode": postcode, "city": city, "country": country}


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("Republic of Korea", "KR"),
        ("Federal Republic of Germany", "DE"),
        ("Republik Österreich", "AT"),
        ("Repubblica Italiana", "IT"),
        ("Российская Федерация", "RU"),
        ("Grand Duchy of Luxembourg", "LU"),
        ("Kingdom of Norway", "NO"),
        ("Republic of Nowhere", ""),
    ],
)
def test_a_country_is_known_by_its_official_name(name, code):
    assert places.country(name) == code


@pytest.mark.parametrize("street", ["11200 S. OAK ST.", "12345 Lincoln", "1 Main Street"])
def test_a_street_beside_columns_for_city_and_zip_stays_whole(street):
    company = read_file(f"Company,Address,City,ZIP\nOak LLC,{street},Springfield,62704\n").said[0]["company"]
    assert (company["street"], company["city"], company["postcode"]) == (street, "Springfield", "62704")


def test_the_official_name_of_a_country_in_an_address_goes_before_the_language_of_the_titles():
    company = read_file("Firma;Adresse\nC GmbH;Ringgasse 3, 1010 Wien, Republic of Austria\n").said[0]["company"]
    assert company["country"] == "AT"
