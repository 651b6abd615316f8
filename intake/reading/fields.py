"""What a column can mean. The key begins with the noun whose fact it is; "person" is, in a fleet list, whoever drives the vehicle."""

from dataclasses import dataclass

TEXT, ID, NAME, DATE, COUNT, MONEY, PLATE, VIN, VAT, PHONE, EMAIL, URL, FLAG, COUNTRY, POSTCODE = (
    "text", "id", "name", "date", "count", "money", "plate", "vin", "vat", "phone", "email", "url", "flag", "country", "postcode",
)  # fmt: skip
LEFT_OUT = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One meaning: its key, the words on the page (as text in the reader's language), how its cells are read, and whether several
    columns may carry it."""

    key: str
    label: object
    kind: str = TEXT
    many: bool = False

    @property
    def noun(self) -> str:
        return self.key.partition(".")[0]
