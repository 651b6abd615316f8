"""A workbook as a customer sends it: sixty rows, thirty-seven of them with a fault, each with what is said of it and what mends it."""

from typing import NamedTuple

TITLES = (
    "Firma", "USt-IdNr.", "Straße", "PLZ", "Ort", "Land", "Telefon Firma", "E-Mail Firma", "Kennzeichen", "FIN", "Marke", "Modell",
    "Lieferdatum", "Leasingende", "Rückgabe", "Status", "km-Stand", "Antrieb", "Vertragsart", "Fahrer", "E-Mail Fahrer", "Handy Fahrer",
    "Geburtsdatum",
)  # fmt: skip
FIRST_ROW, ROWS = 4, 60  # below a title and a blank line
KNOWN = "Albrecht Kältetechnik GmbH"  # a customer already
TAKEN = "HH-ZZ 901"  # a plate of another customer
CARS = (("VW", "Passat"), ("Ford", "Transit"), ("Škoda", "Octavia"), ("Opel", "Vivaro"), ("BMW", "320d"))
PEOPLE = (("Anja", "Brandt"), ("Uwe", "Carstens"), ("Petra", "Dorn"), ("Jens", "Eggers"), ("Maike", "Fock"), ("Olaf", "Gerdes"))
TOWNS = (("20457", "Hamburg"), ("24103", "Kiel"), ("28195", "Bremen"), ("18055", "Rostock"), ("30159", "Hannover"), ("99084", "Erfurt"))


class Fault(NamedTuple):
    """A fault in a row: what is put in, in which column it is said, with which words, and whether the row is left out for it."""

    put: dict[str, object]  # by title
    at: str  # the title of the column where it is said, "" for the row
    says: str
    stops: bool = False
    mends: dict[str, object] | None = None  # the row as it was, where not given


FAULTS = (
    Fault({"Antrieb": "Dampf"}, "Antrieb", "Not understood, left empty."),
    Fault({"Vertragsart": "Mietkauf?"}, "Vertragsart", "Not understood, left empty."),
    Fault({"Status": "geparkt?"}, "Status", "We don’t know this word"),
    Fault({"Status": "verkauft", "Leasingende": ""}, "Status", "there is no return date"),
    Fault({"FIN": "1FTBW2CM5HKA00001"}, "FIN", "The check digit of this VIN is wrong"),
    Fault({"FIN": "N/A"}, "FIN", "Not understood, left empty."),
    Fault({"FIN": "WVWZZZ3CZPE12345"}, "FIN", "this one has 16"),
    Fault({"FIN": "WVWZZZ3CZPE1O3456"}, "FIN", "A VIN never contains O"),
    Fault({"FIN": "WVWZZZ3CZPE12Ж456"}, "FIN", "“Ж” is neither"),
    Fault({"Kennzeichen": "in Zulassung beantragt"}, "Kennzeichen", "2 to 12 letters and digits"),
    Fault({"Kennzeichen": "HH-XA 1 / HH-XA 2"}, "Kennzeichen", "The cell holds 2 plates."),
    Fault({"Kennzeichen": "HH-PF 100"}, "Kennzeichen", "same plate but different details", stops=True),
    Fault({"FIN": "WVWZZZ3CZPE200000"}, "FIN", "same VIN but different details", stops=True),
    Fault({"Kennzeichen": "", "FIN": ""}, "", "no plate, VIN or ID", stops=True),
    Fault({"Kennzeichen": TAKEN}, "", "This vehicle belongs to", stops=True),
    Fault({"km-Stand": 9999999}, "km-Stand", "Enter a number from 0"),
    Fault({"km-Stand": -1200}, "km-Stand", "Enter a number from 0"),
    Fault({"km-Stand": "rund vierzigtausend"}, "km-Stand", "This is not a number."),
    Fault({"Marke": "Octavia", "Modell": "Škoda"}, "Marke", "they were exchanged"),
    Fault({"Lieferdatum": "31.02.2024"}, "Lieferdatum", "There is no day 31"),
    Fault({"Lieferdatum": "14.13.2024"}, "Lieferdatum", "There is no month 13."),
    Fault({"Leasingende": "bald"}, "Leasingende", "This is not a date."),
    Fault({"Lieferdatum": "01.03.2042"}, "Lieferdatum", "years in the future"),
    Fault({"Leasingende": "13.03.2072"}, "Leasingende", "The contract doesn’t end until 2072."),
    Fault({"Lieferdatum": "01.03.2025", "Leasingende": "28.02.2024"}, "Leasingende", "before the delivery", stops=True),
    Fault({"Lieferdatum": "01.03.2024", "Rückgabe": "01.02.2024"}, "Rückgabe", "before the delivery", stops=True),
    Fault({"USt-IdNr.": "DE123456780"}, "USt-IdNr.", "This is not a valid VAT number"),
    Fault({"Land": "Absurdistan"}, "Land", "We don’t know a country with this name."),
    Fault(
        {"PLZ": "4103", "Ort": "Seelitz", "Land": ""}, "PLZ", "this one was taken as it is", mends={"PLZ": "04103", "Ort": "Seelitz"}
    ),
    Fault({"PLZ": "Kiel"}, "PLZ", "This is not a postcode"),
    Fault({"Telefon Firma": "66969-112"}, "Telefon Firma", "This is not a telephone number"),
    Fault({"E-Mail Firma": "info@@firma.example"}, "E-Mail Firma", "This is not an e-mail address"),
    Fault({"E-Mail Fahrer": "anja@brandt@firma.example"}, "E-Mail Fahrer", "This is not an e-mail address"),
    Fault({"Handy Fahrer": "0171 2345678 (abends)"}, "Handy Fahrer", "The words next to the telephone number"),
    Fault({"Fahrer": ""}, "Fahrer", "contact details but no name"),
    Fault({"Firma": ""}, "", "The row doesn’t name a company.", stops=True),
    Fault({"Firma": "Albrecht Kaeltetechnik GmbH"}, "", "it looks like Albrecht Kältetechnik GmbH", mends={"Firma": KNOWN}),
)  # fmt: skip
assert len(FAULTS) == 37


def right(number: int) -> dict[str, object]:
    """The row of that number as it should be, by title."""
    first, last = PEOPLE[number % len(PEOPLE)]
    make, model = CARS[number % len(CARS)]
    postcode, city = TOWNS[number % len(TOWNS)]
    name = f"Prüfkunde {number + 1:02} GmbH"
    return dict(zip(TITLES, (
        name, "", f"Deichweg {number + 1}", postcode, city, "Deutschland", f"040 76543{number:02}", f"post@kunde{number}.example",
        f"HH-PF {100 + number}", f"WVWZZZ3CZPE{200000 + number}", make, model, "15.03.2024", "14.03.2028", "", "aktiv",
        f"{20 + number}.310", "Diesel", "Leasing", f"{first} {last}", f"{first}.{last}{number}@kunde{number}.example".lower(),
        f"0171 23456{number:02}", "",
    ), strict=True))  # fmt: skip


def place(number: int) -> int:
    """The row in which a fault stands: among the right ones, not below each other only."""
    return number + 1 + number // 2


def rows(*, mended: bool = False) -> list[dict[str, object]]:
    """The rows by title, with the faults in them or with what mends these."""
    found = [right(number) for number in range(ROWS)]
    for number, fault in enumerate(FAULTS):
        found[place(number)] |= (fault.mends or {}) if mended else fault.put
    return found
