"""A known fleet in random layouts: nearly every cell comes back, and none comes back silently wrong.

Short here; `LONG=1` tries twenty thousand layouts.
"""

import os
import random
from collections import Counter

import pytest

from fleetportal.core.db.folding import fold
from tests.intake.known_fleet import NOISE, Layout, Style, flat, records
from tests.intake.reading_rows import read_file

pytestmark = pytest.mark.once

LAYOUTS = 20_000 if os.environ.get("LONG") else 60
TITLES = {
    "de": {
        "company.name": ["Firma", "Kunde", "Halter", "Leasingnehmer", "Firmenname"], "company.id": ["Kundennummer", "KdNr", "Kunden-Nr."],
        "company.street": ["Straße", "Straße und Hausnummer", "Str."], "company.postcode": ["PLZ", "Postleitzahl"],
        "company.city": ["Ort", "Stadt"],
        "company.phone": ["Telefon Firma", "Telefon Zentrale"], "company.email": ["E-Mail Firma", "Firmen-E-Mail"],
        "vehicle.plate": ["Kennzeichen", "Kfz-Kennzeichen", "Amtl. Kennzeichen", "Kennz."],
        "vehicle.vin": ["FIN", "Fahrgestellnummer", "Fahrgestell-Nr."],
        "vehicle.make": ["Marke", "Hersteller", "Fabrikat"], "vehicle.model": ["Modell", "Modellbezeichnung"],
        "vehicle.delivered_on": ["Lieferdatum", "Vertragsbeginn", "Übergabedatum"],
        "vehicle.contract_ends_on": ["Leasingende", "Vertragsende", "Vertrag bis"],
        "vehicle.mileage_km": ["km-Stand", "Kilometerstand", "Laufleistung"], "person.first_name": ["Vorname", "Vorname Fahrer"],
        "person.last_name": ["Nachname", "Nachname Fahrer"], "person.email": ["E-Mail Fahrer", "E-Mail Nutzer"],
        "person.mobile": ["Handy", "Mobil", "Handy Fahrer"],
        "postcode city": ["PLZ Ort", "PLZ / Ort"], "address": ["Anschrift", "Adresse"], "make model": ["Fahrzeug", "Marke/Modell"],
        "first last": ["Fahrer", "Nutzer", "Dienstwagennutzer"], "last, first": ["Fahrer", "Nutzer"],
        NOISE: ["Bemerkung", "Farbe", "Kostenstelle"],
    },
    "en": {
        "company.name": ["Company", "Customer", "Lessee", "Client name"], "company.id": ["Customer no.", "Customer ID"],
        "company.street": ["Street", "Address line 1"], "company.postcode": ["Postcode", "ZIP code"], "company.city": ["City", "Town"],
        "company.phone": ["Company phone", "Switchboard"], "company.email": ["Company email", "General email"],
        "vehicle.plate": ["Plate", "License plate", "Registration", "Reg no."], "vehicle.vin": ["VIN", "Chassis no."],
        "vehicle.make": ["Make", "Manufacturer"], "vehicle.model": ["Model", "Vehicle model"],
        "vehicle.delivered_on": ["Delivery date", "Lease start", "In service"],
        "vehicle.contract_ends_on": ["Lease end", "Contract end date", "Contract expiry"],
        "vehicle.mileage_km": ["Mileage", "Odometer", "Current km"], "person.first_name": ["First name", "Driver first name"],
        "person.last_name": ["Last name", "Driver last name"], "person.email": ["Driver email", "User e-mail"],
        "person.mobile": ["Mobile", "Driver mobile"],
        "postcode city": ["ZIP City"], "address": ["Company address", "Registered office"], "make model": ["Make and model", "Vehicle"],
        "first last": ["Driver", "Assigned to", "Main user"], "last, first": ["Driver", "User name"],
        NOISE: ["Comments", "Colour", "Cost centre"],
    },
    "it": {
        "company.name": ["Azienda", "Ragione sociale", "Cliente"], "company.id": ["Codice cliente", "Cod. cliente"],
        "company.street": ["Via", "Indirizzo"], "company.postcode": ["CAP"], "company.city": ["Comune", "Città"],
        "company.phone": ["Telefono azienda", "Centralino"], "company.email": ["Email azienda"],
        "vehicle.plate": ["Targa", "Num. targa"], "vehicle.vin": ["Telaio", "Numero telaio"], "vehicle.make": ["Marca"],
        "vehicle.model": ["Modello"],
        "vehicle.delivered_on": ["Data consegna", "Inizio contratto"], "vehicle.contract_ends_on": ["Fine contratto", "Scadenza contratto"],
        "vehicle.mileage_km": ["Chilometraggio", "Km attuali"], "person.first_name": ["Nome"], "person.last_name": ["Cognome"],
        "person.email": ["Email conducente"], "person.mobile": ["Cellulare"], "address": ["Sede legale"],
        "make model": ["Marca e modello", "Veicolo"],
        "first last": ["Conducente", "Utilizzatore", "Assegnatario"], "last, first": ["Conducente"], NOISE: ["Osservazioni", "Colore"],
    },
    "ru": {
        "company.name": ["Организация", "Клиент", "Компания"], "company.id": ["Код клиента"], "company.street": ["Улица"],
        "company.postcode": ["Индекс"],
        "company.city": ["Город"], "company.phone": ["Телефон организации"], "company.email": ["Почта организации"],
        "vehicle.plate": ["Госномер", "Гос. номер"], "vehicle.vin": ["VIN", "ВИН"], "vehicle.make": ["Марка"], "vehicle.model": ["Модель"],
        "vehicle.delivered_on": ["Дата поставки", "Дата выдачи"],
        "vehicle.contract_ends_on": ["Окончание договора", "Дата окончания лизинга"],
        "vehicle.mileage_km": ["Пробег", "Пробег, км"], "person.first_name": ["Имя"], "person.last_name": ["Фамилия"],
        "person.email": ["Email водителя"],
        "person.mobile": ["Мобильный", "Моб. тел."], "make model": ["Автомобиль", "Марка и модель"],
        "first last": ["Водитель", "Пользователь"],
        "last, first": ["Водитель"], NOISE: ["Примечание", "Цвет"],
    },
}  # fmt: skip
ALWAYS = ("company.name", "vehicle.plate")
SETS = [
    ["vehicle.make", "vehicle.model"], ["make model"], ["vehicle.vin"], ["vehicle.delivered_on"], ["vehicle.contract_ends_on"],
    ["vehicle.mileage_km"],
    ["company.street", "company.postcode", "company.city"], ["address"], ["company.id"], ["company.phone"], ["company.email"], [NOISE],
    ["first last"], ["last, first"], ["person.first_name", "person.last_name"], ["first last", "person.email"],
    ["first last", "person.mobile"],
    ["person.first_name", "person.last_name", "person.email", "person.mobile"],
]  # fmt: skip
NATIONAL = ("de",)  # whose titles say which country's numbers these are
DAYS = {
    "de": ["%d.%m.%Y", "%d.%m.%y", "%Y-%m-%d"],
    "en": ["%d/%m/%Y", "%Y-%m-%d", "%d %B %Y"],
    "it": ["%d/%m/%Y", "%d-%m-%Y"],
    "ru": ["%d.%m.%Y"],
}
THOUSANDS = {"de": [".", "", " "], "en": [",", ""], "it": [".", ""], "ru": [" ", ""]}
ENCODINGS = {
    "de": ["utf-8", "utf-8-sig", "cp1252", "utf-16"],
    "en": ["utf-8", "cp1252"],
    "it": ["utf-8", "cp1252"],
    "ru": ["utf-8", "utf-16"],
}


