"""The people to leave out of the invitations: a tick for each person, kept from page to page."""

from django import forms

from events.actions.selected import COMPANIES, EVERYBODY, PEOPLE, SelectedRows
from fleetportal.core.web.pages import whole_number


class KeysField(forms.Field):
    """Ids in one text, so that one form field holds any number of them."""

    widget = forms.HiddenInput

    def to_python(self, value: object) -> list[int]:
        found = [whole_number(text) for text in str(value or "").split()]
        ids = [number for number in found if number is not None]
        if len(ids) < len(found):
            raise forms.ValidationError(forms.IntegerField.default_error_messages["invalid"], code="invalid")
        return ids


class TickedField(forms.TypedMultipleChoiceField):
    """The ids of the ticked people."""

    def valid_value(self, value: str) -> bool:
        return whole_number(value) is not None


class ProposalForm(forms.Form):
    """One page of the proposal: the people `shown`, the ticked ones, and those left out on other pages."""

    shown = KeysField(required=False)
    left_out = KeysField(required=False)
    invite = TickedField(coerce=int, required=False)
    of = forms.ChoiceField(choices=[(PEOPLE, PEOPLE), (COMPANIES, COMPANIES)], required=False)
    among = KeysField(required=False)  # the keys of the rows that were selected in the list `of`
    after = forms.IntegerField(min_value=0, required=False)  # the cap of invitations when the wave was shown

    @property
    def selected(self) -> SelectedRows:
        return SelectedRows(self.cleaned_data["of"], tuple(self.cleaned_data["among"])) if self.cleaned_data["of"] else EVERYBODY

    @property
    def without(self) -> list[int]:
        """The ids of all people left out: on other pages, and those not ticked here."""
        shown, ticked = self.cleaned_data["shown"], set(self.cleaned_data["invite"])
        elsewhere = set(self.cleaned_data["left_out"]).difference(shown)
        return sorted(elsewhere.union(shown) - (ticked - elsewhere))
