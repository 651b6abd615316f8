"""Pages far from the first are sought beside their neighbour: the same rows as by skipping, whatever the order, one's own only."""

from datetime import date

import pytest
from django.db import connection
from django.db.models import Case, IntegerField, Value, When
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import Centre, Company, User, Vehicle
from fleetportal.core.web.lists import paging
from tests.accounts.test_not_understood import pages
from tests.factories.accounts import make_company

pytestmark = pytest.mark.django_db
RANK = Case(When(make="Opel", then=Value(0)), default=Value(1), output_field=IntegerField())
ORDERS = [("make",), ("-make", "model"), ("contract_ends_on",), ("-contract_ends_on", "make"), (RANK.asc(), "model"), (RANK.desc(),)]


@pytest.fixture(autouse=True)
def few_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paging, "COUNTED_UP_TO", 4)


@pytest.fixture
def vehicles(north_ag: Company) -> list[Vehicle]:
    """Many alike, some without an end."""
    ends = [None, date(2027, 1, 31), date(2027, 6, 30)]
    rows = [Vehicle(company=north_ag, make=("Opel", "Audi")[n % 2], model=f"M{n % 3}", contract_ends_on=ends[n % 3]) for n in range(23)]
    return Vehicle.objects.bulk_create(rows)


@pytest.mark.parametrize("order", ORDERS, ids=str)
def test_pages_forth_and_back_are_those_that_skipping_finds(vehicles: list[Vehicle], order: tuple[str, ...]) -> None:
    rows = Vehicle.objects.order_by(*(paging.empty_last(Vehicle, item) for item in order), "pk")
    all_keys = [*rows.values_list("pk", flat=True)]
    last = 8
    for number in range(3, last + 1):
        expected = all_keys[(number - 1) * 3 : number * 3]
        forth = paging.page_of(rows, number=number, size=3, after=all_keys[(number - 1) * 3 - 1])
        assert (forth.keys, forth.has_next) == (expected, number < last)
        if number < last:
            back = paging.page_of(rows, number=number, size=3, before=all_keys[number * 3])
            assert (back.keys, back.has_next) == (expected, True)


@pytest.mark.parametrize("sort", ["contract_end", "-contract_end"])
def test_rows_without_a_value_come_last_upwards_and_downwards(client: Client, carla: User, north_ag: Company, sort: str) -> None:
    """On both databases, which by themselves differ: nobody sorts by a date to see those that have none."""
    ends = [None, date(2027, 6, 30), None, date(2027, 1, 31)]
    Vehicle.objects.bulk_create(Vehicle(company=north_ag, make="Opel", contract_ends_on=end, use="pool") for end in ends)
    client.force_login(carla)
    page = client.get(f"/vehicles/?sort={sort}")
    known = [date(2027, 1, 31), date(2027, 6, 30)]
    assert [row.contract_ends_on for row in page.context["rows"]] == [*sorted(known, reverse=sort[0] == "-"), None, None]


def test_a_page_beside_its_neighbour_skips_nothing(vehicles: list[Vehicle], django_assert_num_queries) -> None:
    rows = Vehicle.objects.order_by("make", "pk")
    after = rows[8].pk
    with django_assert_num_queries(2) as asked:
        paging.page_of(rows, number=4, size=3, after=after)
    assert not [question["sql"] for question in asked if "OFFSET" in question["sql"]]


def test_rows_that_came_meanwhile_shift_no_page(vehicles: list[Vehicle], north_ag: Company) -> None:
    rows = Vehicle.objects.order_by("make", "pk")
    keys = [*rows.values_list("pk", flat=True)]
    Vehicle.objects.create(company=north_ag, make="AAA")
    assert paging.page_of(rows, number=4, size=3, after=keys[8]).keys == keys[9:12]
    assert paging.page_of(rows, number=4, size=3).keys == keys[8:11]


def names(page) -> list[str]:
    return [company.name for company in page.context["rows"]]


def test_the_links_lead_through_all_rows_and_back(client: Client, carla: User, north: Centre) -> None:
    Company.objects.bulk_create(Company(name=f"Firm {n:02}", name_folded=f"firm {n // 2:02}", centre=north, tier="gold") for n in range(70))
    client.force_login(carla)
    address, seen, pages = "/companies/?tier=gold&sort=-name&rows=20", [], []
    while address:
        page = client.get(address)
        pages.append((address, names(page)))
        seen += names(page)
        address = page.context["next"]
    assert len(seen) == len(set(seen)) == 70
    assert "after=" in pages[-1][0] and "tier=gold" in pages[-1][0] and "sort=-name" in pages[-1][0]
    assert page.context["span"] == "61 to 70 of more than 4"
    back = client.get(page.context["previous"])
    assert names(back) == pages[-2][1]
    assert "after=" not in back.context["current"] and "before=" not in back.context["current"]


