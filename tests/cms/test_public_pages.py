"""The home page and landing pages: there from the start, kept and cookie-free, with the answer's form apart."""

import gzip
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page, PageViewRestriction

from accounts.models import Centre, User
from cms import kept
from cms.landing import landing_for_guests, landing_page, make_landing_page, translate
from cms.models import EventPage, HomePage
from cms.serving import landing_at
from cms.wagtail_hooks import speak
from events.models import Event
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Message
from tests.factories.accounts import make_company
from tests.factories.events import make_event, make_guest, make_invitation
from tests.factories.pictures import make_picture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def event(north: Centre) -> Event:
    return make_event(north, title="The new Larea", headline="We lift the cloth.")


@pytest.fixture
def landing(event: Event, dora: User) -> EventPage:
    make_landing_page(event, dora)
    return EventPage.objects.get(event=event, alias_of=None)


@pytest.mark.parametrize(("address", "words"), [("/", "Welcome"), ("/de/", "Willkommen"), ("/it/", "Benvenuti"), ("/ru/", "Добро")])
def test_there_is_a_home_page_in_every_language_from_the_start(client: Client, address: str, words: str) -> None:
    page = client.get(address)

    assert page.status_code == 200
    assert words in page.content.decode()


def test_a_public_page_describes_itself_by_what_its_editor_wrote_else_by_its_first_sentence(client: Client, landing: EventPage) -> None:
    EventPage.objects.filter(pk=landing.pk).update(intro='What "guests" can expect')
    assert '<meta name="description" content="What &quot;guests&quot; can expect">' in client.get(landing.url).content.decode()
    cache.clear()
    EventPage.objects.filter(pk=landing.pk).update(search_description="A new car, unveiled")
    assert '<meta name="description" content="A new car, unveiled">' in client.get(landing.url).content.decode()
    assert '<meta name="description"' in client.get("/").content.decode()
    cache.clear()
    HomePage.objects.update(intro="", search_description="")
    assert '<meta name="description"' not in client.get("/").content.decode()


def test_a_public_page_sets_no_cookie_and_may_be_kept(client: Client, landing: EventPage) -> None:
    for address in ("/", landing.url):
        page = client.get(address)
        assert not page.cookies
        assert "Cookie" not in page.get("Vary", "")
        assert page["Cache-Control"] == "public, max-age=60"


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Wagtail lets go of a file as it cuts
def test_the_picture_of_an_event_stands_on_every_page_about_it_and_looking_cuts_none(client: Client, landing: EventPage) -> None:
    picture = landing.picture = make_picture(width=1600, height=1200)
    landing.save_revision().publish()
    cut = picture.renditions.count()
    invitation = make_invitation(landing.event)

    for address in ("/", landing.url, Link.objects.get(scope="invitation", subject_id=invitation.pk).path):
        page = client.get(address).content.decode()
        shown = re.findall(r'<(?:source [^>]*srcset|img src)="(/media/images/[^"]+)"', page)
        assert len(shown) == 2, page
        for file in shown:
            assert b"".join(client.get(file).streaming_content)
    assert picture.renditions.count() == cut


@pytest.mark.parametrize("has_picture", [False, True])
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # Wagtail lets go of a file as it cuts
def test_a_landing_page_made_afresh_is_found_by_its_own_row(
    client: Client, landing: EventPage, settings: Any, django_assert_num_queries: Any, has_picture: bool
) -> None:
    """The row with event, picture and language; its translations. The picture's sizes and the branding are known: neither ends its
    minute between the two requests, nor does a Redis that others keep busy."""
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "LOCATION": "landing"}}
    cache.clear()
    kept.branding.clear()
    if has_picture:
        landing.picture = make_picture(width=1600, height=1200)
        landing.save_revision().publish()
    first = client.get(landing.url)

    with django_assert_num_queries(2):
        again = client.get(landing.url)

    assert again.content == first.content
    assert landing.title in again.content.decode()


