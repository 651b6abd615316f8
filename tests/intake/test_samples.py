"""What each real file really holds: rows read, made, left out, and why. No code knows a file's name; these tests do."""

import os
from collections import Counter
from pathlib import Path

import pytest

from accounts.models import Company, Vehicle
from contacts.models import Holder, Person, PersonAddress, VehicleDriver
from fleetportal.core.errors import Refused
from intake import actions as imports
from intake.wording import words_of
from tests.factories.accounts import make_company

pytestmark = [pytest.mark.samples, pytest.mark.django_db]
FOLDER = Path(os.environ.get("SAMPLES_DIR", ""))

# file -> (rows read, new, the same, left out by reason, companies, vehicles, people made); vehicles without an owner go to one company
TAKEN = {
    "fleet/chicago_passenger_vehicles_companies_a.csv": (6767, 6767, 0, {}, 2934, 6767, 0),
    "fleet/it_parco_auto_synthetic.xlsx": (184, 180, 4, {}, 35, 180, 247),
    "fleet/ru_avtopark_synthetic_cp1251.csv": (140, 140, 0, {}, 25, 140, 121),
    "fleet/seattle_active_fleet_complement.csv": (4109, 4002, 0, {"twice": 107}, 0, 4002, 0),
    "fleet/seattle_surplus_auction_list.csv": (115, 113, 0, {"twice": 2}, 0, 113, 0),
    "fleet/de_dienstwagen_drivers_cars_trips.txt": (78, 75, 3, {}, 0, 25, 50),
    "companies/companies_multiline_utf8.csv": (1755, 1744, 0, {"twice": 11}, 1744, 0, 0),
    "crm/contacts_email_roundcube.csv": (4, 4, 0, {}, 0, 0, 4),
    "crm/contacts_gmail_roundcube.csv": (1, 1, 0, {}, 1, 0, 1),
    "crm/contacts_tb_plain_roundcube.csv": (1, 1, 0, {}, 1, 0, 1),
    "crm/google_contacts_2024_layout_it_synthetic.csv": (50, 50, 0, {}, 12, 0, 50),
    "crm/hubspot_companies_a.csv": (130, 130, 0, {}, 130, 0, 0),
    "crm/hubspot_contacts_a.csv": (434, 434, 0, {}, 0, 0, 434),
    "crm/odoo_o2m_customers_contacts.csv": (8, 8, 0, {}, 3, 0, 5),
    "crm/outlook_de_contacts_synthetic_utf8bom.csv": (80, 80, 0, {}, 20, 0, 80),
    "crm/outlook_en_contacts_synthetic.csv": (60, 60, 0, {}, 14, 0, 60),
    "crm/salesforce_Account_a.csv": (1215, 1215, 0, {}, 1215, 0, 0),
    "crm/salesforce_Contact_a.csv": (1215, 0, 0, {"company": 1215}, 0, 0, 0),
    "crm/salesforce_Vehicle__c_a.csv": (1215, 0, 0, {"company": 1215}, 0, 0, 0),
    "crm/salesforce_account_report_with_footer.csv": (3, 3, 0, {}, 3, 0, 0),
    "crm/thunderbird_basic_csv_addressbook.csv": (2, 2, 0, {}, 0, 0, 2),
    "crm/thunderbird_csv_no_header.csv": (2, 2, 0, {}, 0, 0, 2),
    "crm/thunderbird_csv_semicolon.csv": (2, 2, 0, {}, 0, 0, 2),
    "crm/thunderbird_shiftjis_addressbook.csv": (1, 1, 0, {}, 0, 0, 1),
}
ASKS_WHOSE = {"seattle_active_fleet_complement.csv", "seattle_surplus_auction_list.csv", "de_dienstwagen_drivers_cars_trips.txt"}
REFUSED = {
    "fleet/de_fuhrpark_abrechnung.xlsx": "bill",
    "fleet/montgomery_fleet_equipment_raw.xlsx": "counts",
    "companies/vat_numbers_a.csv": "no_names",
    "crm/hubspot_deals_a.csv": "deals",
    "crm/sugarcrm_latin1_addresses.csv": "no_names",
    "naughty/phone_numbers_a.csv": "unknown",
    "naughty/blns.txt": "unknown",
}


def bring(name, north):
    path = FOLDER / name
    with path.open("rb") as file:
        return imports.bring(file, name=path.name, by=None, centre=north)


def judged(run, owner=None):
    if run.asks_owner:
        imports.say_where(run, company=owner, centre=None, by=None)
    imports.judge(run, by=None, in_background=False)
    imports.work(run)
    return run


def taken(run):
    if run.rows.to_apply().exists():
        imports.apply(run, by=None, in_background=False)
        imports.work(run)
    return run


def standing():
    return Company.objects.count(), Vehicle.objects.count(), Person.objects.count()


def say(run):
    counts = Counter(run.rows.values_list("verdict", flat=True))
    why = Counter(run.rows.filter(verdict="rejected").values_list("problem", flat=True))
    return sum(counts.values()), counts["new"], counts["same"], dict(why)


