"""Money: whole cents in the database, Decimal with the installation's currency on the page."""

from decimal import Decimal
from typing import Any

from babel import Locale
from babel.numbers import format_currency
from django import forms
from django.conf import settings
from django.utils.translation import get_language

CENTS = Decimal(100)


def as_decimal(cents: int) -> Decimal:
    return (Decimal(cents) / CENTS).quantize(Decimal("0.01"))


def as_cents(amount: Decimal) -> int:
    """`amount` in cents. Raises ValueError for a fraction of a cent."""
    cents = amount * CENTS
    if cents != cents.to_integral_value():
        raise ValueError(f"{amount} has a fraction of a cent")
    return int(cents)


def display(cents: int | None) -> str:
    """`cents` as a reader of the current language writes money; "" for None."""
    if cents is None:
        return ""
    return format_currency(as_decimal(cents), settings.CURRENCY, locale=(get_language() or "en").replace("-", "_"))


def rounded(cents: int) -> str:
    """`cents` as whole units of the currency, for a headline."""
    language = (get_language() or "en").replace("-", "_")
    pattern = Locale.parse(language).currency_formats["standard"].pattern.replace(".00", "")
    return format_currency(as_decimal(cents).to_integral_value(), settings.CURRENCY, format=pattern, locale=language, currency_digits=False)


class CentsField(forms.DecimalField):
    """A form field: people type 12.40, the cleaned value is 1240."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", Decimal(0))
        super().__init__(decimal_places=2, max_digits=15, **kwargs)

    def prepare_value(self, value: object) -> object:
        return as_decimal(value) if isinstance(value, int) else value

    def clean(self, value: object) -> int | None:
        amount = super().clean(value)
        return None if amount is None else as_cents(amount)

    def has_changed(self, initial: object, data: object) -> bool:
        return super().has_changed(as_decimal(initial) if isinstance(initial, int) else initial, data)
