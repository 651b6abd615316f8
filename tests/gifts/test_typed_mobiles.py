"""Numbers on the claim page: as people of the centre's country, or readers of the page's language, type them."""

import pytest
from django.utils import translation

from gifts.forms import PoolForm


def read(typed: str, *, language: str, country: str = "DE") -> PoolForm:
    with translation.override(language):
        form = PoolForm({"first_name": "Mirko", "contact": typed, "plate": "HH-AB 1"}, country=country)
        form.is_valid()
        return form


@pytest.mark.parametrize(
    ("typed", "language", "number"),
    [
        ("340 1234567", "it", "+393401234567"),
        ("8 916 123-45-67", "ru", "+79161234567"),
        ("0171 2345678", "de", "+491712345678"),
        ("0171 2345678", "it", "+491712345678"),
        ("+39 340 123 4567", "de", "+393401234567"),
        ("07911 123456", "en", "+447911123456"),
    ],
)
def test_a_mobile_typed_the_national_way_reaches_whoever_typed_it(typed: str, language: str, number: str) -> None:
    assert read(typed, language=language).cleaned_data["contact"] == ("phone", number)


@pytest.mark.parametrize(("typed", "language"), [("089 123456", "de"), ("089 123456", "ru"), ("333 1234567", "de"), ("06 6982 1234", "it")])
def test_a_number_that_takes_no_text_is_refused_with_words(typed: str, language: str) -> None:
    form = read(typed, language=language)
    assert "contact" not in form.cleaned_data and form.errors["contact"]


def test_the_country_of_the_centre_counts_first() -> None:
    assert read("340 1234567", language="de", country="IT").cleaned_data["contact"] == ("phone", "+393401234567")
