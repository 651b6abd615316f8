"""Retention of uploaded files, and erasing a person from imports."""

import shutil
from datetime import timedelta

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Person
from contacts.people import person_data
from contacts.people.disclosing import CARE, INTEREST, AddsNothing, Disclosed, column, to_disclose
from contacts.people.models.person import fold_name
from fleetportal.core import audit
from intake.models import ENTRY, KEPT_DAYS, Import, Made, StagedRow
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


def rows_about(person: Person) -> list[dict[str, object]]:
    """The rows of files from which the person, an address or a change of theirs came: where they were, and what they said of somebody
    of that name. What a row says of others is not told."""
    entries = audit.Entry.objects.about(person).values("pk")
    addresses = person.addresses.values("pk")
    came = Q(what="person", object_id=person.pk) | Q(what=ENTRY, object_id__in=entries) | Q(what="address", object_id__in=addresses)
    found = StagedRow.objects.filter(pk__in=Made.objects.filter(came).values("row")).select_related("run").order_by("pk")
    return [
        {"file": row.run.name, "read_at": row.run.made_at, "sheet": row.sheet + 1, "row": row.row, "said": said_of(row, person)}
        for row in found
    ]


def said_of(row: StagedRow, person: Person) -> dict[str, object]:
    """What the row says of somebody with the name of `person`."""
    said = Said.from_json(row.values).all(PersonFacts)
    same = [one for one in said if fold_name(one.first_name, one.last_name) == person.name_folded]
    return dict(same[0].to_json()) if same else {}


def register() -> None:
    """Registers imports for erasing and for requests for access. Call once, when the apps are ready."""
    columns = (
        *(column("file", _("file")), column("read_at", _("read")), column("sheet", _("sheet")), column("row", _("row"))),
        column("said", _("content of the row")),
    )
    to_disclose.register("intake.stagedrow", Disclosed(_("Imported from files"), CARE, INTEREST, rows_about, columns), weight=50)
    to_disclose.register("intake.made", AddsNothing("ties a row of a file to what it made; told with the row"))
    person_data.to_forget.register("intake.stagedrow", forget_person, weight=50)
