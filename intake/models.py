from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Self

from django.conf import settings
from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Centre, Company
from fleetportal.core.db.stored import Stored
from fleetportal.core.jobs.queue import Job
from fleetportal.core.jobs.queue import JobState as JobState
from intake.progress import Position, Progress
from intake.reading.facts import Said
from intake.reading.problems import Problem
from intake.reading.rows import Row
from intake.reading.sheets import Sheet, sheets_from_json, sheets_to_json

if TYPE_CHECKING:
    from accounts.models import User

JOB = "intake.import"
ENTRY, ASSIGNMENT = "entry", "assignment"  # kinds of traces: a change in the history, an assignment to a new company
KEPT_DAYS = 90  # of the uploaded file and the raw cells; imported data is kept


class LayoutQuerySet(models.QuerySet["Layout"]):
    def for_titles(self, signature: str) -> Self:
        """Layouts of sheets with exactly these titles, the one used last first."""
        return self.filter(signature=signature).order_by("-used_at")


class Layout(models.Model):
    """What the columns of a kind of sheet mean, kept under a name: the next file with the same titles is known."""

    name = models.CharField(_("name"), max_length=80, unique=True)
    signature = models.CharField(max_length=40, db_index=True)  # of the titles, in order
    kind = models.CharField(max_length=10)
    columns = models.JSONField(default=dict)  # {index: {"key": …, "order": …}}
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    used_at = models.DateTimeField(default=timezone.now)

    objects = LayoutQuerySet.as_manager()

    class Meta:
        verbose_name = _("layout")
        verbose_name_plural = _("layouts")

    def __str__(self) -> str:
        return self.name


class ImportQuerySet(models.QuerySet["Import"]):
    def visible_to(self, user: "User") -> Self:
        """The user's own imports: a file shows whatever its owner could see. Those of the command, which nobody owns, are the
        administrators' of their centre; those of no centre are for administrators of all."""
        if not user.is_authenticated:
            return self.none()
        centres = user.rights.centres("administer")
        nobodys = Q(owner=None, centre__in=centres) | (Q(owner=None, centre=None) if user.may_everywhere("administer") else Q(pk__in=[]))
        return self.filter(Q(owner=user) | nobodys)

    def just_brought(self, owner: "User", *, name: str, digest: str, since: datetime) -> Self:
        """Imports of the same file that `owner` brought after `since`, and that nothing was done with."""
        untouched = (Import.State.COLUMNS, Import.State.JUDGING, Import.State.JUDGED)
        return self.filter(owner=owner, name=name, digest=digest, state__in=untouched, made_at__gt=since).order_by("-pk")


