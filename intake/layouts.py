"""Layouts: the meaning of a file's columns, saved under a name for the next file with the same titles."""

from django.utils import timezone

from accounts.models import User
from intake.models import Layout
from intake.reading.recognition import check
from intake.reading.sheets import SAID, Sheet


def put_known(sheet: Sheet) -> None:
    """Apply the layout saved for these titles, if there is one. Costs 1 query."""
    layout = Layout.objects.for_titles(sheet.signature).first() if sheet.signature else None
    if layout:
        put_on(sheet, layout)


def put_on(sheet: Sheet, layout: Layout) -> None:
    """Set the sheet's columns according to `layout`."""
    for column in sheet.columns:
        kept = layout.columns.get(str(column.index))
        if kept is not None:
            column.set_meaning(kept["key"], SAID)
            column.order = kept.get("order", "")
    sheet.kind, sheet.layout = layout.kind, layout.name
    check(sheet)


def keep(sheet: Sheet, name: str, *, by: User | None) -> Layout:
    """Save the meaning of the sheet's columns under `name`; an existing layout with that name is replaced. Costs 2 queries."""
    columns = {str(column.index): {"key": column.key, "order": column.order} for column in sheet.columns}
    kept = {"signature": sheet.signature, "kind": sheet.kind, "columns": columns, "owner": by, "used_at": timezone.now()}
    layout, _new = Layout.objects.update_or_create(name=name, defaults=kept)
    sheet.layout = name
    return layout
