"""Asking for an invitation on the landing page, and what staff decide."""

from typing import Unpack

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User
from contacts.models import Channel, Group, Person
from events.models import InvitationRequest
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import PlainNameField, offer_named


class AskForm(forms.Form):
    """Who asks, for which company, and where we may answer."""

    name = PlainNameField(label=_("Your name"), max_length=120, widget=forms.TextInput(attrs={"autocomplete": "name"}))
    company_name = forms.CharField(label=_("Your company"), max_length=160, widget=forms.TextInput(attrs={"autocomplete": "organization"}))
    how_known = forms.CharField(
        label=_("How do we know each other?"),
        max_length=300,
        required=False,
        help_text=_("For example your account manager, or the car you drive."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    email = forms.EmailField(
        label=_("Your e-mail address"),
        max_length=254,
        help_text=_("We use it to answer you, and for nothing else."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )


class InviteAskedForm(forms.Form):
    """Whom to invite: somebody known at the address, or a new person of a company of the user's."""

    person = forms.ModelChoiceField(
        label=_("Who is asking"), queryset=Person.objects.none(), required=False, empty_label=_("someone we don’t know yet")
    )
    company = forms.CharField(
        label=_("Company"), max_length=200, help_text=_("The company’s name in the portal. A new company has to be added first.")
    )
    group = forms.ChoiceField(label=_("Role at the company"), choices=Group.choices, initial=Group.USER)

    def __init__(self, data: FormData = None, *, asked: InvitationRequest, user: User, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.companies = Company.objects.where(user, may="invite").active()
        self.fields["company"].initial = asked.company_name
        known = Person.objects.visible_to(user).filter(addresses__channel=Channel.EMAIL, addresses__value_folded=asked.email_folded)
        offer_named(self, "person", known.distinct(), lambda person: person.name)
        if len(people := list(known.distinct()[:2])) == 1:
            self.fields["person"].initial = people[0].pk
        if not people:
            del self.fields["person"]

    def clean_company(self) -> Company:
        found = self.companies.called(str(self.cleaned_data["company"]))
        if len(found) != 1:
            raise ValidationError(
                _("Several of your companies have this name. Open the right one and add the person there.")
                if found
                else _("None of your companies has this name. Enter the company first, or correct the name.")
            )
        return found[0]