def test_a_page_found_by_its_row_is_what_wagtail_serves(client: Client, landing: EventPage, monkeypatch: pytest.MonkeyPatch) -> None:
    addresses = [f"{prefix}{landing.url}" for prefix in ("", "/de", "/it", "/ru")]
    ours = [client.get(address).content for address in addresses]
    monkeypatch.setattr("cms.serving.landing_at", lambda path: None)
    assert [client.get(address).content for address in addresses] == ours
    assert len(set(ours)) == 4


@pytest.mark.parametrize("on_its_parent", [False, True])
def test_a_restricted_page_is_left_to_wagtail(client: Client, landing: EventPage, on_its_parent: bool) -> None:
    page = landing.get_parent() if on_its_parent else landing
    assert landing_at(landing.url.strip("/") + "/") == landing
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    assert landing_at(landing.url.strip("/") + "/") is None
    assert client.get(landing.url)["Location"].startswith("/login/")


def test_a_restriction_elsewhere_closes_nothing(client: Client, landing: EventPage) -> None:
    other = landing.get_parent().add_child(instance=EventPage(title="Other", slug="other"))
    PageViewRestriction.objects.create(page=other, restriction_type=PageViewRestriction.LOGIN)
    assert client.get(landing.url).status_code == 200


@pytest.fixture
def in_memory(settings: Any) -> Iterator[None]:
    settings.KEEP_PAGES_SECONDS = 60
    kept.forget()
    yield
    kept.forget()


def test_a_page_out_of_memory_costs_no_query_and_is_the_same(
    client: Client, landing: EventPage, in_memory: None, django_assert_num_queries: Any
) -> None:
    first = client.get(landing.url)

    with django_assert_num_queries(0):
        again = client.get(landing.url)

    own = {"X-Request-ID"}
    assert again.content == first.content
    assert {name: value for name, value in again.items() if name not in own} == {
        name: value for name, value in first.items() if name not in own
    }


def test_memory_keeps_a_compressed_page_for_those_who_accept_it_and_a_plain_one_for_others(
    client: Client, landing: EventPage, in_memory: None
) -> None:
    for _turn in range(2):
        plain, zipped = client.get(landing.url), client.get(landing.url, headers={"Accept-Encoding": "gzip"})
        assert (plain.get("Content-Encoding"), zipped["Content-Encoding"]) == (None, "gzip")
        assert gzip.decompress(zipped.content) == plain.content
        assert "Accept-Encoding" in plain["Vary"] and "Accept-Encoding" in zipped["Vary"]


def test_memory_keeps_nothing_but_public_pages_and_nothing_for_who_has_a_session(
    client: Client, landing: EventPage, dora: User, in_memory: None
) -> None:
    invitation = make_invitation(landing.event)
    for address in (Link.objects.get(scope="invitation", subject_id=invitation.pk).path, "/login/", "/nowhere/", f"{landing.url}?q=1"):
        client.get(address)
    client.post(landing.url)
    client.force_login(dora)
    client.get(landing.url)
    assert not kept.kept


def test_memory_shows_a_new_version_at_once_and_forgets_in_time(client: Client, landing: EventPage, in_memory: None) -> None:
    client.get(landing.url)
    landing.intro = "With the people who built it."
    landing.save_revision().publish()
    assert "With the people who built it." in client.get(landing.url).content.decode()

    address, answer = next(iter(kept.kept.items()))
    kept.kept[address] = replace(answer, until=0.0, body=b"old")
    assert client.get(landing.url).content != b"old"


def test_a_new_version_is_shown_at_once(client: Client, landing: EventPage) -> None:
    client.get(landing.url)
    landing.intro = "With the people who built it."
    landing.save_revision().publish()

    assert "With the people who built it." in client.get(landing.url).content.decode()


def test_who_is_signed_in_gets_a_page_that_nobody_keeps(client: Client, landing: EventPage, dora: User) -> None:
    client.force_login(dora)

    assert client.get(landing.url)["Cache-Control"] == "no-store"


def test_others_read_how_to_ask_and_find_no_form(client: Client, landing: EventPage) -> None:
    words = client.get(landing.url).content.decode()

    assert "Ask Anna" not in words
    assert "By invitation only" in words
    assert "<form" not in words


