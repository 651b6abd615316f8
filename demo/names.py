"""Names for demo people, companies and towns, in the portal's four languages."""

import unicodedata
from dataclasses import dataclass


@dataclass(frozen=True)
class NameSet:
    """First names and last names of one language; women's last names differ in Russian."""

    women: tuple[str, ...]
    men: tuple[str, ...]
    last: tuple[str, ...]
    last_of_women: tuple[str, ...]
    madam: str
    sir: str


def words(text: str) -> tuple[str, ...]:
    """The words of `text`; an underscore stands for a space within a word."""
    return tuple(word.replace("_", " ") for word in text.split())


GERMAN_LAST = words("""
    Albers Ahrens Behrens Bergmann Böttcher Brandt Brüggemann Bruhns Carstens Christiansen Claußen Dammann Detlefsen Dierks
    Drews Ehlers Engelhardt Evers Feddersen Fischer Franzen Friedrichsen Gerdes Göttsche Gräf Großmann Grünwald Hagedorn Hansen
    Harms Hartmann Heinrich Hellmann Henningsen Hinrichs Höfer Hübner Jacobsen Jäger Jensen Jessen Jürgens Kaiser Kern
    Kistenmacher Köhler Kröger Krüger Kühn Lehmann Lindhorst Lorenz Lüders Lührs Maaß Martens Matthiesen Meier Mertens Möller
    Müller Nagel Neumann Nissen Ohlsen Oldenburg Otto Pahl Paulsen Petersen Pohlmann Prieß Quandt Rademacher Rasmussen Reimers
    Reuter Richter Rieger Rohde Rüter Sander Schäfer Schmidt Schröder Schuldt Schumacher Schütt Schwarz Seidl Sievers Söhnker
    Stahmer Steffens Stoltenberg Sönnichsen Thode Thomsen Tietjen Timm Uhlig Ullrich Vogt Völker Voss Wagner Walther Weber
    Wegener Weiß Wiese Wilkens Winkler Witt Wulf Zabel Zeller Ziegler Zimmermann Überland
""")
GERMAN = NameSet(
    women=words("""
        Anja Antje Astrid Barbara Beate Birgit Birte Britta Carina Christine Claudia Cordula Dörte Elke Eva Frauke Friederike
        Gesa Gudrun Hanna Heike Ilka Imke Inga Jana Johanna Jördis Julia Karin Katharina Kerstin Kirsten Lena Maike Maren Marion
        Martina Meike Monika Nele Nicole Petra Renate Sabine Silke Sönke-Marie Stefanie Susanne Svenja Tanja Ulrike Ursula
        Wiebke Yvonne
    """),
    men=words("""
        Achim Alexander Andreas Arne Axel Benjamin Bernd Björn Carsten Christian Daniel Detlef Dirk Eike Enno Felix Florian
        Frank Frerk Gerd Gunnar Günther Hannes Hauke Heiko Helge Henning Holger Ingo Jan Jannik Jens Jonas Jörg Jürgen Kai
        Karsten Klaus Lars Lukas Malte Marcel Markus Martin Matthias Michael Nils Olaf Ole Peter Rainer Ralf René Rolf Rüdiger
        Sebastian Sönke Stefan Sven Thies Thomas Thorsten Tim Tobias Torben Uwe Volker Werner Wolfgang
    """),
    last=GERMAN_LAST,
    last_of_women=GERMAN_LAST,
    madam="Frau",
    sir="Herr",
)
ITALIAN_LAST = words("""
    Amato Barbieri Basile Battaglia Bellini Benedetti Bernardi Bianchi Bianco Bruno Caputo Caruso Cattaneo Colombo
    Conti Coppola Costa D'Amico D'Angelo De_Luca De_Rosa De_Santis Donati Esposito Fabbri Farina Ferrara Ferraris
    Ferri Fontana Gallo Gatti Gentile Giordano Grassi Greco Guerra Leone Lombardi Longo Mancini Marchesi Mariani Marini Marino
    Martinelli Martini Mazza Messina Montanari Monti Morelli Moretti Neri Orlando Palumbo Parisi Pellegrini Pellegrino Ricci
    Rinaldi Rizzi Rizzo Romano Rossetti Rossi Ruggiero Russo Sala Sanna Santoro Serra Silvestri Sorrentino Testa Valentini Villa
    Vitale Vitali
""")
ITALIAN = NameSet(
    women=words("""
        Alessandra Alice Anna Antonella Beatrice Bianca Carla Caterina Cecilia Chiara Cristina Daniela Elena Elisa Emanuela
        Federica Francesca Gabriella Giorgia Giovanna Giulia Ilaria Irene Laura Lucia Luisa Margherita Maria Martina Michela
        Monica Nicoletta Paola Roberta Rosa Sara Silvia Simona Sofia Valentina
    """),
    men=words("""
        Alberto Alessandro Andrea Angelo Antonio Carlo Claudio Cristian Daniele Davide Diego Domenico Edoardo Emanuele Enrico
        Fabio Federico Filippo Francesco Gabriele Giacomo Gianluca Giorgio Giovanni Giuseppe Leonardo Lorenzo Luca Marco Mario
        Massimo Matteo Michele Nicola Paolo Pietro Riccardo Roberto Salvatore Simone Stefano Tommaso Vincenzo
    """),
    last=ITALIAN_LAST,
    last_of_women=ITALIAN_LAST,
    madam="Sig.ra",
    sir="Sig.",
)
RUSSIAN = NameSet(
    women=words("""
        Александра Алина Алла Анастасия Анна Валентина Валерия Вера Виктория Галина Дарья Евгения Екатерина Елена Елизавета Зоя
        Инна Ирина Ксения Лариса Любовь Людмила Маргарита Марина Мария Надежда Наталья Нина Оксана Ольга Полина Раиса Светлана
        София Тамара Татьяна Юлия
    """),
    men=words("""
        Александр Алексей Анатолий Андрей Антон Аркадий Артём Борис Вадим Валентин Валерий Василий Виктор Виталий Владимир
        Вячеслав Геннадий Георгий Григорий Денис Дмитрий Евгений Егор Иван Игорь Илья Кирилл Константин Леонид Максим Михаил
        Никита Николай Олег Павел Пётр Роман Сергей Степан Фёдор Юрий Ярослав
    """),
    last=words("""
        Алексеев Андреев Антонов Баранов Белов Богданов Борисов Быков Васильев Виноградов Волков Воробьёв Гаврилов Голубев
        Григорьев Гусев Давыдов Дмитриев Егоров Ершов Жуков Зайцев Захаров Зуев Иванов Ильин Казаков Калинин Киселёв Комаров
        Королёв Кузнецов Куликов Лебедев Макаров Максимов Медведев Миронов Михайлов Морозов Никитин Николаев Новиков Орлов
        Осипов Павлов Петров Поляков Попов Романов Савельев Сафин Семёнов Сергеев Смирнов Соболев Соколов Соловьёв Сорокин
        Степанов Тарасов Титов Тихонов Трофимов Фёдоров Филиппов Фролов Чернов
    """),
    last_of_women=words("""
        Алексеева Андреева Антонова Баранова Белова Богданова Борисова Быкова Васильева Виноградова Волкова Воробьёва Гаврилова
        Голубева Григорьева Гусева Давыдова Дмитриева Егорова Ершова Жукова Зайцева Захарова Зуева Иванова Ильина Казакова
        Калинина Киселёва Комарова Королёва Кузнецова Куликова Лебедева Макарова Максимова Медведева Миронова Михайлова Морозова
        Никитина Николаева Новикова Орлова Осипова Павлова Петрова Полякова Попова Романова Савельева Сафина Семёнова Сергеева
        Смирнова Соболева Соколова Соловьёва Сорокина Степанова Тарасова Титова Тихонова Трофимова Фёдорова Филиппова Фролова
        Чернова
    """),
    madam="госпожа",
    sir="господин",
)
ENGLISH_LAST = words("""
    Abbott Armstrong Atkinson Bailey Barnes Bennett Bradshaw Burke Byrne Carter Chapman Clarke Collins Cooper Davies Dawson
    Doyle Edwards Ellis Fletcher Foster Gallagher Gibson Graham Griffiths Hargreaves Harrison Hayes Holmes Hughes Hunter Jenkins
    Kelly Kennedy Lambert Lawson Lloyd MacKenzie Marshall Mason McBride Mitchell Morgan Murphy Nicholson O'Brien O'Connor
    Osborne Palmer Pearson Quinn Reid Roberts Robinson Rowe Shaw Simpson Spencer Sutton Thornton Turner Walsh Watson Webster
    Whitaker Wilkinson Woods Wright Young
""")
ENGLISH = NameSet(
    women=words("""
        Abigail Alice Amy Bridget Caroline Charlotte Claire Eleanor Emily Emma Fiona Florence Grace Hannah Harriet Helen Imogen
        Isobel Jane Jennifer Joanna Judith Kate Laura Lucy Margaret Megan Nora Olivia Rachel Rebecca Rosemary Ruth Sarah Sinead
        Sophie Victoria
    """),
    men=words("""
        Adam Alistair Andrew Anthony Ben Callum Charles Conor Craig David Declan Edward Ewan Gareth George Graham Harry Hugh Ian
        Jack James John Joseph Keith Kevin Liam Luke Malcolm Martin Neil Nigel Oliver Owen Patrick Philip Robert Rory Sean Simon
        Stuart Toby William
    """),
    last=ENGLISH_LAST,
    last_of_women=ENGLISH_LAST,
    madam="Ms",
    sir="Mr",
)
PEOPLE = {"de": GERMAN, "it": ITALIAN, "ru": RUSSIAN, "en": ENGLISH}

