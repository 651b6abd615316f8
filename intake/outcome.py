"""The result of an import in words, the same on every page."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from fleetportal.core.audit import Entry
from intake.models import Import
from intake.nouns.registry import nouns


def summary(run: Import) -> str:
    """The result in words."""
    progress = run.progress
    if run.state in ("done", "stopped"):
        return made(run)
    if run.state == "undone":
        return taken_back(progress.undone, progress.kept)
    if run.state == "judged":
        found = {"new": progress.new, "changed": progress.changed, "same": progress.same, "rejected": progress.rejected}
        return (
            _("Dry run: %(new)s new, %(changed)s changed, %(same)s unchanged, %(rejected)s with a problem. Nothing has been saved yet.")
            % found
        )
    if run.asks_owner:
        return _("Waiting for an answer: whose vehicles are these?")
    return str(run.get_state_display()) if run.is_running or run.taken_sheets else _("Can’t be imported.")


def made(run: Import) -> str:
    """What was imported and what is new, for each noun with any rows."""
    progress = run.progress
    rows = ngettext("%(count)s row imported", "%(count)s rows imported", progress.applied) % {"count": progress.applied}
    new = [noun.new(count) for noun in nouns if (count := progress.made.get(noun.subject.name, 0))]
    return _("%(rows)s: %(new)s.") % {"rows": rows, "new": ", ".join(new)} if new else f"{rows}."


def taken_back(undone: int, kept: int) -> str:
    said = ngettext("Undone: %(count)s entry.", "Undone: %(count)s entries.", undone) % {"count": undone}
    if not kept:
        return said
    stayed = ngettext("%(count)s entry stays.", "%(count)s entries stay.", kept)
    return f"{said} {stayed % {'count': kept}}"


def who_brought(run: Import) -> str:
    """Who uploaded the file, in words. Costs 1 query for a deleted user or the command."""
    if run.owner is not None:
        return str(run.owner)
    by_somebody = Entry.objects.about(run).filter(action="import.brought", actor_id__isnull=False).exists()
    return _("a former colleague") if by_somebody else _("the import command")