def test_a_page_that_was_translated_says_its_own_words_and_so_do_the_guests_pages(
    client: Client, landing: EventPage, event: Event, dora: User
) -> None:
    translate(event, "de", title="Der neue Larea", intro="Vor allen anderen.", by=dora)
    invitation = make_invitation(event, make_guest(make_company(event.centre), language="de"))
    link = Link.objects.get(scope="invitation", subject_id=invitation.pk)

    for address in (f"/de{landing.url}", link.path):
        words = client.get(address).content.decode()
        assert "<h1>Der neue Larea</h1>" in words
        assert "Vor allen anderen." in words
        assert "We lift the cloth." not in words
    assert "<h1>We lift the cloth.</h1>" in client.get(landing.url).content.decode()
    assert "<h1>We lift the cloth.</h1>" in client.get(f"/it{landing.url}").content.decode(), "what was not translated stays a copy"


@pytest.mark.parametrize("language", ["de", "it", "ru"])
def test_a_landing_page_is_there_in_every_language_cookie_free_and_without_a_form(
    client: Client, landing: EventPage, language: str
) -> None:
    page = client.get(f"/{language}{landing.url}")
    words = page.content.decode()
    assert (page.status_code, page["Cache-Control"], bool(page.cookies)) == (200, "public, max-age=60", False)
    assert f'<html lang="{language}">' in words and "<form" not in words
    assert "By invitation only" not in words and "We lift the cloth." in words
    assert landing.title in client.get(f"/{language}/").content.decode()
    assert words.count('hreflang="') == 2 * len(django_settings.LANGUAGES)


def test_what_is_written_anew_is_written_in_every_language(client: Client, landing: EventPage) -> None:
    client.get(f"/de{landing.url}")
    landing.intro = "With the people who built it."
    landing.save_revision().publish()
    assert "With the people who built it." in client.get(f"/de{landing.url}").content.decode()
    landing.unpublish()
    assert client.get(f"/de{landing.url}").status_code == 404


@pytest.mark.parametrize("address", ["/", "/de/"])
def test_other_languages_are_named_by_the_full_address_of_the_portal(client: Client, settings: Any, address: str) -> None:
    settings.BASE_URL = "https://fleet.example:8443"
    words = client.get(address).content.decode()
    found = dict(re.findall(r'<link rel="alternate" hreflang="(\w+)" href="([^"]+)"', words))
    assert found == {code: f"https://fleet.example:8443/{'' if code == 'en' else code + '/'}" for code, _name in django_settings.LANGUAGES}


def test_a_page_that_an_editor_makes_speaks_every_language_too(landing: EventPage, dora: User, rf: Any) -> None:
    page = landing.get_parent().add_child(instance=EventPage(title="By hand", slug="by-hand"))
    speak(rf.get("/"), page)
    speak(rf.get("/"), page)
    assert EventPage.objects.filter(title="By hand").count() == len(django_settings.LANGUAGES)


def test_a_letter_says_what_the_landing_page_says_in_the_guests_language(landing: EventPage, event: Event, dora: User) -> None:
    translate(event, "de", title="Müller & Söhne zeigen ihn", intro="Vor „allen“ anderen & zuerst.", by=dora)
    german, english = (make_invitation(event, make_guest(language=language)) for language in ("de", "en"))
    there, here = (Message.objects.get(key=invitation.message_key) for invitation in (german, english))
    assert there.subject.startswith("Ihre Einladung: Müller & Söhne zeigen ihn, ")
    assert "Vor „allen“ anderen & zuerst." in there.text and "Müller & Söhne zeigen ihn" in there.text
    assert "Vor „allen“ anderen &amp; zuerst." in there.html and event.title not in there.text + there.html
    assert here.subject == "We lift the cloth." and event.title in here.text


