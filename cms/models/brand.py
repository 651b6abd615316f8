"""The dealership's branding for customers: name, logo, and a colour for the light and the dark theme (ART, "Pictures")."""

import re
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting
from wagtail.fields import RichTextField

from cms import kept

LOGO = "max-480x96"  # twice the displayed size, for high-resolution screens
LEGAL = {"imprint": _("imprint"), "privacy": _("privacy policy")}  # what customers look for on every page
PLAIN = ["h2", "h3", "bold", "italic", "link", "ul", "ol"]
LEAST_CONTRAST = 4.5  # WCAG 2.2, 1.4.3

COLOUR = re.compile(r"\A#[0-9a-f]{6}\Z")
is_colour = RegexValidator(COLOUR.pattern, _("Enter a colour like #0e5a70: a hash followed by six digits or letters from a to f."))


def contrast(one: str, other: str) -> float:
    """The contrast of two colours like "#0e5a70", from 1 to 21. Source: WCAG 2.2, "contrast ratio"."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def colour_field(label: Any, default: str) -> Any:
    return models.CharField(label, max_length=7, default=default, validators=[is_colour])


def colour_panel(name: str) -> FieldPanel:
    return FieldPanel(name, widget=forms.TextInput(attrs={"type": "color"}))


@register_setting(icon="view")
class HouseBrand(BaseGenericSetting):
    """The single row with the branding of customer pages."""

    name = models.CharField(_("name on customer pages"), max_length=60, blank=True)
    logo = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("logo"),
        help_text=_("It is shown on a light background in both light and dark mode."),
    )  # fmt: skip
    brand_day = colour_field(_("buttons in light mode"), "#1d1b18")
    on_brand_day = colour_field(_("button text in light mode"), "#ffffff")
    brand_night = colour_field(_("buttons in dark mode"), "#f3efe7")
    on_brand_night = colour_field(_("button text in dark mode"), "#1d1b18")

    imprint = RichTextField(
        _("imprint"), blank=True, features=PLAIN, help_text=_("The law asks for it. It is linked on every page that customers see.")
    )
    privacy = RichTextField(_("privacy policy"), blank=True, features=PLAIN, help_text=_("It is linked on every page that customers see."))

    panels = [
        FieldPanel("name"),
        FieldPanel("logo"),
        FieldPanel("imprint"),
        FieldPanel("privacy"),
        MultiFieldPanel([FieldRowPanel([colour_panel("brand_day"), colour_panel("on_brand_day")])], heading=_("Light mode")),
        MultiFieldPanel([FieldRowPanel([colour_panel("brand_night"), colour_panel("on_brand_night")])], heading=_("Dark mode")),
    ]

    class Meta:
        verbose_name = _("branding")

    def __str__(self) -> str:
        return self.name or settings.WAGTAIL_SITE_NAME

    def clean(self) -> None:
        """Raises ValidationError where the text on a button would have too little contrast."""
        super().clean()
        pairs = {"on_brand_day": (self.brand_day, self.on_brand_day), "on_brand_night": (self.brand_night, self.on_brand_night)}
        told = {field: contrast(*pair) for field, pair in pairs.items() if all(map(COLOUR.match, pair))}
        faint = {field: found for field, found in told.items() if found < LEAST_CONTRAST}
        if faint:
            message = _("Contrast is %(found).1f:1; it must be at least 4.5:1. Choose a lighter or darker colour.")
            raise ValidationError({field: ValidationError(message, params={"found": found}) for field, found in faint.items()})

    def save(self, *args: object, **kwargs: object) -> None:
        """Also makes the resized logo: a GET must not write (R26)."""
        super().save(*args, **kwargs)
        if self.logo:
            self.logo.get_rendition(LOGO)
        kept.forget_branding()
        transaction.on_commit(kept.forget_branding)  # a request in between has cached the old value

    @property
    def missing(self) -> list[str]:
        """The names of the texts that customers look for and that nobody has written yet."""
        return [str(label) for name, label in LEGAL.items() if not getattr(self, name)]
