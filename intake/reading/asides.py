"""Words that change the meaning of a title: "Insurance end" is not the end of a contract."""

import re

from intake.reading.wordlists import terms

INSPECTED = r"insp\w*|isp\w*ion\w*|revision\w*|mot|tuv|hu|au|uvv|sp|mfk|техосмотр\w*|диагност\w*|то"
INSURED = r"insur\w*|ins|versicherung\w*|assicurazion\w*|rca?|kasko|polizz\w*|polic(?:y|e)|осаго|каско|страх\w*|полис\w*"
TAXED = r"tax|ved|sorn|bollo|\w*steuer|налог\w*|toll|maut|vignette"
KEPT_UP = (
    r"warrant\w*|garan\w*|гарант\w*|mainten\w*|wartung\w*|manutenzion\w*|tagliand\w*|(?<!in )(?<!into )(?<!of )service|servicing|pm|oil"
    r"|tyres?|tires?|reifen|pneumatic\w*|batter\w*"
)
PAPERS = (
    r"licen[cs]e|fuhrerschein\w*|patente|permit|tacho\w*|medical|certificat\w*|title|passport|visa|карт\w*|card|karte\w*|\w+karte|tessera"
)
OTHER_DAYS = re.compile(rf"\b(?:{INSPECTED}|{INSURED}|{TAXED}|{KEPT_UP}|{PAPERS}|reg(?:istration)? (?:exp\w*|renew\w*|due|valid\w*))\b")
PRICED = re.compile(
    r"\b(?:ex|excl\w*|incl\w*|inkl\w*|exkl\w*|escl\w*|inclus\w*|compres\w*|net|netto|gross|brutto|lordo|zzgl|ohne|mit|plus|senza|без|"
    r"percent|rate"
    r"|amount|betrag|price|preis|satz|aliquota|canone|premio|costo|cost|importo|fee|rent|rental|monthly|ставка|сумма|стоимость|цена|руб|"
    r"eur|usd|gbp)\b"
)
AGREED_KM = re.compile(
    r"\b(?:annual\w*|yearly|year|per|p a|pa|contract\w*|vertrag\w*|vereinbart\w*|jahr\w*|jahrl\w*|allow\w*|limit\w*|agreed|budget"
    r"|annu[aio]\w*|anno|contrattual\w*|год\w*|лимит\w*|норма|договор\w*|excess|mehr|minder|frei|free|included?|inkl\w*|next|due|target|"
    r"soll|plan|planned|estimated|forecast|prognose"
    r"|l|l 100|mpg|100|consum\w*|verbrauch\w*|расход\w*|allowance"
    r"|ruckgabe|return\w*|rientro|restituzione|возврат\w*|uberschreit\w*|eccedenz\w*|превыш\w*|schnitt|average|medi[ao]"
    r"|start|initial|anfang\w*|beginn|rate|cost|price|preis|costo|цена|date|datum|data|дата)\b"
)
ENDS = re.compile(r"\b(?:exp\w*|renew\w*|due|valid\w*|until|bis|ablauf|scadenza|fino|до)\b")
DRIVEN = re.compile(r"\b(?:mileage|km|kilomet\w*|miles|laufleistung|chilometr\w*|percorrenza|пробег\w*|км)\b")


LOCATED = terms("title_words", "located")  # where a vehicle was last seen, nobody's job


def is_aside(key: str, words: str) -> bool:
    """True where a title in `words`, which only holds a phrase for `key` and is none, is about something else."""
    if key in ("vehicle.contract_ends_on", "vehicle.delivered_on", "vehicle.given_back_on"):
        return bool(OTHER_DAYS.search(words))
    if key == "vehicle.mileage_km":
        return bool(AGREED_KM.search(words))
    if key == "vehicle.plate":
        return bool(ENDS.search(words))
    if key == "person.job_title":
        return bool(LOCATED.intersection(words.split()))
    if key == "vehicle.contract":
        return bool(DRIVEN.search(words))
    return key == "company.vat" and bool(PRICED.search(words))
