"""What a column can mean. The key says whose fact it is: company, vehicle, or person (in a fleet list: who drives the vehicle)."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

TEXT, ID, NAME, DATE, COUNT, PLATE, VIN, VAT, PHONE, EMAIL, URL, FLAG, COUNTRY, POSTCODE = (
    "text", "id", "name", "date", "count", "plate", "vin", "vat", "phone", "email", "url", "flag", "country", "postcode",
)  # fmt: skip


@dataclass(frozen=True)
class Field:
    """One meaning: its key, the words on the page, how its cells are read, and whether several columns may carry it."""

    key: str
    label: str | Promise
    kind: str = TEXT
    many: bool = False

    @property
    def noun(self) -> str:
        return self.key.partition(".")[0]


FIELDS = {
    field.key: field
    for field in (
        Field("company.name", _("Company"), NAME),
        Field("company.id", _("Company: ID in the source system"), ID),
        Field("company.domain", _("Company: internet domain"), URL),
        Field("company.vat", _("VAT number"), VAT),
        Field("company.parent", _("Parent company"), NAME),
        Field("company.address", _("Company: full address")),
        Field("company.street", _("Company: street")),
        Field("company.street2", _("Company: address line 2")),
        Field("company.postcode", _("Company: postcode"), POSTCODE),
        Field("company.city", _("Company: city")),
        Field("company.country", _("Company: country"), COUNTRY),
        Field("company.phone", _("Company: telephone"), PHONE),
        Field("company.email", _("Company: e-mail"), EMAIL),
        Field("company.website", _("Company: website"), URL),
        Field("company.sector", _("Sector")),
        Field("company.employees", _("Employees"), COUNT),
        Field("company.flag", _("Is a company (yes or no)"), FLAG),
        Field("vehicle.id", _("Vehicle: ID in the source system"), ID),
        Field("vehicle.plate", _("Plate"), PLATE),
        Field("vehicle.vin", _("VIN"), VIN),
        Field("vehicle.make", _("Make")),
        Field("vehicle.model", _("Model")),
        Field("vehicle.make_model", _("Make and model")),
        Field("vehicle.powertrain", _("Powertrain")),
        Field("vehicle.use", _("Personal or functional")),
        Field("vehicle.delivered_on", _("Delivery"), DATE),
        Field("vehicle.registered_on", _("First registration"), DATE),
        Field("vehicle.contract", _("Kind of contract")),
        Field("vehicle.contract_ends_on", _("Contract end"), DATE),
        Field("vehicle.mileage_km", _("Mileage in km"), COUNT),
        Field("vehicle.given_back_on", _("Returned"), DATE),
        Field("vehicle.status", _("In use or returned")),
        Field("person.id", _("Person: ID in the source system"), ID),
        Field("person.name", _("Person: full name"), NAME),
        Field("person.first_name", _("First name"), NAME),
        Field("person.middle_name", _("Middle name"), NAME),
        Field("person.last_name", _("Last name"), NAME),
        Field("person.salutation", _("Salutation")),
        Field("person.title", _("Academic title")),
        Field("person.job_title", _("Job title")),
        Field("person.group", _("Target group")),
        Field("person.email", _("E-mail"), EMAIL, many=True),
        Field("person.phone", _("Telephone"), PHONE, many=True),
        Field("person.mobile", _("Mobile"), PHONE, many=True),
        Field("person.private_phone", _("Private telephone"), PHONE),
        Field("person.born_on", _("Date of birth"), DATE),
        Field("person.birth_year", _("Year of birth"), COUNT),
        Field("person.birth_month", _("Month of birth"), COUNT),
        Field("person.birth_day", _("Day of birth"), COUNT),
        Field("person.language", _("Language")),
        Field("drivers", _("Other drivers"), NAME, many=True),
    )
}
LEFT_OUT = ""

# A title that does not say whose fact it is ("Name", "Telefon", "Città") belongs to what the sheet is about.
NEUTRAL = {
    "name": {"company": "company.name", "person": "person.name", "vehicle": ""},
    "id": {"company": "company.id", "person": "person.id", "vehicle": "vehicle.id"},
    "phone": {"company": "company.phone", "person": "person.phone", "vehicle": "company.phone"},
    "mobile": {"company": "person.mobile", "person": "person.mobile", "vehicle": "person.mobile"},
    "email": {"company": "company.email", "person": "person.email", "vehicle": "person.email"},
    "address": {"company": "company.address", "person": "company.address", "vehicle": "company.address"},
    "street": {"company": "company.street", "person": "company.street", "vehicle": "company.street"},
    "street2": {"company": "company.street2", "person": "company.street2", "vehicle": "company.street2"},
    "postcode": {"company": "company.postcode", "person": "company.postcode", "vehicle": "company.postcode"},
    "city": {"company": "company.city", "person": "company.city", "vehicle": "company.city"},
    "country": {"company": "company.country", "person": "company.country", "vehicle": "company.country"},
    "website": {"company": "company.website", "person": "company.website", "vehicle": "company.website"},
    "type": {"company": "", "person": "", "vehicle": "vehicle.model"},
    "title": {"company": "", "person": "person.salutation", "vehicle": ""},
}