# Trade -> sector. A company's name is a trade and a family.
TRADES = {
    "Tiefbau": "crafts", "Hochbau": "crafts", "Dachdeckerei": "crafts", "Gebäudetechnik": "crafts", "Kältetechnik": "crafts",
    "Elektrotechnik": "crafts", "Sanitär": "crafts", "Tischlerei": "crafts", "Malerbetrieb": "crafts",
    "Garten- und Landschaftsbau": "crafts", "Metallbau": "crafts", "Gerüstbau": "crafts", "Heizungsbau": "crafts",
    "Fliesen": "crafts", "Glasbau": "crafts", "Aufzüge": "industry",
    "Maschinenbau": "industry", "Präzisionsteile": "industry", "Verpackungen": "industry", "Kunststofftechnik": "industry",
    "Medizintechnik": "industry", "Hydraulik": "industry", "Werkzeugbau": "industry", "Druckerei": "industry", "Brauerei": "industry",
    "Großhandel": "trade", "Baustoffe": "trade", "Weinhandel": "trade", "Feinkost": "trade", "Bürobedarf": "trade", "Landhandel": "trade",
    "Blumengroßmarkt": "trade", "Fischhandel": "trade", "Textilhandel": "trade", "Spedition": "logistics", "Kurierdienst": "logistics",
    "Umzüge": "logistics", "Lagerei": "logistics", "Reederei": "logistics", "Entsorgung": "logistics", "Steuerberatung": "services",
    "Ingenieurbüro": "services", "Gebäudereinigung": "services", "Sicherheitsdienst": "services", "Vermessung": "services",
    "Architekten": "services", "Wäscherei": "services", "Veranstaltungstechnik": "services", "Systemhaus": "services",
    "Hausverwaltung": "services", "Pflegedienst": "care", "Sanitätshaus": "care", "Krankentransport": "care", "Physiotherapie": "care",
    "Dentallabor": "care", "Apotheken": "care", "Tierklinik": "care", "Fahrschule": "other", "Catering": "other", "Bestattungen": "other",
    "Bühnenbau": "other",
}  # fmt: skip
FORMS = ("GmbH", "GmbH & Co. KG", "GmbH", "KG", "e.K.", "GmbH", "OHG", "AG")
PUBLIC_BODIES = (
    "Stadtwerke {}", "Gemeinde {}", "Amt {}", "Kreisbauhof {}", "Freiwillige Feuerwehr {}", "Wasserverband {}", "Klinikum {} AöR",
    "Forstamt {}", "Straßenmeisterei {}", "Schulverband {}",
)  # fmt: skip
ITALIAN_COMPANIES = ("Fratelli {} S.r.l.", "Officine {} S.p.A.", "{} & Figli S.n.c.", "Trasporti {} S.r.l.", "Vini {} S.r.l.")
RUSSIAN_COMPANIES = ("ООО «{} и партнёры»", "ООО «Торговый дом {}»", "АО «{}-Логистика»", "ООО «{} Сервис»")
ENGLISH_COMPANIES = ("{} & Sons Ltd", "{} Marine Services Ltd", "{} Haulage Ltd", "{} Instruments plc", "{} Partners LLP")