def random_layout(chance: random.Random) -> Layout:
    language = chance.choice(list(TITLES))
    parts: list[str] = [*ALWAYS]
    held: set[str] = set(ALWAYS)
    for group in chance.sample(SETS, chance.randint(4, 9)):
        keys = {word for part in group for word in OVERLAPS.get(part, [part])}
        if not keys & held and all(part in TITLES[language] for part in group):
            parts += group
            held |= keys
    columns = [(chance.choice(TITLES[language][part]), part) for part in parts]
    chance.shuffle(columns)
    return Layout(
        columns,
        style=Style(chance.choice(DAYS[language]), chance.choice(THOUSANDS[language]), language in NATIONAL and chance.random() < 0.5),
        above=chance.choice([[], [], [["Fuhrpark Stand 30.11.2026"]], [["Fleet"], []]]),
        total=chance.choice(["", "", "Summe" if language == "de" else "Total"]) if len(columns) > 3 else "",
        footer=chance.choice(["", "", "Alle Angaben ohne Gewähr"]),
        repeats_titles=chance.random() < 0.2,
        encoding=chance.choice(ENCODINGS[language]),
        delimiter=chance.choice(";,\t"),
        workbook=chance.random() < 0.25,
    )


OVERLAPS = {
    "make model": ["vehicle.make", "vehicle.model"],
    "address": ["company.street", "company.postcode", "company.city"],
    "first last": ["person.first_name", "person.last_name"],
    "last, first": ["person.first_name", "person.last_name"],
}


def compare(layout: Layout) -> tuple[Counter[str], list[str]]:
    """(how many cells came back, went missing, were said or are wrong; what is wrong, in words)."""
    fleet = records()
    found = read_file(*layout.content(fleet))
    counts: Counter[str] = Counter()
    wrong = []
    if len(found.rows) != len(fleet):
        counts["wrong"] += abs(len(found.rows) - len(fleet))
        wrong.append(f"{len(found.rows)} rows of {len(fleet)} ({found.refusal or found.skipped})")
    for row, one in zip(found.rows, fleet, strict=False):
        expected, said = layout.facts(one), flat(row.said.to_json())
        for key, value in expected.items():
            same = fold(str(said.get(key, ""))) == fold(str(value))
            noted = any(problem.value and problem.value in layout.row(one, 0) for problem in row.problems)
            what = "good" if same else "missing" if key not in said else "noted" if noted else "wrong"
            counts[what] += 1
            if what != "good" and len(wrong) < 5:
                wrong.append(f"{key}: {value} → {said.get(key)}")
        extra = [f"{key}: {said[key]}" for key in said.keys() - expected.keys()]
        counts["wrong"] += len(extra)
        wrong += extra[: 5 - len(wrong)]
    return counts, wrong


def test_a_known_fleet_comes_back_whatever_the_layout():
    chance = random.Random(int(os.environ.get("SEED", "20261130")))
    counts: Counter[str] = Counter()
    failed = []
    for _number in range(LAYOUTS):
        layout = random_layout(chance)
        found, wrong = compare(layout)
        counts += found
        if wrong:
            failed.append(
                f"{[title for title, _part in layout.columns]} {layout.style} {layout.encoding} {layout.delimiter!r} {layout.workbook}: "
                f"{wrong}"
            )
    total = sum(counts.values())
    assert not counts["wrong"], "\n".join(failed[:20])
    assert counts["good"] >= total * 0.995, f"{counts}\n" + "\n".join(failed[:20])
