"""An outside agent who was given a round sees its call screen and nothing else, at every address there is (S0-02)."""

import pytest

from contacts.models import ContactRound
from contacts.rounds.actions import callers
from tests.matrix.columns import COLUMNS, PLACES
from tests.matrix.test_matrix import STAFF, Cell
from tests.matrix.world import word

pytestmark = pytest.mark.matrix
AGENT = next(column for column in COLUMNS if column.role == "outside_agent")
OWN = {"contacts:round_next", "contacts:round_call", "contacts:round_result", "contacts:round_later"}
# The names of person and company there, and of the round, which the world calls by another word of that place.
TOLD = {word("Kanarie", PLACES[0]), word("Zeisig", PLACES[0])}


@pytest.fixture
def given(world):
    """The round at the first place, given to the agent with its one stop; with the words of that place that no agent may read."""
    agent = world.users[AGENT]
    found = ContactRound.objects.filter(centre=world.at[PLACES[0]].centre, owner=world.at[PLACES[0]].owner).get()
    callers.let_call(found, agent, by=found.owner)
    callers.assign(list(found.stops.all()), agent, by=found.owner)
    return found


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_everything_but_the_call_screen_is_not_there(world, given, method):
    faults, opened = [], {}
    for address in STAFF:
        path = address.path({kwarg: world.row(address, kwarg, PLACES[0], AGENT) for kwarg in address.kwargs})
        cell = Cell(world, AGENT, method, path)
        if address.name in OWN:
            opened[address.name] = cell.status
        elif cell.status != 404:
            faults.append(str(cell))
        if {leak.lower() for leak in cell.leaks} - ({told.lower() for told in TOLD} if address.name in OWN else set()):
            faults.append(f"{cell} shows {cell.leaks}")
        if method == "GET" and cell.tables:
            faults.append(f"{cell} writes to {cell.tables}")
    assert faults == []
    assert opened.keys() == OWN
    assert opened["contacts:round_call"] == (200 if method == "GET" else 405)
