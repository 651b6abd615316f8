"""Old text files: the code page is found by what the words would be in each, however few the foreign letters are."""

import pytest

from tests.core.reading import read

pytestmark = pytest.mark.once

WESTERN = [
    "Ragione sociale;Comune;Marca;Targa\nBar Però S.r.l.;Mondovì;Škoda;GA111BB\n",
    "Azienda;Comune;Conducente\nNiccolò S.p.A.;Forlì;Gesù Però\nŠkoda Italia;Cantù;D'Alù\n",
    "Azienda;Città;Targa\nEdilità S.r.l.;Forlì;AB123CD\n",
    "Cliente;Veicolo\nPerù Srl;Škoda Octavia\nLodi Srl;Škoda Fabia\nAosta Srl;Škoda Superb\n",
    "Firma;Ort;Marke\nSchmidt KG;Kiel;Škoda\n",
    "Firma;Nutzer;Marke\nHansa Bau;Günther Božic;Škoda\n",
    "Empresa;Ciudad;Marca\nPeña Hnos S.L.;La Coruña;Škoda\n",
    "Virksomhed;By;Mærke\nSørensen ApS;København;Škoda\n",
    "Foretak;Sted\nBjørn AS;Tromsø\nŠkoda AS;Ålesund\n",
    "Société;Ville\nForêt SARL;Château\nGénérale;Sète\nŠkoda;Où\n",
    "Empresa;Cidade\nJoão Lda;São Paulo\nŠkoda;Viseu\nConceição;Leões\n",
    "Marke;Preis\nŠkoda;12 €\nHyundai;14 €\n",
    "Firma;Fahrer\nA;François Škoda\nB;André Señor\n",
    "Azienda;Referente\nCaffè Škoda;Nicolò\n",
]
EASTERN = [
    "Firma;Miasto\nPoznań Auto;Gdańsk\n",
    "Nazwa;Miasto\nLech Wałęsa;Kraków\n",
    "Společnost;Město\nDvořák s.r.o.;Plzeň\nNovák;České Budějovice\n",
    "Firma;Mesto\nKováč s.r.o.;Košice\nŽilina;Trenčín\n",
    "Cég;Város\nKovács Kft.;Győr\nSzőke;Székesfehérvár\n",
    "Ime;Grad\nBožić d.o.o.;Zagreb\nĐurić;Šibenik\n",
    "Firma;Fahrer\nHansa;Jürgen Božić\nNord;Goran Đurić\n",
    "Firma;Nutzer\nMüller GmbH;Tomáš Dvořák\nBäcker;Zdeněk Růžička\n",
    "Firma;Fahrer\nHansa;Łukasz Wójcik\n",
    "Kunde;Ort\nDvořák KG;Wien\n",
]


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        *((text, "cp1252") for text in WESTERN),
        *((text, "cp1250") for text in EASTERN),
        ("Firma;Ort\nMüller;Škoda\n", "iso8859_15"),
        ("Společnost;Město\nDvořák s.r.o.;Plzeň\nŠkoda;České Budějovice\n", "iso8859_2"),
        ("Firma;Miasto\nŻółć Spółka z o.o.;Łódź\nGrażyna Wiśniewska;Częstochowa\n", "cp852"),
        ("Azienda;Comune\nPerò;Forlì\nCittà;Cantù\n", "mac_roman"),
        ("Firma;Ort\nBöhm KG;Kiel\n", "mac_roman"),
        ("Firma;Ort\nBöhm KG;Kiel\n", "cp850"),
        ("Azienda;Comune\nPerò;Forlì\n", "cp850"),
        ("Firma;Şehir\nDoğan Ltd;İzmir\nErdoğan;Şişli\nYıldız;Kadıköy\n", "cp1254"),
    ],
)
def test_the_words_tell_the_code_page(tmp_path, text, encoding):
    book = read(tmp_path, text.encode(encoding), "list.csv")
    assert [cells for _number, cells in book.rows(book.sheets[0])] == [line.split(";") for line in text.splitlines()]


@pytest.mark.parametrize(
    ("first", "second", "encoding"),
    [
        ("Firma;Ort\nBäcker KG;Fürth\n", "Jäger KG;Lübeck\n", "cp1252"),
        ("Azienda;Comune\nCittà Srl;Forlì\n", "Però Srl;Mondovì\nLodi Srl;Škoda\n", "cp1252"),
        ("Firma;Miasto\nŻółć;Łódź\n", "Poznań Auto;Gdańsk\n", "cp1250"),
        ("Компания;Город\nООО Роза;Псков\n", "ООО Ромашка;Москва\nАО Лихачева;Тверь\n", "cp1251"),
    ],
)
def test_two_files_put_together_are_read_each_in_its_own(tmp_path, first, second, encoding):
    book = read(tmp_path, first.encode() + second.encode(encoding) + "Köln AG;Düren\n".encode(), "list.csv")
    found = [cells for _number, cells in book.rows(book.sheets[0])]
    assert found == [line.split(";") for line in (first + second + "Köln AG;Düren\n").splitlines()]


@pytest.mark.parametrize(
    "text",
    [
        '"Firma;""Ort"";Kennzeichen"\n"Hansa Bau AG;""Kiel; Nord"";HH-AB 12"\n',
        '"Firma,""Ort"",Kennzeichen"\n"Hansa Bau AG,""Kiel; Nord"",HH-AB 12"\n',
        'Firma,Ort,Kennzeichen\n"Hansa Bau AG,""Kiel; Nord"",HH-AB 12"\n"Nord AG,""Ulm"",HH-AB 13"\n',
        '"Firma,Ort,Kennzeichen";;\n"Hansa Bau AG,""Kiel; Nord"",HH-AB 12";;\n',
    ],
)
def test_a_list_whose_lines_are_quoted_as_a_whole_is_taken_apart(tmp_path, text):
    book = read(tmp_path, text.encode(), "list.csv")
    found = [cells for _number, cells in book.rows(book.sheets[0])]
    assert found[:2] == [["Firma", "Ort", "Kennzeichen"], ["Hansa Bau AG", "Kiel; Nord", "HH-AB 12"]]


def test_a_column_of_quoted_texts_stays_one_column(tmp_path):
    book = read(tmp_path, b'"Adresse"\n"Ring 1, Wien"\n"Weg 2, Linz"\n', "list.csv")
    assert [cells for _number, cells in book.rows(book.sheets[0])] == [["Adresse"], ["Ring 1, Wien"], ["Weg 2, Linz"]]
