"""Where leaks really sit (R21): search, counts, filters, sort order, exports. What others have changes no byte of one's own pages."""

from collections.abc import Iterator

import pytest
from django.db import transaction
from django.db.models import Model
from django.http import HttpRequest

from accounts.customers.models.company import CompanyQuerySet
from accounts.models import Centre, Company, User, Vehicle
from contacts.models import Person
from events.models import Event
from fleetportal.core.web.lists import ListPage, listed
from tests.answers import said
from tests.matrix.addresses import Address
from tests.matrix.columns import COLUMNS, PLACES, Column, Place
from tests.matrix.test_matrix import STAFF, difference, is_personal
from tests.matrix.trees import SHOWS_ALL
from tests.matrix.world import MISSING, PLANTED, At, World, word

pytestmark = pytest.mark.matrix
WITHOUT_ID = [address for address in STAFF if not address.kwargs and not address.shape.startswith((*SHOWS_ALL,))]
WITH_OWN_ROW = [address for address in STAFF if address.kwargs and not is_personal(address)]
ANNA, CARLA, EMIL = (
    next(c for c in COLUMNS if c.name == n) for n in ("account manager Nord", "centre manager Nord", "service adviser Nord")
)
NEW_ROWS = [Place(f"new{number}", "sued" if number % 2 else "west") for number in range(4)]
HOSTILE = [*(word(kind, place) for kind, place in zip(PLANTED, (PLACES[1], PLACES[2], PLACES[3], PLACES[2]), strict=True)), "GmbH", "Kim"]


def page_of(address: Address) -> type[ListPage] | None:
    """The list page behind an address, if it is one."""
    view = getattr(address.view, "view_class", None)
    return view if view is not None and issubclass(view, ListPage) else None


def questions(address: Address) -> Iterator[str]:
    """Queries that could tell of others: every sort order, searches for what stands in foreign rows, the export."""
    page = page_of(address)
    yield from ("", *(f"?q={text}" for text in (HOSTILE if page or "search" in address.shape else [])))
    if page is None:
        return
    for name, column in page.table_class.base_columns.items():
        if column.orderable:
            yield f"?sort=-{name}"
    yield "?rows=20&page=2"
    yield "?_export=csv"


def answers(world: World, column: Column, addresses: list[Address]) -> dict[str, tuple[int, bytes]]:
    """What the column is told at each address with each question, exports included."""
    client, told = world.clients[column], {}
    own = next((place for place in PLACES if column.reaches(place, "meet_customers")), PLACES[0])
    for address in addresses:
        path = address.path({kwarg: world.row(address, kwarg, own, column) for kwarg in address.kwargs})
        for question in questions(address) if not address.kwargs else [""]:
            told[f"GET {path}{question}"] = said(client.get(path + question))
        if page_of(address):
            told[f"POST {path}"] = said(client.post(path, {"_export": "csv", "reason": "The yearly report"}))
    return told


def told_of_strangers(world: World, column: Column, addresses: list[Address]) -> list[str]:
    """The questions whose answers hold a stranger's word, or change when strangers get more rows; all is taken back."""
    with transaction.atomic():
        before = answers(world, column, addresses)
        for place in NEW_ROWS:
            At(place, world.centres[place.centre])
        after = answers(world, column, addresses)
        transaction.set_rollback(True)
    changed = [
        f"{question}: {difference(before[question][1], after[question][1])}" for question in before if before[question] != after[question]
    ]
    return changed + [
        f"{question} shows {words}" for question, (_, body) in before.items() if (words := leaks(world, column, question, body))
    ]


def leaks(world: World, column: Column, question: str, body: bytes) -> list[str]:
    """Strangers' words in an answer, apart from what was asked and comes back in the field."""
    asked = question.partition("?q=")[2]
    return sorted(world.leaked(column, body) - {asked})


@pytest.mark.parametrize("column", [ANNA, EMIL], ids=lambda column: column.name)
@pytest.mark.parametrize("addresses", [WITHOUT_ID, WITH_OWN_ROW], ids=["lists, search, exports", "one's own rows"])
def test_ones_own_pages_tell_nothing_of_strangers(world, column, addresses):
    assert told_of_strangers(world, column, [address for address in addresses if column.may(address.access.may)]) == []


@pytest.mark.parametrize("name", sorted(listed))
def test_a_filter_answers_alike_when_a_row_is_foreign_and_when_it_is_missing(world, name):
    """For each filter that names a row."""
    page, client, request = listed[name], world.clients[ANNA], HttpRequest()
    address = next(address for address in WITHOUT_ID if page_of(address) is page).path({})
    request.user = world.users[ANNA]
    for field, choice in page.filterset_class.base_filters.items():
        rows = choice.extra.get("queryset")
        model = getattr(rows(request) if callable(rows) else rows, "model", None)
        for pk in foreign(world, model) if model else []:
            told = said(client.get(f"{address}?{field}={pk}"), apart_from=as_asked(field, pk))
            missing = said(client.get(f"{address}?{field}={MISSING}"), apart_from=as_asked(field, MISSING))
            assert told == missing, f"{field}={pk}"


def as_asked(field: str, pk: int) -> list[str]:
    """The value that was asked for, as the page says it again: in an address, in a sentence, in the field itself, as the filter's label."""
    return [f"{field}={pk}", f"“{pk}”", f'name="{field}" value="{pk}"', f" {pk}<svg"]


def foreign(world: World, model: type[Model]) -> list[int]:
    """Rows of `model` that Anna may know nothing of."""
    far = world.at[PLACES[3]]
    known = {
        Company: far.company.pk,
        Centre: far.centre.pk,
        User: world.users[COLUMNS[6]].pk,
        Person: far.person.pk,
        Vehicle: far.vehicle.pk,
        Event: far.event.pk,
    }
    assert model in known, f"say which row of {model} is foreign to Anna"
    return [known[model]]


def test_the_comparison_fails_when_the_guard_is_out(world, monkeypatch):
    """The canary of the canaries: everybody reaches everything, and the pages differ."""
    monkeypatch.setattr(CompanyQuerySet, "where", lambda rows, user, *, may: rows.all())
    assert told_of_strangers(world, ANNA, [address for address in WITHOUT_ID if page_of(address) is listed["companies"]]) != []
