"""Personal links: found by their hash, opened by a secret outside the database, shut alike in every way."""

import json
from datetime import timedelta

import pytest
from django.core import serializers
from django.db import connection
from django.utils import timezone

from fleetportal.core import links
from fleetportal.core.links import Link
from tests.answers import said

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def link():
    return Link.objects.make("voucher", 7)


@pytest.fixture
def voucher_page(settings, monkeypatch):
    settings.ROOT_URLCONF = "tests.core.link_addresses"
    settings.BASE_URL = "https://fleet.example"
    monkeypatch.setitem(links.scopes, "voucher", "voucher")


def test_a_link_is_found_by_its_token(link, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert Link.objects.find("voucher", link.token) == link


def test_a_token_is_the_same_each_time_it_is_shown(link):
    assert Link.objects.get(pk=link.pk).token == link.token
    assert len(link.token) == links.TOKEN_CHARS


@pytest.mark.parametrize(
    ("scope", "state", "token"),
    [
        ("voucher", {"expires_at": NOW - timedelta(seconds=1)}, None),
        ("voucher", {"revoked_at": NOW}, None),
        ("invitation", {}, None),
        ("voucher", {}, "A" * 32),
        ("voucher", {}, ""),
        ("voucher", {}, "\ud800"),
        ("voucher", {}, "x" * 5000),
    ],
    ids=["expired", "revoked", "foreign", "unknown", "empty", "half a sign", "long"],
)
def test_a_link_that_does_not_open_is_none_however_it_came_about(link, scope, state, token, django_assert_num_queries):
    Link.objects.filter(pk=link.pk).update(**state)
    with django_assert_num_queries(1):
        assert Link.objects.find(scope, link.token if token is None else token) is None


def test_a_link_opens_until_it_expires(link):
    Link.objects.filter(pk=link.pk).update(expires_at=timezone.now() + timedelta(minutes=1))
    assert Link.objects.find("voucher", link.token) == link


def test_revoking_again_keeps_the_first_moment(link):
    assert Link.objects.filter(pk=link.pk).revoke(now=NOW) == 1
    assert Link.objects.filter(pk=link.pk).revoke(now=NOW + timedelta(days=1)) == 0
    link.refresh_from_db()
    assert link.revoked_at == NOW


def test_a_copy_of_the_database_opens_nothing(link, settings):
    token = link.token
    settings.LINK_KEY = "another-installation-with-the-same-rows-"
    copied = Link.objects.get(pk=link.pk)
    assert copied.token != token
    assert Link.objects.find("voucher", copied.token) is None


def test_no_column_holds_a_token(link):
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM core_link")
        stored = repr([[bytes(value) if isinstance(value, memoryview) else value for value in row] for row in cursor.fetchall()])
    assert link.token not in stored
    assert link.token not in json.dumps(serializers.serialize("json", [link]))


def test_ten_thousand_tokens_differ():
    made = Link.objects.make_many("card", list(range(10_000)))
    assert len({link.token for link in made}) == 10_000


def test_links_are_made_in_the_order_of_their_subjects_in_few_queries(django_assert_max_num_queries):
    with django_assert_max_num_queries(3):
        made = Link.objects.make_many("card", [3, 1, 2])
    assert [link.subject_id for link in made] == [3, 1, 2]
    assert [Link.objects.find("card", link.token).subject_id for link in made] == [3, 1, 2]


def test_an_address_stands_on_the_configured_base(voucher_page, link):
    assert link.url == f"https://fleet.example/voucher/{link.token}/"


def test_a_stored_text_holds_a_placeholder_and_is_filled_in_when_read(voucher_page, link):
    text = f"Your voucher: {link.placeholder}."
    assert link.token not in text
    assert links.fill_in(text) == f"Your voucher: {link.url}."


def test_what_somebody_typed_is_no_placeholder(voucher_page, link):
    typed = f"Two child seats {{link:{link.pk}}} {{link:{link.pk}:0123456789abcdef}} {{link:999999:0123456789abcdef}}"
    assert links.fill_in(f"{typed} {link.placeholder}") == f"{typed} {link.url}"


def test_a_text_without_links_costs_no_query(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert links.fill_in("Good morning {link:x}") == "Good morning {link:x}"


def test_the_page_behind_a_link_answers_shut_links_alike(voucher_page, link, client):
    expired = Link.objects.make("voucher", 1, expires_at=NOW - timedelta(days=1))
    revoked = Link.objects.make("voucher", 2)
    Link.objects.filter(pk=revoked.pk).revoke(now=NOW)
    tokens = [expired.token, revoked.token, Link.objects.make("invitation", 3).token, "A" * 32, "short"]
    answers = [client.get(f"/voucher/{token}/") for token in tokens]
    said_to = {said(answer, apart_from=[token]) for answer, token in zip(answers, tokens, strict=True)}
    assert [status for status, _body in said_to] == [404]
    assert {answer["Cache-Control"] for answer in answers} == {"no-store"}


def test_the_page_behind_a_link_opens_for_its_holder(voucher_page, link, client):
    answer = client.get(f"/voucher/{link.token}/")
    assert (answer.status_code, answer.content) == (200, b"voucher 7")
    assert answer["Cache-Control"] == "no-store"
