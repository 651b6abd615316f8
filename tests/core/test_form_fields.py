"""What people type is a day of our times, and a number that a row can have, in whichever form it stands."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.template import Context, Template
from django.test import Client
from django.urls import get_resolver
from django.utils import translation

from accounts.models import Centre, Company, User
from fleetportal.core.web.forms import DayField, RowsField

HOUSE = ("accounts.", "contacts.", "events.", "gifts.", "fleetportal.")


def forms_of(base: type[Any]) -> Iterator[type[Any]]:
    for form in base.__subclasses__():
        yield from forms_of(form)
        if form.__module__.startswith(HOUSE):
            yield form


def test_every_day_in_a_form_of_ours_is_one_of_our_times() -> None:
    assert get_resolver().url_patterns, "all views, and with them all forms, are loaded"
    days = {
        f"{form.__module__}.{form.__name__}.{name}": type(field)
        for form in forms_of(forms.BaseForm)
        for name, field in form.base_fields.items()
        if isinstance(field, forms.DateField)
    }
    assert {name for name, kind in days.items() if not issubclass(kind, DayField)} == set()
    assert len(days) > 12


@pytest.mark.django_db
@pytest.mark.parametrize("number", ["9" * 40, "9" * 19, "-1", "²", "one"])
def test_a_number_that_no_row_can_have_is_asked_again(north: Centre, number: str) -> None:
    field = RowsField(Centre.objects.all())
    assert list(field.clean([str(north.pk)])) == [north]
    with pytest.raises(forms.ValidationError):
        field.clean([str(north.pk), number])


def test_every_choice_of_several_rows_is_made_so() -> None:
    chosen = {form.__name__: field for form in forms_of(forms.BaseForm) for field in form.base_fields.values() if is_rows(field)}
    assert {name for name, field in chosen.items() if not isinstance(field, RowsField)} == set()
    assert "ProgrammeForm" in chosen


def is_rows(field: forms.Field) -> bool:
    return isinstance(field, forms.ModelMultipleChoiceField)


@pytest.mark.django_db
@pytest.mark.parametrize("shown", ["[" * 100_000, json.dumps([1]), '{"name": NaN}', '{"name": ' + "9" * 5000 + "}"])
def test_a_form_that_says_nonsense_of_what_it_showed_is_taken_as_saying_nothing(
    client: Client, anna: User, north_ag: Company, shown: str
) -> None:
    client.force_login(anna)
    page = client.post(f"/companies/{north_ag.pk}/edit/", {"name": "", "_shown": shown})
    assert page.status_code == 422


class Asking(forms.ModelForm[Company]):
    """A choice of a row and choices of words, asked with and without need, as the portal's forms do."""

    must = forms.ModelChoiceField(Centre.objects.none())
    named = forms.ModelChoiceField(Centre.objects.none(), empty_label="nobody yet", required=False)

    class Meta:
        model = Company
        fields = ("parent", "sector")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "none", "choose"), [("en", "none chosen", "please choose"), ("de", "nichts ausgewählt", "bitte wählen")]
)
@pytest.mark.parametrize("tag", ["field", "field_input"])
def test_an_empty_choice_says_what_it_means(language: str, none: str, choose: str, tag: str) -> None:
    with translation.override(language):
        fields = {name: Template(f"{{% {tag} one %}}").render(Context({"one": Asking()[name]})) for name in Asking.base_fields}
    said = {name: re.search(r'<option value=""[^>]*>([^<]*)<', text) for name, text in fields.items()}
    assert {name: found and found[1] for name, found in said.items()} == {
        "must": choose,
        "named": "nobody yet",
        "parent": none,
        "sector": none,
    }
    assert "-----" not in "".join(fields.values())


class AChoice(forms.Form):
    one = forms.ChoiceField(choices=[("", "–"), ("a", "<A>"), ("Group", [("b", "B")])], widget=forms.Select(attrs={"class": "x"}))


def in_one_line(html: str) -> str:
    return " ".join(html.split()).replace("> <", "><").replace(" >", ">")


def test_a_select_is_djangos_whatever_draws_it() -> None:
    """Ours draws its options in one loop (core/templates/django/forms/widgets/select.html)."""
    ours, theirs = (str(AChoice(data={"one": "b"}, renderer=renderer)["one"]) for renderer in (None, DjangoTemplates()))
    assert in_one_line(ours) == in_one_line(theirs)
    assert '<option value="b" selected>B</option>' in in_one_line(ours) and "&lt;A&gt;" in ours


def test_a_long_select_costs_no_template_for_each_option(monkeypatch: pytest.MonkeyPatch) -> None:
    rendered, render = [], Template.render
    monkeypatch.setattr(Template, "render", lambda self, context: (rendered.append(str(self.name)), render(self, context))[1])
    str(AChoice()["one"])
    assert not [name for name in rendered if "option" in name]