class Import(models.Model):
    """An uploaded file: its content, what it would make, and what was made of it."""

    class State(models.TextChoices):
        COLUMNS = "columns", _("columns to be checked")  # recognised; the user checks the result
        JUDGING = "judging", _("dry run in progress")
        JUDGED = "judged", _("dry run finished")  # nothing is written yet
        APPLYING = "applying", _("importing")
        DONE = "done", _("imported")
        STOPPED = "stopped", _("stopped")
        UNDOING = "undoing", _("being undone")
        UNDONE = "undone", _("undone")

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="imports")
    centre = models.ForeignKey(Centre, null=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("centre"))
    company = models.ForeignKey(
        Company, null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("company the vehicles belong to")
    )
    name = models.CharField(_("file"), max_length=200)
    size = models.BigIntegerField()
    digest = models.CharField(max_length=64)
    kind = models.CharField(max_length=4)
    state = models.CharField(_("state"), max_length=9, choices=State, default=State.COLUMNS, db_index=True)
    sheets = Stored(sheets_from_json, sheets_to_json, default=list)  # as recognised, with the user's corrections
    hidden_sheets = models.JSONField(default=list, db_default=[])  # names of sheets that hold something and were not read
    position = Stored(Position.from_json, Position.to_json, default=Position)  # where the dry run goes on
    progress = Stored(Progress.from_json, Progress.to_json, default=Progress)
    same_as = models.JSONField(default=dict, db_default={})  # by names in the file: the company that it is, or 0 where it is another one
    job = models.ForeignKey(Job, null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField(_("uploaded"), default=timezone.now)
    ended_at = models.DateTimeField(null=True)

    objects = ImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import")
        verbose_name_plural = _("imports")
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return self.name

    @property
    def folder(self) -> Path:
        return Path(settings.FILES_ROOT) / "imports" / str(self.pk)

    @property
    def source(self) -> Path:
        """The uploaded file."""
        return self.folder / "source"

    @property
    def spool(self) -> Path:
        """The spool: its rows, one a line."""
        return self.folder / "rows.jsonl"

    @property
    def is_read(self) -> bool:
        """False until the file has been read completely."""
        return bool(self.kind)

    @property
    def is_running(self) -> bool:
        return self.state in (self.State.JUDGING, self.State.APPLYING, self.State.UNDOING)

    @property
    def has_failed(self) -> bool:
        """True where the job broke while the import was under way, or the account of whoever began it was deleted."""
        if self.job is None:
            return self.state == self.State.UNDOING
        return self.is_running and (self.job.state == JobState.FAILED or self.job.has_lost_owner)

    @property
    def is_kept(self) -> bool:
        """True while the file still exists."""
        return self.spool.exists()

    @property
    def taken_sheets(self) -> list[Sheet]:
        return [sheet for sheet in self.sheets if sheet.is_taken]

    def sheet_at(self, index: int) -> Sheet:
        return next(sheet for sheet in self.sheets if sheet.index == index)

    @property
    def asks_owner(self) -> bool:
        """True while a sheet contains vehicles and no owner was chosen."""
        return self.company_id is None and any(sheet.asks_owner for sheet in self.taken_sheets)


class Verdict(models.TextChoices):
    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    SAME = "same", _("unchanged")
    REJECTED = "rejected", _("left out")
    SKIPPED = "skipped", _("no data")


class StagedRowQuerySet(models.QuerySet["StagedRow"]):
    def to_apply(self) -> Self:
        return self.filter(verdict__in=(Verdict.NEW, Verdict.CHANGED), applied_at=None).order_by("pk")

    def naming_parents(self) -> Self:
        """Rows taken whose company belongs to another."""
        return self.filter(values__company__parent__isnull=False).exclude(applied_at=None).order_by("pk")

    def count_taken(self) -> tuple[int, int]:
        """(rows taken, rows that could not be taken any more when their turn came). Costs 1 query."""
        refused = Count("pk", filter=Q(verdict=Verdict.REJECTED))
        counts = self.exclude(applied_at=None).aggregate(all=Count("pk"), refused=refused)
        return counts["all"] - counts["refused"], counts["refused"]

    def with_problems(self) -> Self:
        """Rows that are left out, and rows that are only partly applied."""
        return self.filter(Q(verdict=Verdict.REJECTED) | Q(has_notes=True)).order_by("sheet", "row")


class StagedRow(models.Model):
    """One row of the file: its cells, how they were understood, and its verdict."""

    run = models.ForeignKey(Import, on_delete=models.CASCADE, related_name="rows", db_index=False)  # first in most indexes below
    sheet = models.PositiveSmallIntegerField()
    row = models.PositiveIntegerField()
    cells = models.JSONField(default=list)  # as they are in the file
    values = models.JSONField(default=dict)  # as understood
    verdict = models.CharField(max_length=8, choices=Verdict)
    makes = models.JSONField(default=dict)  # what the row would make or change, by noun
    problems = models.JSONField(default=list)
    problem = models.CharField(max_length=16, blank=True)  # the code of the first; the page's chips
    has_notes = models.BooleanField(default=False)  # taken, but something in it was not
    key = models.CharField(max_length=64, blank=True)  # the row's key within this file
    other_key = models.CharField(max_length=64, blank=True)  # a vehicle's plate beside its VIN; a company's number in the source
    company_key = models.CharField(max_length=64, blank=True)
    fingerprint = models.CharField(max_length=40, blank=True)
    applied_at = models.DateTimeField(null=True)

    objects = StagedRowQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "sheet", "row"], name="one_staged_row")]
        indexes = [
            models.Index(fields=["fingerprint"], name="staged_by_fingerprint"),
            models.Index(fields=["run", "key"], name="staged_by_key"),
            models.Index(fields=["run", "other_key"], name="staged_by_other_key"),
            models.Index(fields=["run", "verdict", "applied_at", "id"], name="staged_by_verdict"),
        ]

    def __str__(self) -> str:
        return f"{self.run_id}: {self.sheet}/{self.row}"

    @property
    def found(self) -> list[Problem]:
        """The problems of the row."""
        return [Problem.from_json(one) for one in self.problems]

    def reject(self, problems: Iterable[Problem]) -> None:
        """Reject the row after all. Costs 1 query."""
        added = list(problems)
        self.verdict, self.problem = Verdict.REJECTED, added[0].kind[:16]
        self.problems = [*self.problems, *(one.to_json() for one in added)]
        self.save(update_fields=["verdict", "problems", "problem"])


def understood(rows: "models.QuerySet[StagedRow]") -> list[Row]:
    """What was understood of `rows`, as they were judged; without their cells, which are half of what is kept. Costs 1 query."""
    found = rows.values_list("sheet", "row", "values", "pk", "fingerprint")
    return [Row(sheet, row, [], Said.from_json(said), staged=pk, fingerprint=known) for sheet, row, said, pk, known in found]


class Stays(models.TextChoices):
    """Why an undo leaves a row unchanged."""

    EDITED = "edited", _("edited since")
    CHANGED = "changed", _("the same details were changed again since; the newer ones stay")
    IN_USE = "in_use", _("something else uses it now")
    CONFLICT = "conflict", _("the earlier details conflict with something entered since")
    LOST = "lost", _("what the earlier details referred to no longer exists")
    REACH = "reach", _("you no longer look after the company")
    COMPANY = "company", _("the company stays")


class MadeQuerySet(models.QuerySet["Made"]):
    def to_undo(self, run: Import, *, most: int) -> "list[Made]":
        """The next traces for an undo: newest first, assignments last, because they go with their companies. Costs 1 or 2 queries."""
        undecided = self.filter(row__run=run, stays="").order_by("-pk")
        found = list(undecided.exclude(what=ASSIGNMENT)[:most])
        return found if len(found) == most else [*found, *undecided.filter(what=ASSIGNMENT)[: most - len(found)]]

    def staying(self, run: Import) -> Self:
        """Rows that the last undo left unchanged."""
        return self.filter(row__run=run).exclude(stays="")


class Made(models.Model):
    """A row of ours that a staged row made or changed; for the undo and for knowing the row again by its fingerprint."""

    row = models.ForeignKey(StagedRow, on_delete=models.CASCADE, related_name="made")
    what = models.CharField(max_length=24)  # company, vehicle, person, address, a group's role, holder, drive, assignment
    object_id = models.BigIntegerField()  # where `what` is "entry" that of the entry in the history
    stays = models.CharField(max_length=8, choices=Stays, blank=True, db_default="")  # why the undo left it unchanged
    used_by = models.CharField(max_length=60, blank=True, db_default="")  # the table of the rows that depend on it, like "accounts.vehicle"

    objects = MadeQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["what", "object_id"], name="made_by_object")]

    def __str__(self) -> str:
        return f"{self.what} {self.object_id}"
