"""Names with what stands before and behind them: degrees of several words, with and without dots and commas, ranks, "jun."."""

import pytest

from intake.reading import names
from intake.reading.names import Name


@pytest.mark.parametrize(
    ("text", "first", "last", "title"),
    [
        ("Inga Lorenz B.A.", "Inga", "Lorenz", "B.A."),
        ("Tom Berg B.Sc.", "Tom", "Berg", "B.Sc."),
        ("Tom Berg BSc", "Tom", "Berg", "BSc"),
        ("O. Kern B.A.", "O.", "Kern", "B.A."),
        ("Anna Kern, M.Sc.", "Anna", "Kern", "M.Sc."),
        ("Kern, Anna, LL.M.", "Anna", "Kern", "LL.M."),
        ("Tom Hill, Ph.D., CPA", "Tom", "Hill", "Ph.D. CPA"),
        ("Anna-Lena von der Heide B.Eng.", "Anna-Lena", "von der Heide", "B.Eng."),
        ("Univ.Doz. Uwe Voß", "Uwe", "Voß", "Univ.Doz."),
        ("Priv.-Doz. Uwe Voß", "Uwe", "Voß", "Priv.-Doz."),
        ("Dr. med. dent. Li Na", "Li", "Na", "Dr. med. dent."),
        ("Prof. Dr. Dr. h.c. mult. Uwe Voß", "Uwe", "Voß", "Prof. Dr. Dr. h.c. mult."),
        ("Dr. rer. nat. Eva Kern", "Eva", "Kern", "Dr. rer. nat."),
        ("Dipl.-Wirt.-Ing. Jan Ott", "Jan", "Ott", "Dipl.-Wirt.-Ing."),
        ("DI Eva Kern", "Eva", "Kern", "DI"),
        ("Mag.a Lena Huber", "Lena", "Huber", "Mag.a"),
        ("Ing. Eva Kern BSc", "Eva", "Kern", "Ing. BSc"),
        ("Dott.ssa Maria Rossi", "Maria", "Rossi", "Dott.ssa"),
        ("Kern Dr., Anna", "Anna", "Kern", "Dr."),
        ("Иванов Иван Иванович, к.т.н.", "Иван Иванович", "Иванов", "к.т.н."),
        ("Thomas Müller jun.", "Thomas", "Müller jun", ""),
        ("Martin King, Jr.", "Martin", "King Jr", ""),
        ("Karl Graf Lambsdorff", "Karl", "Graf Lambsdorff", ""),
        ("Freifrau Anna von Kern", "Anna", "Freifrau von Kern", ""),
    ],
)
def test_a_name_keeps_its_parts_whatever_stands_around_them(text, first, last, title):
    assert names.split(text) == Name(first, last, title)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [("Jack Ma", "Jack", "Ma"), ("Kelechi Mba", "Kelechi", "Mba"), ("Steffi Graf", "Steffi", "Graf"), ("Rossi M.A.", "M.A.", "Rossi")],
)
def test_names_that_look_like_degrees_are_names(text, first, last):
    assert names.split(text) == Name(first, last, "")


def test_the_order_of_a_column_holds_beside_degrees():
    assert names.split("Kern Anna B.Sc.", order=names.LAST_FIRST) == Name("Anna", "Kern", "B.Sc.")
    assert names.split("Graf Lambsdorff Karl", order=names.LAST_FIRST) == Name("Karl", "Graf Lambsdorff", "")


def test_degrees_between_commas_are_nobody():
    assert names.several("Anna Kern, M.Sc., Tom Berg") == ["Anna Kern, M.Sc.", "Tom Berg"]
    assert names.several("Dr. Anna Kern, LL.M. und Tom Berg B.A.") == ["Dr. Anna Kern, LL.M.", "Tom Berg B.A."]


@pytest.mark.parametrize(
    ("text", "degrees", "rest"),
    [("Dr. Anna", "Dr.", "Anna"), ("Kern, M.Sc.", "M.Sc.", "Kern"), ("Voss MBA", "MBA", "Voss"), ("Ma", "", "Ma")],
)
def test_a_part_of_a_name_in_a_column_of_its_own_gives_up_its_degrees(text, degrees, rest):
    assert names.without_degrees(text) == (degrees, rest)
