"""Retry safety (R5): the same key, the same answer, one effect."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import Centre
from fleetportal.core.web.idempotency import Answer, new_key
from tests.races import race
from tests.selection import repetitions

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def counting_page(settings, north):
    settings.ROOT_URLCONF = "tests.core.link_addresses"


def effects():
    """How often the page had its effect."""
    return len(Centre.objects.get(slug="nord").name) - len("Nord")


def send(key="a-key", *, at="/once/", client=None, header=False, **fields):
    headers = {"Idempotency-Key": key} if header else None
    return (client or Client()).post(at, fields if header else {"_key": key, **fields}, headers=headers)


@pytest.mark.parametrize("header", [False, True], ids=["hidden field", "header"])
def test_a_repeated_request_gets_the_first_answer_byte_for_byte(header):
    first, *others = [send(header=header, seats="2") for _ in range(10)]
    assert first.status_code == 201
    assert {(other.status_code, other.content, other["Location"], other["Content-Type"]) for other in others} == {
        (201, first.content, "/there/", first["Content-Type"])
    }
    assert effects() == 1


def test_a_key_with_another_body_is_refused_and_has_no_effect():
    send(seats="2")
    assert send(seats="3").status_code == 422
    assert effects() == 1


def test_the_token_of_the_form_is_no_part_of_the_body():
    first = send(csrfmiddlewaretoken="one")
    assert send(csrfmiddlewaretoken="two").content == first.content


@pytest.mark.parametrize("way", ["refuse", "fault"])
def test_an_answer_that_refuses_is_not_kept(way):
    assert send(way=way).status_code in (409, 422)
    assert not Answer.objects.exists()
    assert send(way=way).status_code in (409, 422)


def test_a_refusal_takes_back_what_was_done_before_it():
    send(way="refuse")
    assert effects() == 0


def test_another_key_is_another_request():
    assert send("one").content != send("two").content
    assert effects() == 2


def test_a_key_counts_for_one_address():
    send(at="/once/")
    send(at="/once/elsewhere/")
    assert effects() == 2


def test_a_key_counts_for_one_person(anna, boris):
    for user in (anna, boris):
        client = Client()
        client.force_login(user)
        assert send(client=client).status_code == 201
    assert effects() == 2


@pytest.mark.parametrize("key", ["", "k" * 256, "k\0", "k\n"], ids=["none", "too long", "no text", "two lines"])
def test_a_request_without_a_usable_key_is_an_ordinary_one(key):
    assert [send(key).status_code for _ in range(2)] == [201, 201]
    assert (effects(), Answer.objects.count()) == (2, 0)


def test_reading_needs_no_key():
    assert Client().get("/once/", headers={"Idempotency-Key": "a"}).status_code == 201
    assert not Answer.objects.exists()


def test_fresh_keys_differ():
    assert len({new_key() for _ in range(1000)}) == 1000


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_ten_at_once_have_one_effect_and_one_answer():
    for turn in range(1, repetitions() + 1):
        answers = race(*[lambda turn=turn: send(f"key {turn}")] * 10)
        assert {(answer.status_code, answer.content) for answer in answers} == {(201, answers[0].content)}
        assert effects() == turn


@pytest.mark.race
@pytest.mark.django_db(transaction=True)
def test_ten_at_once_have_ten_effects_when_nothing_keeps_the_key():
    """The canary: the same page without `once`."""
    race(*[lambda: send(at="/often/")] * 10)
    assert effects() == 10


def test_a_form_of_many_parts_may_be_empty_and_its_files_count():
    sheet = SimpleUploadedFile("fleet.csv", b"plate;make\n")
    other = SimpleUploadedFile("fleet.csv", b"plate;model\n")
    first = send("empty", header=True, csrfmiddlewaretoken="one")

    assert first.status_code == 201
    assert send("empty", header=True, csrfmiddlewaretoken="one").content == first.content
    assert send(file=sheet).status_code == 201
    sheet.seek(0)
    assert send(file=sheet).status_code == 201
    assert send(file=other).status_code == 422
    assert effects() == 2
