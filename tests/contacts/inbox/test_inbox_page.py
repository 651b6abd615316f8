"""`/inbox/`: what came from unknown senders."""

import pytest
from django.test import Client

from accounts.models import Company, User
from contacts.memory.actions.incoming import take_in
from contacts.memory.models.incoming import IncomingMail, IncomingState
from contacts.models import Interaction, Person
from tests.contacts.inbox.letters import ANSWERED, FROM, letter
from tests.factories.contacts import make_person, make_role

pytestmark = pytest.mark.django_db


def came(number: int = 1, text: str = "Gern, ich komme.") -> IncomingMail:
    heads = FROM.replace("erika@", f"erika{number}@") + f"Message-ID: <{number}@kunde.example>\nSubject: AW: Einladung {number}\n{ANSWERED}"
    return take_in(letter(heads, text))[0]


@pytest.fixture
def erika(north_ag: Company) -> Person:
    person = make_person("Muster", first_name="Erika", email="e.muster@kunde.example")
    make_role("decision_maker", north_ag, person)
    return person


def test_page_shows_the_text_as_text_and_who_may_have_written(client: Client, carla: User, erika: Person, south_ag: Company):
    make_role("user", south_ag, make_person("Kanarienvogel", email="x@kunde.example"))
    came(text='<script>alert(1)</script><img src="http://x.example/y.png"> Ja')
    client.force_login(carla)
    page = client.get("/inbox/").content.decode()
    assert "&lt;script&gt;alert(1)" in page and "<script>alert" not in page and '<img src="http://x' not in page
    assert "Erika Muster" in page and "Kanarienvogel" not in page


def test_one_tap_puts_it_on_the_timeline(client: Client, carla: User, erika: Person, north_ag: Company):
    row = came()
    client.force_login(carla)
    assert client.post(f"/inbox/{row.pk}/place/", {"person": erika.pk}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.person, row.company) == (IncomingState.PLACED, erika, north_ag)
    assert Interaction.objects.get().person == erika
    assert client.post(f"/inbox/{row.pk}/place/", {"person": erika.pk}).status_code == 404, "it waits no more"


@pytest.mark.parametrize("said", ["E.Muster@kunde.example", "Erika Muster", "erika müster"])
def test_somebody_else_is_found_by_address_or_name(client: Client, carla: User, erika: Person, said: str):
    row = came()
    client.force_login(carla)
    client.post(f"/inbox/{row.pk}/place/", {"person": said})
    assert IncomingMail.objects.get().person == erika


@pytest.mark.parametrize("said", ["Nobody Here", "999999", "", "Frau Kanarienvogel", "\x00"])
def test_refused_choice_says_why_and_changes_nothing(client: Client, carla: User, erika: Person, south_ag: Company, said: str):
    make_role("user", south_ag, make_person("Kanarienvogel", first_name="Frau"))
    row = came()
    client.force_login(carla)
    response = client.post(f"/inbox/{row.pk}/place/", {"person": said})
    assert response.status_code == 422 and "Kanarienvogel" not in response.content.decode().replace(said or "-", "")
    assert IncomingMail.objects.get().state == IncomingState.WAITING and not Interaction.objects.exists()


def test_name_of_two_people_asks_for_the_address(client: Client, carla: User, erika: Person, north_ag: Company):
    make_role("driver", north_ag, make_person("Muster", first_name="Erika", email="twin@kunde.example"))
    client.force_login(carla)
    response = client.post(f"/inbox/{came().pk}/place/", {"person": "Erika Muster"})
    assert response.status_code == 422 and "2 people have this name." in response.content.decode()


def test_discarded_with_a_reason(client: Client, carla: User):
    row = came()
    client.force_login(carla)
    assert client.post(f"/inbox/{row.pk}/discard/", {}).status_code == 422
    assert client.get(f"/inbox/{row.pk}/discard/").status_code == 200
    assert IncomingMail.objects.get().state == IncomingState.WAITING
    assert client.post(f"/inbox/{row.pk}/discard/", {"why": "advertising"}).status_code == 303
    row.refresh_from_db()
    assert (row.state, row.why, row.text, row.sorted_by) == (IncomingState.DISCARDED, "advertising", "", carla)


@pytest.mark.parametrize("who", ["anna", "dora", "emil", "wanda"])
def test_others_have_no_such_page(client: Client, who: str, request: pytest.FixtureRequest):
    row = came()
    client.force_login(request.getfixturevalue(who))
    for path in ("/inbox/", f"/inbox/{row.pk}/place/", f"/inbox/{row.pk}/discard/"):
        assert client.get(path).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_costs_the_same_for_one_row_and_three(client: Client, carla: User, erika: Person, rows: int, django_assert_num_queries):
    for number in range(rows):
        came(number)
    client.force_login(carla)
    client.get("/inbox/")
    with django_assert_num_queries(4):
        assert client.get("/inbox/").content.decode().count("Erika Muster") >= rows
