"""Money: whole cents below, decimals above."""

from decimal import Decimal

import pytest
from django import forms
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from fleetportal.core.money import CentsField, as_cents, as_decimal, display

CENTS = st.integers(min_value=-(10**15), max_value=10**15)


class Form(forms.Form):
    value = CentsField(required=False)


@given(CENTS)
def test_cents_survive_the_way_to_decimal_and_back(cents):
    assert as_cents(as_decimal(cents)) == cents


@given(st.integers(min_value=0, max_value=10**14))
def test_what_a_form_shows_is_what_it_reads(cents):
    shown = Form(initial={"value": cents})["value"].value()
    form = Form({"value": str(shown)}, initial={"value": cents})
    assert form.is_valid()
    assert form.cleaned_data["value"] == cents
    assert not form.has_changed()


@pytest.mark.parametrize("amount", ["0.001", "1.005", "-0.125"])
def test_a_fraction_of_a_cent_is_refused(amount):
    with pytest.raises(ValueError, match="fraction"):
        as_cents(Decimal(amount))


@pytest.mark.parametrize("typed", ["1.005", "-1", "ten", "NaN", "1e400"])
def test_a_form_refuses_what_is_no_amount(typed):
    assert not Form({"value": typed}).is_valid()


def test_an_empty_field_is_no_amount():
    form = Form({"value": ""})
    assert form.is_valid()
    assert form.cleaned_data["value"] is None


@pytest.mark.parametrize(
    ("language", "shown"),
    [("en", "€1,234.50"), ("de", "1.234,50 €"), ("it", "1.234,50 €"), ("ru", "1 234,50 €")],
)
def test_money_is_written_as_its_reader_writes_it(language, shown, settings):
    settings.CURRENCY = "EUR"
    with translation.override(language):
        assert display(123450).replace("\xa0", " ").replace("\u202f", " ") == shown
        assert display(None) == ""
