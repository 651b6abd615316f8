"""What the questions of a round's script fill in: a fixed list of fields, each written by the verb of its noun."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.customers.actions import companies
from contacts.consent.models import Consent, Purpose
from contacts.people.actions import people
from contacts.people.forms import NO_TELEPHONE, is_telephone
from contacts.people.models.person import Channel, Person, PersonAddress
from contacts.rounds.models import ContactRound, Stop

if TYPE_CHECKING:
    from accounts.models import User

NOTE = "note"  # goes into the line of the timeline
ANSWER = 300
SOURCE = "contact round"
YES_OR_NO = [("", _("Not asked")), ("yes", _("Yes")), ("no", _("No"))]


@dataclass(frozen=True)
class Goal:
    """A field that an answer may fill in: its name for whoever writes the script, how it is asked, and how it is written."""

    code: str
    label: str | Promise
    field: Callable[[str], forms.Field]
    write: Callable[[Stop, Person, str, str, "User"], None]


@dataclass(frozen=True)
class Question:
    """A question of a script, at its place."""

    number: int
    words: str
    goal: Goal

    @property
    def name(self) -> str:
        """The name of its field in forms and workbooks."""
        return f"answer_{self.number}"


def telephone(value: str) -> None:
    if not is_telephone(value):
        raise forms.ValidationError(NO_TELEPHONE)


def text_field(words: str) -> forms.Field:
    return forms.CharField(label=words, max_length=ANSWER, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def email_field(words: str) -> forms.Field:
    return forms.EmailField(label=words, max_length=254, required=False, widget=forms.EmailInput(attrs={"autocomplete": "off"}))


def phone_field(words: str) -> forms.Field:
    attrs = {"autocomplete": "off", "inputmode": "tel"}
    return forms.CharField(label=words, max_length=40, required=False, validators=[telephone], widget=forms.TextInput(attrs=attrs))


def number_field(words: str) -> forms.Field:
    return forms.IntegerField(label=words, min_value=0, max_value=1_000_000, required=False)


def time_field(words: str) -> forms.Field:
    return forms.CharField(label=words, max_length=100, required=False, widget=forms.TextInput(attrs={"autocomplete": "off"}))


def choice_field(words: str) -> forms.Field:
    return forms.ChoiceField(label=words, choices=YES_OR_NO, required=False, widget=forms.RadioSelect)


def to_email(stop: Stop, person: Person, words: str, value: str, by: "User") -> None:
    PersonAddress.enter(person, channel=Channel.EMAIL, value=value, by=by)


def to_phone(stop: Stop, person: Person, words: str, value: str, by: "User") -> None:
    PersonAddress.enter(person, channel=Channel.PHONE, value=value, by=by)


def to_best_time(stop: Stop, person: Person, words: str, value: str, by: "User") -> None:
    people.edit(person, by=by, best_time=value)


def to_employees(stop: Stop, person: Person, words: str, value: str, by: "User") -> None:
    companies.edit(stop.company, by=by, employees=int(value))


def to_offers(stop: Stop, person: Person, words: str, value: str, by: "User") -> None:
    """The question is the wording that was agreed to; without an e-mail address there is nothing to agree for."""
    address = person.usable_address(Channel.EMAIL)
    if address is not None:
        Consent.enter(
            address,
            Purpose.OFFERS,
            is_given=value == "yes",
            wording=words,
            source=SOURCE,
            by=by,
            language=person.language,
            company=stop.company,
        )


def to_note(stop: Stop, person: Person, words: str, value: str, by: "User") -> None:
    """Written with the line of the timeline, by `in_words`."""


GOALS = {
    goal.code: goal
    for goal in (
        Goal(NOTE, _("the timeline, as a note"), text_field, to_note),
        Goal("email", _("the person: e-mail address"), email_field, to_email),
        Goal("phone", _("the person: telephone number"), phone_field, to_phone),
        Goal("best_time", _("the person: best time to call"), time_field, to_best_time),
        Goal("offers", _("the person: consent to offers by e-mail"), choice_field, to_offers),
        Goal("employees", _("the company: number of employees"), number_field, to_employees),
    )
}


def questions_of(contact_round: ContactRound) -> list[Question]:
    return [Question(number, one["words"], GOALS[one["goes_to"]]) for number, one in enumerate(contact_round.script, start=1)]


def fields_of(questions: Sequence[Question]) -> dict[str, forms.Field]:
    """The form fields of a script, by name."""
    return {question.name: question.goal.field(question.words) for question in questions}


def given(questions: Sequence[Question], values: Mapping[str, Any]) -> dict[str, str]:
    """The answers among the cleaned `values` of a form, by the number of the question."""
    said = {str(question.number): values.get(question.name) for question in questions}
    return {number: str(value) for number, value in said.items() if value not in (None, "")}


def write_answers(stop: Stop, questions: Sequence[Question], answers: Mapping[str, str], *, by: "User") -> None:
    """Write each answer where it belongs. Call it inside the verb's transaction. Costs up to 8 queries for each answer."""
    if stop.person is None:
        return
    for question in questions:
        if str(question.number) in answers:
            question.goal.write(stop, stop.person, question.words, answers[str(question.number)], by)


def in_words(questions: Sequence[Question], answers: Mapping[str, str]) -> str:
    """The answers that go nowhere else, for the line of the timeline."""
    noted = [one for one in questions if one.goal.code == NOTE and str(one.number) in answers]
    return "\n".join(f"{one.words} {answers[str(one.number)]}" for one in noted)
