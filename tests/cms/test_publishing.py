"""What an editor put off happens (F14), and a copied page speaks every language (F15)."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import timezone

from accounts.models import Centre, User
from cms.landing import make_landing_page
from cms.models import EventPage, HomePage
from cms.publishing import publish_scheduled
from cms.wagtail_hooks import speak_copies
from fleetportal.core.jobs.minutes import EVERY_SECONDS, Minutes, each_minute
from tests.factories.accounts import make_user
from tests.factories.events import make_event

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def landing(north: Centre, dora: User) -> EventPage:
    event = make_event(north, title="The new Larea")
    make_landing_page(event, dora)
    return EventPage.objects.get(event=event, alias_of=None)


def put_off(page: EventPage, dora: User, **when: Any) -> None:
    page.title = "Later words"
    for name, moment in when.items():
        setattr(page, name, moment)
    revision = page.save_revision(user=dora)
    revision.publish(user=dora, skip_permission_checks=True)


@pytest.mark.parametrize("way", ["task", "command"])
def test_a_page_goes_live_at_its_time(client: Client, landing: EventPage, dora: User, way: str) -> None:
    put_off(landing, dora, go_live_at=timezone.now() + timedelta(minutes=2))
    revision, passed = landing.revisions.latest("pk"), timezone.now() - timedelta(seconds=1)  # as if two minutes had passed
    revision.content["go_live_at"] = passed.isoformat()
    revision.approved_go_live_at = passed
    revision.save()
    assert "Later words" not in client.get(landing.url).content.decode()

    if way == "task":
        publish_scheduled()
    else:
        call_command("send_outbox", "--once")
    cache.clear()

    assert "Later words" in client.get(landing.url).content.decode()


def test_a_page_vanishes_at_its_time(client: Client, landing: EventPage) -> None:
    EventPage.objects.filter(pk=landing.pk).update(expire_at=timezone.now() - timedelta(seconds=1))
    publish_scheduled()
    cache.clear()
    assert client.get(landing.url).status_code == 404


def test_what_is_not_due_stays_and_costs_two_queries(landing: EventPage, dora: User, django_assert_num_queries: Any) -> None:
    put_off(landing, dora, go_live_at=timezone.now() + timedelta(minutes=2))
    with django_assert_num_queries(2):
        publish_scheduled()


def test_it_comes_round_each_minute_also_where_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    done: list[str] = []

    def fails() -> None:
        done.append("failed")
        raise RuntimeError("a fault of one")

    monkeypatch.setattr(each_minute, "_entries", {"a": (100, fails), "b": (100, lambda: done.append("b"))})
    minutes = Minutes()
    minutes.pass_by()
    minutes.pass_by()
    assert done == ["failed", "b"]
    minutes.due -= EVERY_SECONDS
    minutes.pass_by()
    assert done == ["failed", "b"] * 2


def copied(page: EventPage, dora: User, **options: Any) -> EventPage:
    copy = page.copy(update_attrs={"slug": "copied", "title": "Copied"}, user=dora, **options)
    request = RequestFactory().post("/")
    request.user = dora
    speak_copies(request, page, copy)
    return EventPage.objects.get(pk=copy.pk)


@pytest.mark.parametrize("is_live", [True, False])
def test_a_copy_is_there_in_every_language_and_about_no_event_yet(client: Client, landing: EventPage, dora: User, is_live: bool) -> None:
    copy = copied(landing, dora, keep_live=is_live)

    assert copy.event is None and EventPage.objects.filter(event=landing.event, alias_of=None).get() == landing
    assert copy.get_latest_revision_as_object().event is None
    pages = EventPage.objects.filter(translation_key=copy.translation_key)
    assert pages.count() == HomePage.objects.count()
    assert {client.get(page.url).status_code for page in pages if page.url} == ({200} if is_live else {404})


def test_a_copy_made_in_the_admin_speaks_every_language(client: Client, landing: EventPage, admin: User) -> None:
    client.force_login(admin)
    parent = landing.get_parent()
    data = {"new_title": "Copied", "new_slug": "copied-there", "new_parent_page": parent.pk, "publish_copies": "on"}

    said = client.post(f"/cms/pages/{landing.pk}/copy/", data)

    assert said.status_code == 302
    assert EventPage.objects.filter(slug="copied-there").count() == HomePage.objects.count()
    assert not EventPage.objects.filter(slug="copied-there", event__isnull=False).exists()


@pytest.mark.parametrize(("published", "said"), [(True, "everyone can read it"), (False, "as a draft")])
def test_whoever_makes_a_landing_page_reads_whether_it_is_public(
    client: Client, carla: User, north: Centre, published: bool, said: str
) -> None:
    event = make_event(north, published=published)
    client.force_login(carla)
    answer = client.post(f"/events/{event.pk}/landing-page/", {"_key": "a" * 16}, follow=True)
    assert said in answer.content.decode()
    assert EventPage.objects.get(event=event, alias_of=None).live is published


# What a landing page may be about (R21, R24) -----------------------------------------------------------------------------------------


def test_an_editor_chooses_among_the_events_of_their_centres_and_the_one_there_stays(client: Client, north: Centre, south: Centre) -> None:
    own, far = make_event(north, title="Evening in the north"), make_event(south, title="Secret of the south", published=False)
    client.force_login(make_user("mara", role="marketing", at=[north], home_centre=north))
    home = HomePage.objects.order_by("depth").first()
    form = client.get(reverse("wagtailadmin_pages:add", args=["cms", "eventpage", home.pk]))
    assert form.status_code == 200
    assert own.title in form.content.decode() and far.title not in form.content.decode()
    sent = {"title": "New", "slug": "new", "event": far.pk, "intro": "", "picture": "", "body-count": 0}
    client.post(reverse("wagtailadmin_pages:add", args=["cms", "eventpage", home.pk]), sent)
    assert not EventPage.objects.filter(event=far).exists()
    client.post(reverse("wagtailadmin_pages:add", args=["cms", "eventpage", home.pk]), {**sent, "event": own.pk})
    assert EventPage.objects.filter(event=own).exists()
    make_landing_page(far, None)
    page = EventPage.objects.get(event=far, alias_of=None)
    client.post(reverse("wagtailadmin_pages:edit", args=[page.pk]), {**sent, "slug": page.slug})
    edited = EventPage.objects.get(pk=page.pk).get_latest_revision_as_object()
    assert (edited.title, edited.event) == ("New", far)
