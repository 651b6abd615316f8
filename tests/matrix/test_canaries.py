"""The matrix itself: each fault it is there for, planted on purpose, and found."""

import pytest

from tests.matrix import faulty_addresses
from tests.matrix.addresses import walk
from tests.matrix.columns import COLUMNS
from tests.matrix.test_matrix import STAFF, faults_of

pytestmark = pytest.mark.matrix
FAULTY = {address.shape.split("/")[1]: address for address in walk(faulty_addresses.urlpatterns) if address.shape.startswith("faulty/")}
ANNA, EMIL = COLUMNS[5], COLUMNS[4]


@pytest.mark.parametrize(
    ("fault", "column", "words"),
    [
        ("shows", ANNA, "shows ['Kanarieboris']"),
        ("shows", ANNA, "must look like what is missing"),
        ("tells", ANNA, "403, but what is out of reach must look like what is missing"),
        ("writes", ANNA, "writes to ['accounts_company']"),
        ("too-little", EMIL, "shows ['Zeisigannas']"),
        ("parent", ANNA, "shows ['Finkfar']"),
        ("counts", ANNA, "shows ['Kanarieboris', 'Kanariecolleagues', 'Kanariefar']"),
    ],
)
def test_a_fault_is_found_when_a_page_has_it(world, settings, fault, column, words):
    settings.ROOT_URLCONF = "tests.matrix.faulty_addresses"
    assert words in "\n".join(faults_of(world, FAULTY[fault], column))


def test_a_page_that_declares_nobody_is_found():
    assert [name for name, address in FAULTY.items() if address.access is None and address.tree is None] == ["nobody"]


def test_a_sound_page_has_no_fault(world):
    sound = next(address for address in STAFF if address.kwargs == ("company_id",))
    assert list(faults_of(world, sound, ANNA)) == []
