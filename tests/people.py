"""The people used in the tests: Anna sells in the north, Boris in the south, Herr Brandt is a guest, Mirko drives a van."""

import math

import pytest

from accounts.models import Centre, Company, User
from accounts.staff.models import policy
from cms import kept
from cms.branding import brand_of
from cms.models import HouseBrand
from tests.factories.accounts import assign, make_centre, make_company, make_user


@pytest.fixture(scope="session", autouse=True)
def face_of_the_house() -> None:
    """Cached from the start, so that customer pages cost the same in any order of tests."""
    kept.branding["house"] = math.inf, brand_of(HouseBrand())


@pytest.fixture(autouse=True)
def numbers_of_the_trade() -> None:
    """Defaults until a test changes one; cached from the start, so that pages cost the same in any order of tests."""
    policy.known["rows"] = math.inf, {}


@pytest.fixture
def north(db: None) -> Centre:
    return make_centre("nord", name="Nord", has_wash=True)


@pytest.fixture
def south(db: None) -> Centre:
    return make_centre("sued", name="Süd", has_wash=True)


@pytest.fixture
def anna(north: Centre) -> User:
    return make_user("anna", role="account_manager", at=[north], last_name="Reinhardt", home_centre=north)


@pytest.fixture
def boris(south: Centre) -> User:
    return make_user("boris", role="account_manager", at=[south], last_name="Lang", home_centre=south)


@pytest.fixture
def carla(north: Centre) -> User:
    return make_user("carla", role="centre_manager", at=[north], last_name="Hellwege", home_centre=north)


@pytest.fixture
def dora(north: Centre, south: Centre) -> User:
    return make_user("dora", role="marketing", at=[north, south], last_name="Vogt", home_centre=north)


@pytest.fixture
def emil(north: Centre) -> User:
    return make_user("emil", role="service_adviser", at=[north], last_name="Kruse", home_centre=north)


@pytest.fixture
def wanda(north: Centre) -> User:
    return make_user("wanda", role="wash_attendant", at=[north], last_name="Petrowa", home_centre=north)


@pytest.fixture
def admin(north: Centre, south: Centre) -> User:
    return make_user(
        "admin", role="administrator", at=[north, south], last_name="Root", home_centre=north, is_staff=True, is_superuser=True
    )


@pytest.fixture
def north_ag(north: Centre, anna: User) -> Company:
    """A company of the north that Anna looks after."""
    company = make_company(north, name="Nordhafen Logistik SE")
    assign(company, anna)
    return company


@pytest.fixture
def south_ag(south: Centre, boris: User) -> Company:
    """A company of the south that Boris looks after; Anna must never see a letter of it."""
    company = make_company(south, name="Südwerk Kanarienvogel GmbH")
    assign(company, boris)
    return company