def test_a_guest_is_led_to_the_landing_page_in_their_language(client: Client, landing: EventPage, event: Event) -> None:
    make_invitation(event, make_guest(language="de"))
    link = Link.objects.get(scope="invitation")
    assert f'href="/de{landing.url}#i={link.token}"' in client.get(link.path).content.decode()


def test_the_guests_page_leads_to_the_landing_page_with_the_token_behind_the_hash(client: Client, landing: EventPage, event: Event) -> None:
    make_invitation(event)
    link = Link.objects.get(scope="invitation")

    page, part = client.get(link.path).content.decode(), client.get(f"{link.path}form/")

    assert f'href="{landing.url}#i={link.token}"' in page
    assert '<form class="answer" method="post"' in part.content.decode()
    assert "<html" not in part.content.decode()
    assert part["Cache-Control"] == "no-store"


def test_making_it_twice_makes_one_page(event: Event, landing: EventPage, dora: User) -> None:
    make_landing_page(event, dora)

    assert EventPage.objects.filter(event=event).count() == len(django_settings.LANGUAGES)
    assert landing_page(event).is_live


def test_who_runs_events_makes_the_page_of_a_published_one_without_a_right_in_the_cms(client: Client, event: Event, carla: User) -> None:
    client.force_login(carla)
    answer = client.post(f"/events/{event.pk}/landing-page/")
    assert (answer.status_code, answer["Location"]) == (303, f"/events/{event.pk}/")
    assert landing_page(event).is_live


def test_the_page_of_a_draft_is_a_draft(client: Client, north: Centre, dora: User) -> None:
    event = make_event(north, published=False)

    make_landing_page(event, dora)

    page = EventPage.objects.get(event=event, alias_of=None)
    assert not EventPage.objects.live().exists()
    for prefix in ("", "/de", "/it", "/ru"):
        assert client.get(f"{prefix}/{page.slug}/").status_code == 404
    page.save_revision().publish()
    assert client.get(f"/de/{page.slug}/").status_code == 200


def test_looking_at_public_pages_writes_nothing(client: Client, landing: EventPage) -> None:
    before = (Page.objects.count(), list(Page.objects.values()))

    for method in ("get", "head"):
        assert getattr(client, method)(landing.url).status_code == 200

    assert (Page.objects.count(), list(Page.objects.values())) == before


@pytest.mark.parametrize(("name", "status"), [("dora", 200), ("carla", 404), ("anna", 404)])
def test_who_may_edit_pages_gets_wagtails_admin_and_its_pages(
    client: Client, dora: User, carla: User, anna: User, name: str, status: int
) -> None:
    client.force_login(User.objects.get(username=name))
    home = HomePage.objects.order_by("path").first()

    assert client.get("/cms/").status_code == status
    assert client.get(reverse("wagtailadmin_pages:edit", args=[home.pk])).status_code == status
    assert client.get(reverse("wagtailimages:index")).status_code == status


@pytest.mark.parametrize("language", ["en", "de"])
def test_a_public_page_speaks_its_own_language_whatever_its_reader_has_chosen(
    client: Client, landing: EventPage, dora: User, language: str
) -> None:
    dora.language = language
    dora.save()
    client.force_login(dora)

    assert "Willkommen" in client.get("/de/").content.decode()
    assert "Welcome" in client.get("/").content.decode()
    assert client.get(landing.url).status_code == 200
    assert f'lang="{language}"' in client.get("/events/").content.decode()


def test_guests_see_a_landing_page_anew_once_it_is_written(client: Client, landing: EventPage, in_memory: None) -> None:
    shown = landing_for_guests(landing.event)
    assert shown and shown.is_live

    landing.unpublish()

    unpublished = landing_for_guests(landing.event)
    assert unpublished and not unpublished.is_live


def test_a_landing_page_is_looked_up_once_for_many_guests(
    client: Client, landing: EventPage, in_memory: None, django_assert_num_queries: Any
) -> None:
    first = landing_for_guests(landing.event)
    with django_assert_num_queries(0):
        assert landing_for_guests(landing.event) == first
    with django_assert_num_queries(1), translation.override("de"):
        landing_for_guests(landing.event)
