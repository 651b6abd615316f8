"""The face of the house on customer pages: name, logo, colours that can be read."""

import re
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st

from accounts.models import Centre, User
from cms.branding import house_brand
from cms.models import HouseBrand
from cms.models.brand import contrast
from fleetportal.core.links import Link
from fleetportal.core.web.brand import brand, brands
from tests.factories.events import make_event, make_invitation
from tests.factories.pictures import make_picture

pytestmark = pytest.mark.django_db
COLOURS = st.from_regex(r"#[0-9a-f]{6}", fullmatch=True)


@pytest.fixture(autouse=True)
def nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.kept.branding", {})


@pytest.fixture
def face() -> HouseBrand:
    """The one row, made with the database."""
    return HouseBrand.objects.get()


def invitation_page(client: Client, north: Centre) -> str:
    invitation = make_invitation(make_event(north))
    return client.get(Link.objects.get(scope="invitation", subject_id=invitation.pk).path).content.decode()


def test_a_customer_page_wears_the_houses_colours(client: Client, north: Centre, face: HouseBrand) -> None:
    face.brand_day, face.on_brand_day = "#aa0000", "#ffffff"
    face.save()

    address = re.search(r'href="(/brand\.css\?v=\w+)"', invitation_page(client, north))
    assert address
    sheet = client.get(address[1])
    assert "--brand: light-dark(#aa0000, #f3efe7)" in sheet.content.decode()
    assert "immutable" in sheet["Cache-Control"]


def test_other_colours_have_another_address_and_the_old_one_is_not_kept(client: Client, face: HouseBrand) -> None:
    before = brand().stylesheet
    face.brand_night = "#ffd400"
    face.save()

    assert brand().stylesheet != before
    assert client.get(before)["Cache-Control"] == "no-store"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Wagtail lets go of a file as it cuts
def test_the_logo_stands_on_customer_pages_and_looking_cuts_none(client: Client, north: Centre, face: HouseBrand) -> None:
    face.name, face.logo = "Hellwege", make_picture()
    face.save()
    cut = face.logo.renditions.count()

    assert re.search(r'class="logo" href="/">\s*<img src="/media/images/[^"]+" alt="[^"]*Nord', invitation_page(client, north))
    assert 'alt="Hellwege"' in client.get("/").content.decode()
    assert face.logo.renditions.count() == cut


def test_without_a_logo_the_centre_that_invites_gives_its_name(client: Client, north: Centre, face: HouseBrand) -> None:
    face.name = "Hellwege"
    face.save()

    assert re.search(rf'class="logo" href="/">\s*{north.name}\s*<', invitation_page(client, north))
    assert re.search(r'class="logo" href="/">\s*Hellwege\s*<', client.get("/").content.decode())


def test_words_that_cannot_be_read_on_their_button_are_refused(face: HouseBrand) -> None:
    face.on_brand_night = "#e0e0e0"

    with pytest.raises(ValidationError) as refusal:
        face.full_clean()

    assert set(refusal.value.message_dict) == {"on_brand_night"}
    assert "4.5:1" in str(refusal.value)


@pytest.mark.parametrize("colour", ["red", "#fff", "#12345g", "#123456;}", "#123456\n"])
def test_what_is_no_colour_is_refused(face: HouseBrand, colour: str) -> None:
    face.brand_day = colour

    with pytest.raises(ValidationError):
        face.full_clean()


def test_contrast_is_what_the_guideline_says() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
    assert contrast("#0e5a70", "#0e5a70") == 1


@given(one=COLOURS, other=COLOURS)
def test_contrast_is_the_same_both_ways_and_between_one_and_21(one: str, other: str) -> None:
    assert contrast(one, other) == contrast(other, one)
    assert 1 <= contrast(one, other) <= 21.01


def test_it_is_read_once_in_a_while(django_assert_num_queries: Any, face: HouseBrand) -> None:
    with django_assert_num_queries(1):
        assert house_brand() == house_brand()


@pytest.mark.parametrize(("username", "may"), [("dora", True), ("admin", True), ("anna", False), ("carla", False)])
def test_who_writes_pages_sets_it(client: Client, request: pytest.FixtureRequest, face: HouseBrand, username: str, may: bool) -> None:
    user: User = request.getfixturevalue(username)
    client.force_login(user)
    values = {
        "name": "Hellwege",
        "logo": "",
        "brand_day": "#0e5a70",
        "on_brand_day": "#ffffff",
        "brand_night": "#9ad1e0",
        "on_brand_night": "#1d1b18",
    }

    client.post(f"/cms/settings/cms/housebrand/{face.pk}/", values)

    face.refresh_from_db()
    assert (face.name == "Hellwege") is may


def test_core_tells_the_name_of_the_house_where_no_app_keeps_a_face(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(brands, "_entries", {})
    settings.WAGTAIL_SITE_NAME = "Fleetportal"

    assert brand().name == "Fleetportal"
    assert not brand().stylesheet
