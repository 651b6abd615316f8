"""Who and what is known again: past vehicles, successors on a plate, people who share a mailbox or changed a fact."""

from datetime import date

import pytest

from accounts.models import Vehicle
from contacts.models import Holder, Person
from tests.factories.sheets import make_text, make_xlsx
from tests.intake.running import take, verdicts

pytestmark = pytest.mark.django_db
CARS = "Firma;Kennzeichen;FIN;Marke;Modell;Lieferdatum;Leasingende;km;Nutzer\n"
VIN = "WVWZZZ3CZPE123456"


def bring(text, north):
    return take(make_text(text), "list.csv", centre=north)


def reasons(run):
    return [problem.reason for row in run.rows.order_by("row") for problem in row.found]


@pytest.fixture
def returned(north):
    bring(f"{CARS}Alpha GmbH;HH-AB 12;{VIN};VW;Passat;01.03.2022;28.02.2026;80000;Ute Kern\n", north)
    Vehicle.objects.update(given_back_on=date(2026, 11, 1))
    return Vehicle.objects.get()


def test_a_vehicle_sold_on_is_a_new_one_and_the_past_stays(north, returned):
    run = bring(f"{CARS}Beta Bau GmbH;HH-XY 99;{VIN};VW;Passat;15.11.2026;14.11.2028;50000;Ralf Holm\n", north)
    old, new = Vehicle.objects.order_by("pk")
    assert verdicts(run) == ["new"] and (old.plate, old.mileage_km, old.given_back_on) == ("HH-AB 12", 80000, date(2026, 11, 1))
    assert (new.company.name, new.plate, new.given_back_on) == ("Beta Bau GmbH", "HH-XY 99", None)
    assert [holder.user.person.last_name for holder in Holder.objects.filter(vehicle=new)] == ["Holm"]
    assert not Holder.objects.filter(vehicle=old, user__person__last_name="Holm").exists()


@pytest.mark.parametrize("facts", ["15.11.2026;14.11.2030;90000", ";14.11.2030;90000"])
def test_leased_anew_at_the_same_company_it_is_a_new_one(north, returned, facts):
    run = bring(f"{CARS}Alpha GmbH;HH-AB 12;{VIN};VW;Passat;{facts};Ute Kern\n", north)
    assert verdicts(run) == ["new"] and Vehicle.objects.active().count() == 1 and Vehicle.objects.count() == 2


@pytest.mark.parametrize("facts", ["01.03.2022;28.02.2026;99999", ";;99999"])
def test_an_old_list_changes_nothing_of_what_is_past(north, returned, facts):
    run = bring(f"{CARS}Alpha GmbH;HH-AB 12;{VIN};VW;Passat;{facts};\n", north)
    assert verdicts(run) == ["same"] and "vehicle.history" in reasons(run)
    assert Vehicle.objects.get().mileage_km == 80000


RETURNED = f"Alpha GmbH;HH-AB 12;{VIN};VW;Passat;01.03.2022;;1.11.2026\n"
SOLD_ON = f"Beta Bau GmbH;HH-XY 99;{VIN};VW;Passat;15.11.2026;14.11.2028;\n"


@pytest.mark.parametrize("rows", [RETURNED + SOLD_ON, SOLD_ON + RETURNED])
def test_one_list_tells_of_both_lives_of_a_vehicle(north, rows):
    run = bring(f"Firma;Kennzeichen;FIN;Marke;Modell;Lieferdatum;Leasingende;Rückgabe\n{rows}", north)
    assert verdicts(run) == ["new", "new"]
    told = Vehicle.objects.order_by("delivered_on").values_list("company__name", "given_back_on")
    assert list(told) == [("Alpha GmbH", date(2026, 11, 1)), ("Beta Bau GmbH", None)]


STAFF = "Firma;Personalnummer;Vorname;Nachname\nAlpha GmbH;4711;Ute;Kern\nBeta GmbH;4711;Ralf;Holm\n"


def test_two_companies_may_give_the_same_staff_number(north):
    assert verdicts(bring(STAFF, north)) == ["new", "new"]
    assert verdicts(bring(STAFF, north)) == ["same", "same"]
    assert Person.objects.count() == 2


def test_a_vehicle_names_the_driver_by_the_staff_number_of_its_own_company(north):
    cars = [["Firma", "Kennzeichen", "Personalnummer"], ["Beta GmbH", "HH-B 1", "4711"], ["Alpha GmbH", "HH-A 1", "4711"]]
    staff = [line.split(";") for line in STAFF.splitlines()]
    take(make_xlsx({"Personal": staff, "Fahrzeuge": cars}), "list.xlsx", centre=north)
    held = Holder.objects.values_list("vehicle__plate", "user__person__last_name")
    assert sorted(held) == [("HH-A 1", "Kern"), ("HH-B 1", "Holm")]


BMW = (
    "Firma;Kennzeichen;Marke;Modell;Lieferdatum;Leasingende;km;Nutzer\nAlpha GmbH;HH-AB 12;BMW;320d;01.03.2022;28.02.2026;118400;Ute Kern\n"
)


