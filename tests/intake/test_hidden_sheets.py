"""Sheets that are hidden in the file are said, on the page of the import and by the command."""

import pytest
from django.core.management import call_command
from django.urls import reverse

from accounts.models import Company
from intake import actions as imports
from tests.core.test_kinds_of_files import hidden_ods, hidden_xlsx
from tests.factories.sheets import make_text

pytestmark = pytest.mark.django_db
SAID = "Alt: This sheet is hidden in the file, so it was not read."


@pytest.mark.parametrize(("content", "name"), [(hidden_xlsx(state="veryHidden"), "list.xlsx"), (hidden_ods(), "list.ods")])
def test_the_command_names_hidden_sheets_and_takes_the_others(north, tmp_path, capsys, content, name):
    path = tmp_path / name
    path.write_bytes(content)
    call_command("import_fleet", str(path), centre=north.slug)
    assert SAID in capsys.readouterr().err and Company.objects.count() == 1


def test_the_page_names_hidden_sheets(north, client, anna, tmp_path):
    path = tmp_path / "list.xlsx"
    path.write_bytes(hidden_xlsx(state="hidden"))
    with path.open("rb") as file:
        run = imports.bring(file, name="list.xlsx", by=anna, centre=north)
    client.force_login(anna)
    assert SAID in client.get(reverse("intake:import", args=[run.pk])).content.decode()


def test_a_text_has_no_hidden_sheets(north):
    assert imports.bring(make_text("Firma;Ort\nHansa Bau AG;Kiel\n"), name="list.csv", by=None, centre=north).hidden_sheets == []
