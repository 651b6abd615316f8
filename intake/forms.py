"""Forms about an uploaded file."""

from collections.abc import Callable, Iterable
from typing import Unpack

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.customers.vat import compact
from accounts.models import Centre, Company, User
from fleetportal.core.web.form_options import FormData, FormOptions
from fleetportal.core.web.forms import offer
from intake.batches import MAY
from intake.models import Import
from intake.reading.fields import FLAG
from intake.reading.kinds import fields, kinds
from intake.reading.sheets import ImportColumn, Sheet


class FileForm(forms.Form):
    """The file."""

    file = forms.FileField(label=_("File"), max_length=200, widget=forms.FileInput(attrs={"accept": ".xlsx,.ods,.csv,.tsv,.txt"}))


class WhereForm(forms.Form):
    """The owner of the vehicles, and the centre of new companies."""

    company = forms.CharField(
        label=_("Whose vehicles are these?"),
        max_length=160,
        required=False,
        help_text=_("The company’s name, VAT number or our number for it. It must be a company you look after."),
    )
    centre = forms.ModelChoiceField(label=_("Centre for new companies"), queryset=Centre.objects.none(), required=False)

    def __init__(self, data: FormData = None, *, user: User, run: Import, **options: Unpack[FormOptions]) -> None:
        options["initial"] = {"company": run.company, "centre": run.centre_id}
        super().__init__(data, **options)
        self.user = user
        offer(self, centre=Centre.objects.for_entering(user).order_by("name"))

    def clean_company(self) -> Company | None:
        asked = self.cleaned_data["company"].strip()
        if not asked:
            return None
        companies = Company.objects.where(self.user, may=MAY)
        try:
            by_vat = companies.filter(vat_number=compact(asked))
        except ValidationError:
            by_vat = companies.none()
        by_number = companies.filter(pk=int(asked)) if asked.isdecimal() and len(asked) < 15 else companies.none()
        ways: tuple[Callable[[], Iterable[Company]], ...]
        ways = (lambda: by_vat[:2], lambda: by_number[:2], lambda: companies.called(asked))
        for find in ways:
            matches = list(find())
            if len(matches) == 1:
                return matches[0]
            if matches:
                raise forms.ValidationError(_("More than one of your companies has this name. Enter the VAT number instead."))
        raise forms.ValidationError(
            _("None of your companies has this name. Enter the name exactly as it appears in the list, or the VAT number.")
        )


class ColumnsForm(forms.Form):
    """The meaning of the columns of each sheet: fields `kind-SHEET` and `col-SHEET-COLUMN`."""

    def __init__(self, data: FormData = None, *, run: Import, **options: Unpack[FormOptions]) -> None:
        super().__init__(data, **options)
        self.run = run
        meanings = [("", _("Do not import")), *((key, one.label) for key, one in fields().items() if one.kind != FLAG)]
        for sheet in run.sheets:
            self.fields[kind_field(sheet)] = forms.ChoiceField(
                label=_("This sheet contains"), choices=choices_of_kinds(), initial=sheet.kind if sheet.is_taken else "", required=False
            )
            for column in sheet.columns:
                self.fields[column_field(sheet, column)] = forms.ChoiceField(
                    label=column.title, choices=meanings, initial=column.key, required=False
                )

    @property
    def kinds(self) -> dict[int, str]:
        """The kind of each sheet, "" where it is left out."""
        return {sheet.index: self.cleaned_data[kind_field(sheet)] for sheet in self.run.sheets}

    @property
    def meanings(self) -> dict[int, dict[int, str]]:
        """The meaning of each column of each sheet."""
        said = self.cleaned_data
        return {sheet.index: {one.index: said[column_field(sheet, one)] for one in sheet.columns} for sheet in self.run.sheets}


def choices_of_kinds() -> list[tuple[str, object]]:
    return [*((kind.name, kind.label) for kind in kinds), ("", _("nothing to import: leave this sheet out"))]


def kind_field(sheet: Sheet) -> str:
    return f"kind-{sheet.index}"


def column_field(sheet: Sheet, column: ImportColumn) -> str:
    return f"col-{sheet.index}-{column.index}"


class LayoutForm(forms.Form):
    """The name under which the layout is saved."""

    name = forms.CharField(label=_("Save this layout as"), max_length=80)
    sheet = forms.IntegerField(widget=forms.HiddenInput)