@pytest.mark.parametrize(
    "row",
    [
        "Skoda;Enyaq;15.03.2026;14.03.2030;250;Ute Kern",
        "BMW;iX1;15.03.2026;;;Ute Kern",
        "Skoda;Enyaq;;;250;",
        "Skoda;Enyaq;01.06.2026;;;",
        "BMW;320d;15.03.2026;14.03.2030;250;Ute Kern",
    ],
)
def test_a_successor_on_the_same_plate_is_asked_about(north, row):
    bring(BMW, north)
    run = bring(BMW.split("\n")[0] + f"\nAlpha GmbH;HH-AB 12;{row}\n", north)
    assert verdicts(run) == ["rejected"] and reasons(run)[-1] == "vehicle.successor" and Vehicle.objects.get().make == "BMW"


@pytest.mark.parametrize(
    "row",
    ["BMW;320d Touring;01.03.2022;28.02.2026;119000;Ute Kern", "BMW;320d;;28.02.2027;119000;", "BMW;320d;01.03.2026;28.02.2028;119000;"],
)
def test_the_same_vehicle_told_in_other_words_is_the_same(north, row):
    bring(BMW, north)
    assert verdicts(bring(BMW.split("\n")[0] + f"\nAlpha GmbH;HH-AB 12;{row}\n", north)) == ["changed"]


@pytest.mark.parametrize(("first", "second", "kept", "reason"),
[(412345, 41235, 412345, "mileage.much_lower"), (50000, 49000, 50000, "mileage.lower"),
(41235, 412345, 412345, "mileage.much_higher")])  # fmt: skip
def test_a_mileage_that_is_not_taken_or_jumps_is_said(north, first, second, kept, reason):
    bring(f"Firma;Kennzeichen;km\nAlpha GmbH;HH-AB 12;{first}\n", north)
    run = bring(f"Firma;Kennzeichen;km\nAlpha GmbH;HH-AB 12;{second}\n", north)
    assert reasons(run) == [reason] and Vehicle.objects.get().mileage_km == kept


PEOPLE = "Firma;Personalnummer;Vorname;Nachname;E-Mail\n"


def names():
    return sorted(Person.objects.values_list("first_name", "last_name"))


def test_somebody_without_a_name_gets_the_whole_name_of_the_first_who_fits(north):
    bring(f"{PEOPLE}Alpha GmbH;;;;info@alpha.example\n", north)
    bring(f"{PEOPLE}Alpha GmbH;;Ute;Kern;info@alpha.example\nAlpha GmbH;;Ralf;Holm;info@alpha.example\n", north)
    assert names() == [("Ralf", "Holm"), ("Ute", "Kern")]


def test_a_new_address_a_married_name_and_a_fuller_name_are_no_new_people(north):
    bring(
        f"{PEOPLE}Alpha GmbH;;Ralf;Holm;ralf@alt.example\nAlpha GmbH;4711;Ute;Kern;ute@alpha.example\nAlpha GmbH;;;Berg;"
        f"berg@alpha.example\n",
        north,
    )
    run = bring(
        f"{PEOPLE}Alpha GmbH;;Ralf;Holm;ralf@neu.example\nAlpha GmbH;4711;Ute;Kern-Holm;uk@alpha.example\nAlpha GmbH;;Tom;Berg;"
        f"berg@alpha.example\n",
        north,
    )
    assert names() == [("Ralf", "Holm"), ("Tom", "Berg"), ("Ute", "Kern")]
    assert set(reasons(run)) == {"email.further", "name.other"}


def test_namesakes_of_one_company_whom_one_list_tells_apart_stay_two(north):
    text = f"{PEOPLE}Alpha GmbH;;Ralf;Holm;ralf.holm@alpha.example\nAlpha GmbH;;Ralf;Holm;ralf.holm2@alpha.example\n"
    bring(text, north)
    assert Person.objects.count() == 2 and verdicts(bring(text, north)) == ["same", "same"]


@pytest.mark.parametrize("doubtful", ["1FTBW2CM5HKA00001", "WVWZZZ3CZPE12"])
def test_a_vin_that_was_taken_with_a_remark_is_corrected_by_the_mended_list(north, doubtful):
    for vin in (doubtful, VIN):
        run = bring(f"Firma;Kennzeichen;FIN;Marke\nAlpha GmbH;HH-AB 12;{vin};VW\n", north)
    assert (verdicts(run), Vehicle.objects.get().vin, reasons(run)) == (["changed"], VIN, [])
    other = bring(f"Firma;Kennzeichen;FIN;Marke\nAlpha GmbH;HH-AB 12;{VIN[:-1]}9;VW\n", north)
    assert (verdicts(other), reasons(other)) == (["rejected"], ["vin.other"])


@pytest.mark.parametrize("written", [("4103", "04103"), ("04103", "4103")])
def test_a_postcode_with_and_without_its_zero_is_the_same_company(north, written):
    for postcode in written:
        run = bring(f"Firma;PLZ;Ort;Kennzeichen;Marke\nAlpha GmbH;{postcode};Seelitz;HH-AB 12;VW\n", north)
    assert Vehicle.objects.get().company.postcode == "04103" and verdicts(run) == ["changed" if written[1] == "04103" else "same"]
