"""Shared by the import tests: a fleet list, and an import from file to verdicts."""

import pytest

from intake import actions as imports
from intake import batches
from intake.models import Import
from intake.wording import words_of
from tests.factories.sheets import make_xlsx

State = Import.State
FLEET = [
    ["Firma", "USt-IdNr.", "PLZ", "Ort", "Kennzeichen", "FIN", "Hersteller", "Modell", "Erstzulassung", "Leasingende", "Fahrer",
    "km-Stand"],
    ["Nordhafen Logistik SE", "DE136695976", "20457", "Hamburg", "HH-NL 1204", "WVWZZZ3CZRE014512", "VW", "Passat", "14.03.2024",
    "13.03.2027", "Voss, Henrik", "41.820"],
    ["Nordhafen Logistik SE", "DE136695976", "20457", "Hamburg", "HH-NL 88", "WVWZZZ3CZRE014513", "Ford", "Transit", "02.04.2024",
    "31.03.2027", "nicht zugewiesen", "77.305"],
    ["Tiefbau Carstens GmbH & Co. KG", "", "25421", "Pinneberg", "PI-TC 88", "", "Opel", "Vivaro", "2.5.2023", "", "", ""],
]  # fmt: skip


def judge(file, name, *, by=None, centre=None, company=None):
    run = imports.bring(file, name=name, by=by, centre=centre, company=company)
    imports.judge(run, by=by, in_background=False)
    imports.work(run)
    return Import.objects.get(pk=run.pk)


def take(file, name, **facts):
    run = judge(file, name, **facts)
    if run.rows.to_apply().exists():
        imports.apply(run, by=facts.get("by"), in_background=False)
        imports.work(run)
    return Import.objects.get(pk=run.pk)


def fleet(rows=FLEET):
    return make_xlsx({"Fahrzeuge": rows})


def verdicts(run):
    return list(run.rows.order_by("sheet", "row").values_list("verdict", flat=True))


def why(run):
    return [words_of(problem)[0] for row in run.rows.filter(verdict="rejected").order_by("row") for problem in row.found]


def rows_at_once(monkeypatch: pytest.MonkeyPatch, count: int) -> None:
    """Let a batch take `count` rows, on either database."""
    monkeypatch.setattr(batches, "AT_ONCE", count)
    monkeypatch.setattr(batches, "AT_ONCE_ALONE", count)
