"""Forms for sorting what came in: whose it is, or why it is nobody's."""

from typing import Unpack

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from contacts.people.models.person import Person, fold_name
from fleetportal.core.db import fold
from fleetportal.core.web.form_options import FormData, FormOptions

MAY = "serve_customers"


class PlaceMailForm(forms.Form):
    """Whose message it is."""

    person = forms.CharField(
        label=_("Person"), max_length=254, help_text=_("The e-mail address or the full name, as it is written on the person’s page")
    )

    def __init__(self, data: FormData = None, *, user: User, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.people = Person.objects.where(user, may=MAY)

    def clean_person(self) -> Person:
        said = self.cleaned_data["person"]
        if said.isascii() and said.isdigit() and len(said) < 18:  # a suggestion
            named = self.people.filter(pk=said)
        else:
            first, _blank, last = said.rpartition(" ")
            named = self.people.filter(Q(addresses__value_folded=fold(said)[:254]) | Q(name_folded=fold_name(first, last))).distinct()
        found = list(named.order_by("pk")[:6])
        if not found:
            raise forms.ValidationError(
                _("No person among your customers has this e-mail address or name. Check the spelling, or add the person first.")
            )
        if len(found) > 1:
            words = ngettext("%(count)d person has this name.", "%(count)d people have this name.", len(found))
            raise forms.ValidationError((words + " " + str(_("Enter an e-mail address."))) % {"count": len(found)})
        return found[0]


class DiscardMailForm(forms.Form):
    """Why a message concerns nobody."""

    why = forms.ChoiceField(
        label=_("Why?"),
        choices=[
            ("advertising", _("advertising or spam")),
            ("not_for_us", _("not meant for us")),
            ("done", _("answered already")),
            ("other", _("something else")),
        ],
        widget=forms.RadioSelect,
        help_text=_("The text is deleted; that the message came, and why it was discarded, is kept."),
    )
