"""Imports a foreign list from its text to the result."""

from intake import actions as imports
from intake.models import Import
from tests.factories.sheets import make_text


def take(text, *, company=None, centre=None):
    run = imports.bring(make_text(text), name="list.csv", by=None, centre=centre, company=company)
    imports.judge(run, by=None, in_background=False)
    imports.work(run)
    imports.apply(run, by=None, in_background=False)
    imports.work(run)
    return Import.objects.get(pk=run.pk)


def meanings(run):
    return {column.title: column.key for column in run.sheets[0].columns}


def notes(run):
    return [(row.row, problem.kind, problem.value) for row in run.rows.order_by("row") for problem in row.found]
