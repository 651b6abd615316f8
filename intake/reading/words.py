"""Words in cells that stand for a choice of ours: powertrain, contract, use, sector, what somebody decides."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from accounts.models import Contract, Powertrain, Sector, Use
from contacts.models import DecisionMaker, Group
from fleetportal.core.db import fold

POWERTRAINS = {  # the first that fits counts: a plug-in hybrid is a hybrid too
    Powertrain.PLUG_IN: "plug-in plugin plug in phev steckdosen подключаемый",
    Powertrain.HYBRID: "hybrid ibrid гибрид hev mhev",
    Powertrain.HYDROGEN: "hydrogen wasserstoff idrogeno водород fcev brennstoffzelle",
    Powertrain.ELECTRIC: "electric elektr elettric электр bev battery batterie strom",
    Powertrain.DIESEL: "diesel gasolio дизел tdi hdi cdi biodiesel",
    Powertrain.GAS: "cng lpg erdgas autogas metano gpl gas) natural propane метан пропан газ methan flussiggas",
    Powertrain.PETROL: "petrol benzin gasoline unleaded бензин super otto e10 e85 flex ethanol",
}
CONTRACTS = {
    Contract.LEASE: "leas лизинг nlt noleggio lungo",
    Contract.RENTAL: "rent miete noleggio аренда hire abo прокат",
    Contract.PURCHASE: "purchase kauf eigentum owned own proprieta acquist собствен покупк bought finanz cash loan кредит",
}
USES = {
    Use.PERSONAL: "personal privat personlich user dienstwagen benefit company car promiscuo personale persona личн персонал assigned zugewiesen assegnat fringe",
    Use.FUNCTIONAL: "functional funktion pool service werkstatt strumental operativ aziendal служеб функц pool shared transport nutzfahrzeug lieferwagen van техн отдел",
}
VANS = [
    "transit",
    "sprinter",
    "vito",
    "ducato",
    "boxer",
    "jumper",
    "jumpy",
    "expert",
    "master",
    "trafic",
    "kangoo",
    "berlingo",
    "partner",
    "combo",
    "vivaro",
    "movano",
    "crafter",
    "transporter",
    "caddy",
    "daily",
    "doblo",
    "fiorino",
    "talento",
    "scudo",
    "nv200",
    "nv300",
    "nv400",
    "primastar",
    "townstar",
    "proace",
    "hiace",
    "citan",
    "t6",
    "t5",
    "t7",
    "econoline",
    "express",
    "savana",
    "e250",
    "e350",
    "f250",
    "f350",
    "f450",
    "f550",
    "газель",
    "gazelle",
    "соболь",
    "truck",
    "lkw",
    "van",
    "cargo",
    "transporter",
    "furgon",
    "фургон",
    "грузов",
    "pritsche",
    "kasten",
    "atego",
    "actros",
    "canter",
    "tge",
    "tgl",
    "tgm",
    "daf",
    "iveco",
]
SECTORS = {
    Sector.PUBLIC: "public government municipal county city administration behorde kommun stadt gemeinde verwaltung pubblic comune ente госу муницип non-profit nonprofit education bildung schule",
    Sector.CARE: "health care medical pharma gesundheit pflege arzt klinik hospital sanit medic здрав медиц",
    Sector.LOGISTICS: "logist transport freight shipping spedition delivery courier trasport spedizion логист перевоз",
    Sector.CRAFTS: "construct craft bau handwerk elektro sanitar dach maler edil artigian строит ремонт real estate",
    Sector.INDUSTRY: "industr manufactur produktion produzion metall chem energy energie maschinen produzione производ промышл завод",
    Sector.TRADE: "retail wholesale trade handel commerce shop commercio vendita торгов e-commerce",
    Sector.SERVICES: "service dienst consult beratung finance bank insurance versicherung it software technology media agency marketing serviz consulen услуг консалт финанс telecommunication entertainment legal hospitality travel",
}
STATUSES = {
    "gone": "zuruckgegeben zuruckgenommen returned abgemeldet verkauft sold disposed ausgemustert ausgeschieden inactive inaktiv inattiv disattiv terminated beendet restituit riconsegnat vendut dismess cessat списан продан возвращ сдан выбыл неактив scrapped",
    "here": "aktiv active laufend running verlang extended einsatz bestand attiv uso prorogat assegnat corso актив эксплуатац действу продлен genutzt",
}
DECIDERS = {
    DecisionMaker.Kind.OWNER: "owner inhaber founder titolare proprietario socio владелец учредитель собственник gesellschafter gründer",
    DecisionMaker.Kind.FLEET_MANAGER: "fleet fuhrpark flott parco auto автопарк fuhrparkleit mobility car policy",
    DecisionMaker.Kind.BRANCH_MANAGER: "branch niederlassung filialleit filiale sede филиал site manager standortleit",
    DecisionMaker.Kind.MANAGING_DIRECTOR: "managing director geschaftsfuhr ceo chief executive amministratore delegato director direktor vorstand president direttore generale генеральный директор директор prokurist gf",
}
GROUP_WORDS = {
    Group.DRIVER: "driver fahrer autista conducente водитель courier kurier zusteller monteur corriere",
    Group.USER: "user nutzer utilizzatore assegnatario пользователь dienstwagennutzer user-chooser chooser",
    Group.DECISION_MAKER: "decision entscheider decisore decisor лпр decision-maker manager leiter director geschäftsführer",
}


def first_fit(text: str, table: Mapping[Any, str]) -> str:
    folded = fold(text)
    tokens = folded.replace("/", " ").replace("-", " ").split()
    for choice, stems in table.items():
        for stem in stems.split():
            short = len(stem) <= 3
            if stem in tokens if short else fold(stem) in folded:
                return choice
    return ""


@lru_cache(maxsize=5_000)
def powertrain(text: str) -> str:
    return first_fit(text, POWERTRAINS)


@lru_cache(maxsize=5_000)
def contract(text: str) -> str:
    return first_fit(text, CONTRACTS)


@lru_cache(maxsize=5_000)
def use(text: str) -> str:
    return first_fit(text, USES)


@lru_cache(maxsize=5_000)
def status(text: str) -> str:
    """Whether the words say that a vehicle is in use ("here") or was given back ("gone"), "" where they say neither."""
    return first_fit(text, STATUSES)


@lru_cache(maxsize=5_000)
def sector(text: str) -> str:
    return first_fit(text, SECTORS)


@lru_cache(maxsize=5_000)
def is_van(text: str) -> bool:
    tokens = fold(text).replace("-", " ").split()
    return any(token.startswith(van) if len(van) > 3 else token == van for token in tokens for van in VANS)


@lru_cache(maxsize=5_000)
def decider(job_title: str) -> str:
    """What kind of decision-maker somebody with that job title is."""
    return first_fit(job_title, DECIDERS) or DecisionMaker.Kind.OTHER


@lru_cache(maxsize=5_000)
def group(text: str) -> str:
    """The target group that the words name, "" where they name none."""
    return first_fit(text, GROUP_WORDS)


LANGUAGES = {"de": "de", "ger": "de", "deu": "de", "en": "en", "eng": "en", "it": "it", "ita": "it", "ru": "ru", "rus": "ru", "рус": "ru", "tede": "de", "ingl": "en", "нем": "de", "англ": "en"}  # fmt: skip


def language(text: str) -> str:
    """One of our languages, or ""."""
    folded = fold(text)
    return next((code for start, code in LANGUAGES.items() if folded.startswith(start)), "")