@pytest.mark.parametrize("name", TAKEN)
def test_the_file_is_taken_for_what_it_holds_and_a_second_time_changes_nothing(name, north):
    owner = make_company(north, name="Owner of all")
    before = standing()
    run = bring(name, north)
    assert run.asks_owner == (Path(name).name in ASKS_WHOSE)
    judged(run, owner)
    assert say(run) == TAKEN[name][:4]
    taken(run)
    assert tuple(now - then for now, then in zip(standing(), before, strict=True)) == TAKEN[name][4:]
    after = standing(), PersonAddress.objects.count(), Holder.objects.count(), VehicleDriver.objects.count()
    again = taken(judged(bring(name, north), owner))
    assert not again.rows.filter(verdict__in=("new", "changed")).exists()
    assert (standing(), PersonAddress.objects.count(), Holder.objects.count(), VehicleDriver.objects.count()) == after
    assert all(words_of(row.found[0])[0] for row in again.rows.filter(verdict="rejected"))


@pytest.mark.parametrize("name", REFUSED)
def test_the_file_is_refused_with_the_reason(name, north):
    run = bring(name, north)
    codes = [sheet.refusal.kind for sheet in run.sheets]
    assert codes == [REFUSED[name]]
    with pytest.raises(imports.CannotBeTaken) as refused:
        imports.judge(run, by=None)
    assert str(refused.value) and not run.rows.exists()


def test_the_italian_list_gives_holders_drivers_and_true_dates(north):
    taken(judged(bring("fleet/it_parco_auto_synthetic.xlsx", north)))
    car = Vehicle.objects.get(vin="WBAFU2JD8K1801443")
    assert (car.plate, car.make, car.model, str(car.delivered_on), car.mileage_km, car.use) == (
        "FN 771 VN", "BMW", "320d Touring", "2021-01-10", 40693, "personal",
    )  # fmt: skip
    assert (car.company.name, car.company.vat_number, car.company.postcode, car.company.city, car.company.country) == (
        "Berrè, Galuppi e Tozzo SPA", "IT81505500157", "98156", "Grimaldi", "IT",
    )  # fmt: skip
    holder = Holder.objects.get(vehicle=car)
    assert (holder.user.person.first_name, holder.user.person.last_name) == ("Matilda", "Monaco")
    assert {d.driver.person.name for d in car.drivers.all()} == {"Ornella Luxardo", "Romeo Liverotti"}
    assert Vehicle.objects.filter(use="functional").count() == 25  # without a user


def test_the_russian_list_knows_patronymics_and_nobody(north):
    taken(judged(bring("fleet/ru_avtopark_synthetic_cp1251.csv", north)))
    assert Vehicle.objects.filter(holders=None).count() == 19
    first = Vehicle.objects.get(vin="WBAUK7NEXK9370487")
    assert (first.plate, first.company.name, first.company.vat_number, str(first.delivered_on)) == (
        "С693ТЕ777", "АО «Лихачева Мартынов»", "RU7712422037", "2018-12-04",
    )  # fmt: skip
    person = first.holders.get().user.person
    assert (person.last_name, person.first_name) == ("Гурьева", "Ульяна Захаровна")
    assert Vehicle.objects.filter(make="Citroën").exists()  # written "Citro?n" in the file


def test_the_german_address_book_gives_addresses_and_birthdays(north):
    taken(judged(bring("crm/outlook_de_contacts_synthetic_utf8bom.csv", north)))
    person = Person.objects.get(last_name="Carsten", first_name="Johanne")
    assert (person.title, str(person.born_on), person.email) == ("Frau", "1985-06-01", "000.kontakt@example.com")
    role = person.decision_maker_roles.get()
    assert (role.company.name, role.job_title, role.company.city) == ("Weller GmbH", "Bäcker", "Freital")


def test_multi_line_addresses_are_taken_apart(north):
    taken(judged(bring("companies/companies_multiline_utf8.csv", north)))
    company = Company.objects.get(name="1blu AG")
    assert (company.street, company.postcode, company.city, company.country) == ("Riedemannweg 60", "13627", "Berlin", "DE")
    assert company.phone == "+49 30 20181000"
    assert Company.objects.get(external_id="1and1-gb").postcode == "GL1 1AU"


def test_the_footer_of_a_report_is_no_company(north):
    run = judged(bring("crm/salesforce_account_report_with_footer.csv", north))
    assert [why for _sheet, _row, why in run.position.skipped] == ["footer"] * 4


def test_contacts_and_vehicles_find_the_accounts_that_came_before(north):
    taken(judged(bring("crm/salesforce_Account_a.csv", north)))
    contacts = taken(judged(bring("crm/salesforce_Contact_a.csv", north)))
    assert contacts.rows.filter(verdict="new").count() == 1215
    vehicles = taken(judged(bring("crm/salesforce_Vehicle__c_a.csv", north)))
    assert vehicles.rows.filter(verdict="new").count() == 1215
    assert Vehicle.objects.get(external_id="a041D0000058WXWQA2").company.external_id == "0011D00000pVDrBQAW"


@pytest.mark.parametrize("path", sorted((FOLDER / "naughty" / "hostile_files").glob("*")), ids=lambda path: path.name)
def test_a_hostile_file_ends_in_rows_with_reasons_or_in_a_refusal(path, north):
    try:
        with path.open("rb") as file:
            run = imports.bring(file, name=path.name, by=None, centre=north)
        judged(run)
    except Refused as refused:
        assert str(refused).strip()
        return
    for row in run.rows.filter(verdict="rejected"):
        assert row.row and words_of(row.found[0])[0]
