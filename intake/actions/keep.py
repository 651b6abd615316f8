"""Retention of uploaded files, and erasing a person from imports."""

import shutil
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from contacts.models import Person
from contacts.people import person_data
from contacts.people.models.person import fold_name
from intake.models import KEPT_DAYS, Import, Made, StagedRow
from intake.reading.facts import Said
from intake.reading.person import PersonFacts


def forget_files(*, before: timedelta = timedelta(days=KEPT_DAYS)) -> int:
    """Delete the files and raw cells of old imports; how many. What they made is kept."""
    old = [run for run in Import.objects.filter(made_at__lt=timezone.now() - before) if run.folder.exists()]
    for run in old:
        shutil.rmtree(run.folder, ignore_errors=True)
        run.rows.update(cells=[], values={}, problems=[])
    return len(old)


def forget_person(person: Person) -> None:
    """Erase what imports store about `person`: the raw cells and values of rows that name them, and the files of these rows."""
    made = Made.objects.filter(what="person", object_id=person.pk).values("row")
    named = [row.pk for row in StagedRow.objects.exclude(values={}).only("values").iterator() if names(row, person)]
    staged = StagedRow.objects.filter(Q(pk__in=made) | Q(pk__in=named))
    for run in Import.objects.filter(rows__in=staged).distinct():
        shutil.rmtree(run.folder, ignore_errors=True)
    staged.update(cells=[], values={}, problems=[])


def names(row: StagedRow, person: Person) -> bool:
    """True where one of the people in a row has the name of `person`."""
    said = Said.from_json(row.values).all(PersonFacts)
    return any(fold_name(one.first_name, one.last_name) == person.name_folded != "" for one in said)


def register() -> None:
    """Registers imports for erasing. Call once, when the apps are ready."""
    person_data.to_forget.register("intake.stagedrow", forget_person, weight=50)
