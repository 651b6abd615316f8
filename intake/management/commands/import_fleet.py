"""`import_fleet FILE…`: what the import page does, from the command line."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.customers.vat import compact
from accounts.models import Centre, Company
from fleetportal.core.db import fold
from fleetportal.core.errors import Refused
from intake import actions as imports
from intake import wording
from intake.actions.report import write_report
from intake.models import Import, Layout, Verdict
from intake.reading.problems import Problem
from intake.reading.sheets import Sheet

ROWS_REJECTED, NOT_READ = 1, 2


class Command(BaseCommand):
    help = "Imports companies, people and vehicles from XLSX, CSV or ODS. Exit 1 when rows were rejected, 2 when a file can't be taken."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("files", nargs="+", metavar="FILE")
        parser.add_argument("--centre", metavar="SLUG", help="where new companies go; the first centre if there is only one")
        parser.add_argument("--company", metavar="VAT|ID|NAME", help="whose vehicles these are, where no column says so")
        parser.add_argument("--layout", metavar="NAME", help="read the columns as a layout kept on the page")
        parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")
        parser.add_argument("--report", metavar="OUT.xlsx", help="the workbook with a column that says what is wrong in each row")

    def handle(self, *args: Any, **options: Any) -> None:
        centre = the_centre(options["centre"])
        company = the_company(options["company"]) if options["company"] else None
        layout = the_layout(options["layout"]) if options["layout"] else None
        if options["report"] and len(options["files"]) > 1:
            raise CommandError("--report takes one file at a time.", returncode=NOT_READ)
        worst = 0
        for name in options["files"]:
            worst = max(worst, self.import_file(Path(name), centre, company, layout, options))
        if worst:
            raise SystemExit(worst)

    def import_file(
        self, path: Path, centre: Centre | None, company: Company | None, layout: Layout | None, options: dict[str, object]
    ) -> int:
        """The exit code of one file."""
        try:
            with path.open("rb") as file:
                run = imports.bring(file, name=path.name, by=None, centre=centre, company=company)
            if layout:
                imports.use_layout(run, layout, by=None)
            for words in wording.refusals_of(run.sheets, run.hidden_sheets):
                self.stderr.write(f"{path.name}: {words}")
            imports.judge(run, by=None, in_background=False)
        except imports.WhoseVehicles as question:
            self.stderr.write(f"{path.name}: {question} " + _("Name the company with --company."))
            return NOT_READ
        except Refused as refused:
            if not isinstance(refused, imports.CannotBeTaken):
                self.stderr.write(str(refused))
            return NOT_READ
        except OSError as error:
            self.stderr.write(f"{path}: {error.strerror}")
            return NOT_READ
        imports.work(run)
        if not options["dry_run"] and run.rows.to_apply().exists():
            imports.apply(run, by=None, in_background=False)
            imports.work(run)
        return self.say(run, path, options)

    def say(self, run: Import, path: Path, options: dict[str, Any]) -> int:
        for row in run.rows.with_problems().iterator():
            sheet = run.sheet_at(row.sheet)
            for problem in row.found:
                if problem.stops or options["verbosity"] > 1:
                    self.stdout.write(problem_line(path.name, sheet, row.row, problem))
        self.stdout.write(summary(run, path.name, dry=options["dry_run"]))
        if options["report"]:
            write_report(run, Path(options["report"]))
        return ROWS_REJECTED if run.rows.filter(verdict=Verdict.REJECTED).exists() else 0


def problem_line(name: str, sheet: Sheet, row: int, problem: Problem) -> str:
    """File, sheet, row, column, value and reason, separated by tabs, without terminal control characters."""
    index = problem.column
    column = sheet.titles[index] or f"column {index + 1}" if index is not None and index < len(sheet.titles) else ""
    parts = (name, sheet.name, f"row {row}", column, problem.value, wording.sentence(problem))
    return "\t".join("".join(sign if sign.isprintable() else " " for sign in part) for part in parts)


def summary(run: Import, name: str, *, dry: bool) -> str:
    counts = {word: run.rows.filter(verdict=word).count() for word in Verdict.values}
    verdicts = f"{counts['new']} new, {counts['changed']} changed, {counts['same']} the same, {counts['rejected']} rejected"
    said = f"{name}: {sum(counts.values())} rows read: {verdicts}"
    if dry:
        return f"{said}; dry run, nothing written."
    made = [
        f"{run.progress.made.get(what, 0)} {noun}"
        for what, noun in (("company", "companies"), ("vehicle", "vehicles"), ("person", "people"), ("service_visit", "service visits"))
    ]
    return f"{said}; made {', '.join(made)}."


def the_centre(slug: str | None) -> Centre | None:
    if slug is None:
        return Centre.objects.order_by("pk").first()
    found = Centre.objects.filter(slug=slug).first()
    if found is None:
        raise CommandError(
            f"There is no centre {slug!r}; there are: {', '.join(Centre.objects.values_list('slug', flat=True))}.", returncode=NOT_READ
        )
    return found


def the_company(asked: str) -> Company:
    """The company with that VAT number, id, source number or name."""
    companies = Company.objects.all()
    try:
        found = companies.filter(vat_number=compact(asked))
    except ValidationError:
        found = companies.none()
    for attempt in (
        found,
        companies.filter(pk=int(asked)) if asked.isdecimal() and len(asked) < 15 else found,
        companies.filter(external_id=asked),
        companies.filter(name_folded=fold(asked)[:200]),
    ):
        matches = list(attempt[:2])
        if len(matches) == 1:
            return matches[0]
        if matches:
            raise CommandError(f"More than one company is called {asked!r}; give its VAT number.", returncode=NOT_READ)
    raise CommandError(f"There is no company {asked!r}: neither VAT number nor number nor name.", returncode=NOT_READ)


def the_layout(name: str) -> Layout:
    found = Layout.objects.filter(name=name).first()
    if found is None:
        raise CommandError(
            f"There is no layout {name!r}; there are: {', '.join(Layout.objects.values_list('name', flat=True)) or 'none'}.",
            returncode=NOT_READ,
        )
    return found
