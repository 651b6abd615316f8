"""Facts of a row that contradict the record, and columns that may hold the names of companies."""

from datetime import date

import pytest

from accounts.models import Vehicle
from tests.factories.accounts import make_vehicle
from tests.factories.sheets import make_text
from tests.intake.running import take, why

pytestmark = pytest.mark.django_db


def test_the_columns_of_words_are_named_where_the_number_is_nobodys(north):
    text = "Kundennr.;Kennzeichen;Kurzbez.;Kosten;Bearbeiter\n4711;N-XY 1;Fränk. Brot;12,50;Huber\n"
    run = take(make_text(text), "list.csv", centre=north)
    assert why(run) == [
        "The row identifies its company only by 4711, and no company here has it. These columns were left out: Kurzbez., Bearbeiter."
    ]


def test_a_return_before_the_known_delivery_is_refused_and_nothing_changes(north, north_ag):
    make_vehicle(north_ag, plate="HH-AB 1", delivered_on=date(2026, 6, 1))
    run = take(make_text(f"Firma;Kennzeichen;Rückgabe am\n{north_ag.name};HH-AB 1;01.03.2026\n"), "list.csv", centre=north)
    assert "before the delivery" in why(run)[0] and Vehicle.objects.get().given_back_on is None