def test_an_address_with_the_page_alone_works_too(client: Client, carla: User, north: Centre) -> None:
    Company.objects.bulk_create(Company(name=f"Firm {n:02}", name_folded=f"firm {n:02}", centre=north) for n in range(45))
    client.force_login(carla)
    assert names(client.get("/companies/?rows=20&page=3")) == [f"Firm {n}" for n in range(40, 45)]
    for nonsense in ("after=x", "after=-1", "after=99999999999999999999", "before=²", "after=999999999&before=1"):
        assert names(client.get(f"/companies/?rows=20&page=3&{nonsense}")) == [f"Firm {n}" for n in range(40, 45)], nonsense


def test_a_neighbour_out_of_reach_tells_nothing(client: Client, anna: User, north: Centre, south: Centre) -> None:
    for n in range(45):
        make_company(north, name=f"Firm {n:02}", looked_after_by=anna)
    foreign, missing = make_company(south, name="Firm 20a").pk, 10**9
    client.force_login(anna)
    for name in ("after", "before"):
        told = [client.get(f"/companies/?rows=20&page=2&{name}={key}") for key in (foreign, missing)]
        assert names(told[0]) == names(told[1]) == [f"Firm {n}" for n in range(20, 40)]


@pytest.mark.parametrize("rows", [45, 90])
def test_a_page_too_far_down_for_its_number_skips_nothing_and_says_how_to_go_on(
    client: Client, carla: User, north: Centre, monkeypatch: pytest.MonkeyPatch, rows: int
) -> None:
    """A database reads all rows that it skips: page 1,500 of a long list took five seconds."""
    monkeypatch.setattr(paging, "SKIPPED_UP_TO", 40)
    Company.objects.bulk_create(Company(name=f"Firm {n:02}", name_folded=f"firm {n:02}", centre=north, tier="gold") for n in range(rows))
    client.force_login(carla)
    with CaptureQueriesContext(connection) as asked:
        page = client.get("/companies/?tier=gold&sort=-name&rows=20&page=3")
    assert (page.status_code, names(page), len(asked)) == (200, [], 4)
    assert not [question["sql"] for question in asked if "OFFSET" in question["sql"]]
    assert "too far down to be opened by its number" in page.content.decode()
    last = client.get(page.context["last_by_number"])
    assert names(last) == [f"Firm {rows - 1 - n:02}" for n in range(20, 40)]
    assert names(client.get(last.context["next"]))[0] == f"Firm {rows - 41:02}"  # beside its neighbour it is there
    assert page.context["turned"] == "/companies/?tier=gold&rows=20&sort=name"
    assert names(client.get(page.context["turned"])) == [f"Firm {n:02}" for n in range(20)]


def test_past_the_end_of_a_short_list_is_no_page_too_far_down(client: Client, carla: User, north_ag: Company) -> None:
    client.force_login(carla)
    for address in ("/companies/?page=1500", "/companies/?page=2", "/companies/?page=2&q=Nordhafen"):
        page = client.get(address).content.decode()
        assert "This page is past the end of the list." in page, address
        assert "appear here" not in page and "Nothing matches" not in page


@pytest.mark.parametrize("address", pages())
def test_no_list_skips_rows_without_limit(client: Client, admin: User, address: str) -> None:
    client.force_login(admin)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address, {"page": "1500"}).status_code == 200
    assert not [question["sql"] for question in asked if "OFFSET" in question["sql"]]


@pytest.mark.postgres
@pytest.mark.parametrize("sort", ["name", "tier", "phase", "city", "fleet", "contract_end", "last_contact"])
def test_no_sort_of_companies_sorts_all_of_them(client: Client, carla: User, north: Centre, sort: str) -> None:
    """An index gives the order, upwards and downwards, as far as PostgreSQL is told not to prefer a sort for so few."""
    make_company(north)
    client.force_login(carla)
    for direction in ("", "-"):
        with CaptureQueriesContext(connection) as asked:
            client.get(f"/companies/?sort={direction}{sort}")
        in_order = next(one["sql"] for one in asked if f"LIMIT {paging.COUNTED_UP_TO + 1}" in one["sql"])
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off")
            cursor.execute(f"EXPLAIN {in_order}")
            plan = "\n".join(row[0] for row in cursor.fetchall())
        assert "Index" in plan
        assert "->  Sort  (" not in plan, plan  # names within a tier or phase are sorted a tier at a time ("Incremental Sort")
