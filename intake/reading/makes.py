"""Makes of vehicles: told from the model that follows them, in one spelling, even where letters were lost ("Citro?n")."""

import re
from functools import lru_cache

from fleetportal.core.db import fold

NAMES = """
Abarth; Acura; Aiways; Aixam; Alfa Romeo; Alpina; Alpine; Aston Martin; Audi; Bentley; Blue Bird; BMW; Bobcat; Bugatti; Buick;
BYD; Cadillac; Caterpillar; Changan; Chery; Chevrolet; Chrysler; Citroën; Crane Carrier; Cupra; Dacia; Daewoo; DAF; Daihatsu;
Daimler; DFSK; Dodge; Dongfeng; DS; DS Automobiles; Ducati; Evum; Exeed; FAW; Ferrari; Fiat; Fisker; Ford; Foton; Freightliner;
Fuso; GAZ; Geely; Genesis; Gillig; GMC; Goupil; Great Wall; Harley-Davidson; Haval; Hino; Honda; Hongqi; Hummer; Hyundai; Ineos;
Infiniti; International; Isuzu; Iveco; JAC; Jaguar; Jeep; John Deere; KAMAZ; Kawasaki; Kenworth; KGM; Kia; KTM; Kubota; LADA;
Lamborghini; Lancia; Land Rover; LEVC; Lexus; Lincoln; Lotus; Lucid; Lynk & Co; Mack; Mahindra; MAN; Maserati; Maxus; Mazda;
McLaren; Mercedes-Benz; MG; Microlino; Mini; Mitsubishi; Morgan; Moskvich; Multicar; New Flyer; New Holland; Nio; Nissan;
Oldsmobile; Omoda; Opel; ORA; Peterbilt; Peugeot; Piaggio; Plymouth; Polestar; Pontiac; Porsche; RAM; Range Rover; Renault;
Renault Trucks; Rivian; Rolls-Royce; Saab; Saturn; Scania; Scion; SEAT; Setra; Smart; SsangYong; Sterling; StreetScooter;
Subaru; Suzuki; Tata; Tesla; Toyota; UAZ; Unimog; Van Hool; Vauxhall; Vespa; VinFast; Volkswagen; Volvo; Volvo Trucks; VPG;
Western Star; Work Horse; Workhorse; Xpeng; Yamaha; Zeekr; Škoda; ЗИЛ; МАЗ; ПАЗ
"""
ALIASES = dict(
    pair.split(": ")
    for pair in """
vw: Volkswagen; mercedes: Mercedes-Benz; mb: Mercedes-Benz; daimler benz: Mercedes-Benz; mercedesbenz: Mercedes-Benz; mercedes
benz: Mercedes-Benz; chevy: Chevrolet; chev: Chevrolet; alfa: Alfa Romeo; alfaromeo: Alfa Romeo; landrover: Land Rover; rolls
royce: Rolls-Royce; harley davidson: Harley-Davidson; лада: LADA; газ: GAZ; уаз: UAZ; камаз: KAMAZ; москвич: Moskvich; ваз:
LADA; фольксваген: Volkswagen; форд: Ford; тойота: Toyota; рено: Renault; ниссан: Nissan; мерседес: Mercedes-Benz; бмв: BMW;
ауди: Audi; шкода: Škoda; хендай: Hyundai; киа: Kia; пежо: Peugeot; ситроен: Citroën; опель: Opel; вольво: Volvo; мазда: Mazda;
хонда: Honda; фиат: Fiat; toyot: Toyota; vw nutzfahrzeuge: Volkswagen; internatl: International; freightlin: Freightliner; work
horse: Workhorse
""".replace("\n", " ")
    .strip()
    .split("; ")
)

SPELLING = {fold(name).replace("-", " "): name for name in " ".join(NAMES.split()).split("; ")}
SPELLING.update({fold(alias): make for alias, make in ALIASES.items()})
WORDS = 3


@lru_cache(maxsize=20_000)
def make_of(text: str) -> tuple[str, str]:
    """(make in our spelling, the rest) of a text that begins with a make; ("", text) where it begins with none."""
    tokens = text.split()
    for count in range(min(WORDS, len(tokens)), 0, -1):
        head = fold(" ".join(tokens[:count])).replace("-", " ")
        if head in SPELLING:
            return SPELLING[head], " ".join(tokens[count:])
        if "?" in head and (mended := damaged(head)):
            return mended, " ".join(tokens[count:])
    first, slash, rest = text.partition("/")
    if slash and first and fold(first.strip()).replace("-", " ") in SPELLING:  # "Audi/A3"
        return SPELLING[fold(first.strip()).replace("-", " ")], rest.strip()
    return "", text


def damaged(head: str) -> str:
    """The one make that `head` could have been before letters became question marks, or ""."""
    if sum(sign != "?" for sign in head) < 3:
        return ""
    pattern = re.compile("".join("." if sign == "?" else re.escape(sign) for sign in head))
    fits = {make for name, make in SPELLING.items() if pattern.fullmatch(name)}
    return fits.pop() if len(fits) == 1 else ""


def spelt(make: str) -> str:
    """A make in our spelling where we know it, as it came (but not all in capitals) where we don't."""
    known, rest = make_of(make)
    if known:
        return f"{known} {rest}".strip() if rest else known
    return make.title() if make.isupper() and len(make) > 4 else make