@dataclass(frozen=True)
class City:
    city: str
    postcode: str
    plate: str


def places(text: str) -> tuple[City, ...]:
    """Towns, one a line: postcode, plate, name."""
    return tuple(City(city, postcode, plate) for postcode, plate, city in (line.split(maxsplit=2) for line in text.strip().splitlines()))


PLACES = {
    "nord": places("""
        20457 HH Hamburg
        22525 HH Hamburg-Eidelstedt
        22113 HH Hamburg-Billbrook
        21129 HH Hamburg-Waltershof
        22765 HH Hamburg-Altona
        25421 PI Pinneberg
        25451 PI Quickborn
        25436 PI Uetersen
        22844 SE Norderstedt
        23795 SE Bad Segeberg
        24534 NMS Neumünster
        24937 FL Flensburg
        24103 KI Kiel
        23552 HL Lübeck
        25524 IZ Itzehoe
        25348 IZ Glückstadt
        25761 HEI Büsum
        21614 STD Buxtehude
        21335 LG Lüneburg
        27472 CUX Cuxhaven
    """),
    "sued": places("""
        80331 M München
        85748 M Garching
        85354 FS Freising
        86150 A Augsburg
        89073 UL Ulm
        88212 RV Ravensburg
        87435 KE Kempten
        83022 RO Rosenheim
        84028 LA Landshut
        93047 R Regensburg
        85049 IN Ingolstadt
        83278 TS Traunstein
        82362 WM Weilheim
        94032 PA Passau
        86899 LL Landsberg am Lech
        88131 LI Lindau
    """),
    "west": places("""
        50667 K Köln
        40213 D Düsseldorf
        44135 DO Dortmund
        45127 E Essen
        48143 MS Münster
        52062 AC Aachen
        33602 BI Bielefeld
        53111 BN Bonn
    """),
    "ost": places("""
        10178 B Berlin
        04109 L Leipzig
        01067 DD Dresden
        39104 MD Magdeburg
        99084 EF Erfurt
        14467 P Potsdam
        18055 HRO Rostock
        09111 C Chemnitz
    """),
    "mitte": places("""
        60311 F Frankfurt am Main
        34117 KS Kassel
        36037 FD Fulda
        65183 WI Wiesbaden
        55116 MZ Mainz
        64283 DA Darmstadt
        97070 WÜ Würzburg
        37073 GÖ Göttingen
    """),
}
ABROAD = {
    "IT": (City("Bolzano", "39100", ""), City("Verona", "37121", ""), City("Trento", "38122", "")),
    "AT": (City("Salzburg", "5020", ""), City("Innsbruck", "6020", ""), City("Kufstein", "6330", "")),
    "RU": (City("Санкт-Петербург", "190000", ""), City("Калининград", "236000", "")),
    "GB": (City("Kingston upon Hull", "HU1 1AA", ""), City("Leeds", "LS1 1AA", "")),
}
STREETS = words("""
    Werkhofring Hafenstraße Industriestraße Bahnhofstraße Am_Gewerbepark Lindenallee Schulstraße Deichweg Marktplatz
    Ringstraße Mühlenweg Handwerkerhof Gutenbergstraße Siemensring Dieselstraße Kanalufer Speicherzeile Rathausplatz Birkenweg
    Ziegeleiweg Tannenstraße Messering Lagerstraße Fährweg Amselgrund Kirchgasse
""")

