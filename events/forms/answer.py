"""The guest's reply: number of people, names, wishes, a question."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Unpack

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.pages import whole_number

LONGEST_NAME = 40

COMING: dict[int, str | Promise] = {
    1: _("I’m coming"),
    2: _("We’re both coming"),
    3: _("All three of us are coming"),
    4: _("All four of us are coming"),
    5: _("All five of us are coming"),
    6: _("All six of us are coming"),
}
SEATS_IN_WORDS = (_("Second guest"), _("Third guest"), _("Fourth guest"), _("Fifth guest"), _("Sixth guest"))


@dataclass(frozen=True)
class Size:
    """One party size: its radio button, the label of the submit button, and the name field of its last guest."""

    number: int
    words: str
    is_chosen: bool
    name_field: str
    name_label: str
    name: str


class AnswerForm(forms.Form):
    """The answer to an invitation. It offers up to `most` seats; whoever types more, up to the `limit`, hears from the verb why not."""

    party = forms.IntegerField(label=_("How many of you are coming?"), min_value=1)
    wishes = forms.CharField(label=_("Child seats, food or anything else we should prepare"), max_length=500, required=False)
    question = forms.CharField(label=_("A question about the car"), max_length=500, required=False)

    def __init__(self, data: FormData = None, *, most: int, limit: int = 0, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.most = max(1, most)
        self.fields["party"] = forms.IntegerField(label=self.fields["party"].label, min_value=1, max_value=max(self.most, limit))
        for number in range(2, max(self.most, limit) + 1):
            self.fields[f"name{number}"] = forms.CharField(max_length=LONGEST_NAME, required=False)

    @property
    def companions(self) -> list[str]:
        """First names in the order of the seats, without empty ones at the end."""
        names = [self.cleaned_data.get(f"name{number}", "") for number in range(2, self.cleaned_data["party"] + 1)]
        return [name for name in names if name]

    @property
    def answers(self) -> dict[str, Any]:
        """The arguments of the verbs."""
        data = self.cleaned_data
        return {"party": data["party"], "companions": self.companions, "wishes": data["wishes"], "question": data["question"]}

    @property
    def chosen(self) -> int:
        return min(whole_number(str(self["party"].value())) or 1, self.most)

    def sizes(self) -> Iterator[Size]:
        for number in range(1, self.most + 1):
            text = COMING.get(number) or ngettext("All %d of us are coming", "All %d of us are coming", number) % number
            field = f"name{number}" if number > 1 else ""
            label = SEATS_IN_WORDS[number - 2] if 1 < number <= len(SEATS_IN_WORDS) + 1 else _("Another guest")
            yield Size(number, str(text), number == self.chosen, field, str(label), str(self[field].value() or "") if field else "")
