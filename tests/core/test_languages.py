"""The language of an answer is its reader's alone: the thread that made it speaks the next one's, or its own."""

import pytest
from django.test import Client
from django.utils import translation

from accounts.models import User
from fleetportal.core.links import Link
from tests.factories.contacts import make_person

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("language", ["it", "ru"])
def test_a_letters_language_does_not_stay_behind(client: Client, language: str) -> None:
    address = make_person(language=language).addresses.get()
    before = translation.get_language()
    page = client.get(f"/preferences/{Link.objects.make('preferences', address.pk).token}/").content.decode()
    assert f'<html lang="{language}"' in page
    assert translation.get_language() == before


def test_a_users_language_does_not_stay_behind(client: Client, anna: User) -> None:
    anna.language = "de"
    anna.save()
    client.force_login(anna)
    assert '<html lang="de"' in client.get("/companies/").content.decode()
    assert translation.get_language() == "en"


def test_it_is_given_back_when_a_page_breaks(client: Client) -> None:
    client.get("/no-such-page/", headers={"Accept-Language": "ru"})
    assert translation.get_language() == "en"


@pytest.mark.parametrize(("asked", "chosen", "spoken"), [("ru", "", "ru"), ("ru", "it", "it"), ("fr", "", "en"), ("", "", "en")])
def test_a_visitor_is_spoken_to_as_chosen_else_as_the_browser_asks(client: Client, asked: str, chosen: str, spoken: str) -> None:
    if chosen:
        client.post("/language/", {"language": chosen})
    assert f'<html lang="{spoken}"' in client.get("/login/", headers={"Accept-Language": asked}).content.decode()
    assert translation.get_language() == "en"
