"""The address of a button, opened by itself (from the history, by an edited address, after a sign-in), is answered in words."""

import pytest
from django.test import Client

from accounts.models import User
from events.models import Event

pytestmark = pytest.mark.django_db
BUTTONS = ["/events/second-delivery/", "/views/keep/", "/theme/", "/messages/letters/printed/", "/today/undo/1/", "/tasks/1/close/"]


@pytest.mark.parametrize("address", BUTTONS)
def test_staff_read_that_it_is_a_button_and_that_nothing_changed(client: Client, admin: User, address: str) -> None:
    client.force_login(admin)
    answer = client.get(address)
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    page = answer.content.decode()
    assert "There is nothing to open at this address" in page and "nothing has changed" in page and "fp-side" in page
    assert not Event.objects.exists()


def test_guests_read_it_without_our_menu(client: Client) -> None:
    page = client.get("/theme/").content.decode()
    assert "There is nothing to open at this address" in page and "fp-side" not in page


def test_programs_and_parts_of_pages_get_the_bare_answer(client: Client, admin: User) -> None:
    client.force_login(admin)
    for headers in ({"HX-Request": "true"}, {"Accept": "application/json"}):
        assert (client.get("/views/keep/", headers=headers).status_code, client.get("/views/keep/", headers=headers).content) == (405, b"")
    assert client.put("/views/keep/").content == b""
