import re
from collections.abc import Mapping

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from contacts.consent.models import Purpose

PLACEHOLDER = re.compile(r"\{(\w*)\}")
# What the braces in a text are filled with.
PLACEHOLDERS = {
    "company": _("the company’s name"),
    "vehicles": _("the number plates in the reason"),
    "date": _("the date in the reason"),
    "me": _("the name of the colleague writing"),
}
# The names of the templates that migrations enter, for the catalogues of translations.
SHIPPED = (
    gettext_noop("Thanks for the conversation"),
    gettext_noop("The offer, as promised"),
    gettext_noop("Contracts end: what follows?"),
    gettext_noop("I could not reach you"),
    gettext_noop("Test drive"),
)


class MailTemplate(models.Model):
    """An e-mail that the house offers on a card, with a text in each language; administrators edit it."""

    name = models.CharField(
        _("name"), max_length=80, unique=True, help_text=_("Colleagues choose the template by this name; customers don’t see it.")
    )
    purpose = models.CharField(
        _("needs consent to"),
        max_length=11,
        choices=Purpose,
        blank=True,
        help_text=_("Leave this empty for an answer, or for what concerns the customer’s own vehicles and contracts."),
    )
    weight = models.PositiveSmallIntegerField(_("position"), default=100)
    is_offered = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("e-mail template")
        verbose_name_plural = _("e-mail templates")
        ordering = ("weight", "pk")

    def __str__(self) -> str:
        return gettext(self.name) if self.name in SHIPPED else self.name


def check_placeholders(text: str) -> None:
    """Raises ValidationError where `text` has braces that nothing fills."""
    known, asked = PLACEHOLDERS.keys(), PLACEHOLDER.findall(text)
    if wrong := [name for name in asked if name not in known] or re.findall(r"[{}]", PLACEHOLDER.sub("", text)):
        values = {"wrong": ", ".join(wrong), "known": ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)}
        raise ValidationError(_("“%(wrong)s” can’t be filled in. You can use: %(known)s.") % values)


class MailTemplateText(models.Model):
    """A template in one language. Greeting and signature are added when it is sent."""

    template = models.ForeignKey(MailTemplate, on_delete=models.CASCADE, related_name="texts")
    language = models.CharField(_("language"), max_length=8, choices=settings.LANGUAGES)
    subject = models.CharField(_("subject"), max_length=150)
    text = models.TextField(_("text"), max_length=2000, help_text=_("Without greeting and signature; these are added."))

    class Meta:
        verbose_name = _("text")
        verbose_name_plural = _("texts, one for each language")
        constraints = [models.UniqueConstraint(fields=["template", "language"], name="one_text_for_each_language")]

    def __str__(self) -> str:
        return f"{self.template} ({self.language})"

    def clean(self) -> None:
        """Refuses braces that nothing fills."""
        wrong: dict[str, ValidationError] = {}
        for name in ("subject", "text"):
            try:
                check_placeholders(getattr(self, name))
            except ValidationError as error:
                wrong[name] = error
        if wrong:
            raise ValidationError(wrong)

    def filled(self, values: Mapping[str, str]) -> tuple[str, str] | None:
        """Subject and text with `values` in their braces; None where a value is missing."""
        if any(not values.get(name) for name in PLACEHOLDER.findall(self.subject + self.text)):
            return None
        subject, text = (PLACEHOLDER.sub(lambda found: values[found[1]], words) for words in (self.subject, self.text))
        return subject, text