CYRILLIC = "абвгдеёжзийклмнопрстуфхцчшщыэюя"
IN_LATIN = words("a b v g d e e zh z i j k l m n o p r s t u f kh ts ch sh shch y e yu ya")
TRANSLIT = str.maketrans(
    dict(zip(CYRILLIC, IN_LATIN, strict=True)) | {"ъ": "", "ь": "", "ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "é": "e"}
)


def latin(text: str) -> str:
    """`text` in the form used in web addresses."""
    letters = unicodedata.normalize("NFKD", text.casefold().translate(TRANSLIT))
    letters = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return "-".join("".join(sign if sign.isascii() and sign.isalnum() else " " for sign in letters).split())


@dataclass(frozen=True)
class Model:
    """A model of a fictional make, with the letters at the start of its VINs."""

    make: str
    name: str
    maker: str
    code: str
    powertrain: str


PERSONAL_CARS = (
    Model("Larea", "Kombi 2.0 D", "WLR", "KB20D", "diesel"), Model("Larea", "Kombi E", "WLR", "KB00E", "electric"),
    Model("Larea", "Limousine 1.5", "WLR", "LM15P", "petrol"), Model("Kestra", "E Business", "WKS", "EBZ00", "electric"),
    Model("Kestra", "Cross PHEV", "WKS", "CR16H", "plug_in"), Model("Kestra", "Cross 1.6 Hybrid", "WKS", "CR16Y", "hybrid"),
    Model("Larea", "Coupé 3.0", "WLR", "CP30P", "petrol"), Model("Kestra", "E City", "WKS", "ECY00", "electric"),
)  # fmt: skip
FUNCTIONAL_CARS = (
    Model("Tavo", "Cargo L2", "WTV", "CGL2D", "diesel"), Model("Tavo", "Cargo L3H2", "WTV", "CGL3D", "diesel"),
    Model("Tavo", "Cargo E", "WTV", "CG00E", "electric"), Model("Pico", "Van E", "WPC", "VN00E", "electric"),
    Model("Pico", "Van 1.2", "WPC", "VN12P", "petrol"), Model("Tavo", "Pritsche", "WTV", "PR20D", "diesel"),
    Model("Tavo", "Kipper", "WTV", "KP20D", "diesel"), Model("Pico", "Van CNG", "WPC", "VN14G", "gas"),
)  # fmt: skip
