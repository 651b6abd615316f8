"""People, or the people of companies, selected in a list and invited: only they, and of the others it is said why not."""

import re
from typing import Any

import pytest
from django.test import Client

from accounts.models import Company, User
from contacts.models import Person
from events.actions.inviting import invite, start_inviting
from events.actions.selected import COMPANIES, PEOPLE, SelectedRows
from events.models import Event, Invitation
from events.views import proposal
from fleetportal.core.audit import Entry
from fleetportal.core.jobs.queue import Job
from fleetportal.core.outbox.message import Message
from tests.events.work import run_jobs
from tests.factories.accounts import make_company, make_user
from tests.factories.contacts import make_person, make_role
from tests.factories.events import make_event, make_guest

pytestmark = pytest.mark.django_db
HIDDEN = re.compile(r'<input type="hidden" name="(shown|left_out|of|among|after|_key)" value="([^"]*)"')


@pytest.fixture
def event(north_ag: Company) -> Event:
    return make_event(north_ag.centre, title="Evening", audience="users")


@pytest.fixture
def five(north_ag: Company) -> list[Person]:
    return [make_guest(north_ag, last_name=f"Guest{n}") for n in range(5)]


def asked(people: list[Person], of: str = PEOPLE) -> str:
    return f"?selected={of}&" + "&".join(f"row={row.pk}" for row in people)


def send(client: Client, event: Event, page: str, ticked: list[int]) -> Any:
    response = client.post(f"/events/{event.pk}/proposal/", {**dict(HIDDEN.findall(page)), "invite": ticked})
    run_jobs()
    return response


def names() -> set[str]:
    return set(Invitation.objects.values_list("person__last_name", flat=True))


def test_the_bar_leads_to_the_events_and_these_to_the_selected(
    client: Client, carla: User, south_ag: Company, event: Event, five: list[Person]
) -> None:
    for facts in ({"title": "Draft", "published": False}, {"title": "Elsewhere", "centre": south_ag.centre}):
        make_event(facts.pop("centre", event.centre), **facts)
    client.force_login(carla)
    assert "/events/invite/people/" in client.get("/people/").content.decode()
    page = client.get(f"/events/invite/people/?row={five[0].pk}&row={five[1].pk}&q=guest")
    assert [one.title for one, _address in page.context["events"]] == ["Evening"]
    assert page.context["selected"] == 2
    shown = client.get(page.context["events"][0][1])
    assert [role.person for role, _why in shown.context["roles"]] == five[:2]
    assert not Invitation.objects.exists() and not Job.objects.exists() and not Message.objects.exists(), "a GET changes nothing"
    part = client.get(f"/events/invite/people/?row={five[0].pk}", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part and "Evening" in part


def test_only_the_selected_and_ticked_are_invited(client: Client, carla: User, event: Event, five: list[Person]) -> None:
    client.force_login(carla)
    page = client.get(f"/events/{event.pk}/proposal/{asked(five[:3])}").content.decode()
    for _press in range(2):
        assert send(client, event, page, [five[0].pk, five[1].pk]).status_code == 303
    assert names() == {"Guest0", "Guest1"}
    assert Entry.objects.filter(action="event.inviting").latest("pk").facts["selected"] == 3


def test_all_that_match_the_filter_are_invited(client: Client, carla: User, event: Event, five: list[Person], north_ag: Company) -> None:
    make_guest(north_ag, last_name="Other")
    client.force_login(carla)
    page = client.get(f"/events/{event.pk}/proposal/?selected=people&all=yes&q=guest")
    send(client, event, page.content.decode(), [role.person_id for role, _why in page.context["roles"]])
    assert names() == {f"Guest{n}" for n in range(5)}


def test_the_selection_is_kept_from_page_to_page(
    client: Client, carla: User, event: Event, five: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposal, "SHOWN", 2)
    client.force_login(carla)
    first = client.get(f"/events/{event.pk}/proposal/{asked(five[1:4])}")
    kept = dict(HIDDEN.findall(first.content.decode()))
    second = client.post(first.context["next"], {**kept, "invite": [five[1].pk]})
    assert [role.person for role, _why in second.context["roles"]] == [five[3]]
    send(client, event, second.content.decode(), [five[3].pk])
    assert names() == {"Guest1", "Guest3"}


def test_who_is_not_invited_is_said_with_the_reason(
    client: Client, carla: User, event: Event, five: list[Person], north_ag: Company, south_ag: Company
) -> None:
    invite(event, five[0], company=north_ag, by=None)
    silent = make_guest(north_ag, last_name="Silent", consent=False)
    mute = make_person("Mute", email="")
    make_role("user", north_ag, mute)
    driver = make_guest(north_ag, last_name="Driver", group="driver")
    stranger = make_guest(south_ag, last_name="Stranger")
    client.force_login(carla)
    page = client.get(f"/events/{event.pk}/proposal/{asked([five[0], five[1], silent, mute, driver, stranger])}")
    assert [role.person for role, _why in page.context["roles"]] == [five[1]]
    said = {str(why): [person.last_name for person, _url, _company in rows] for why, rows in page.context["groups"]}
    assert said == {
        "Already invited": ["Guest0"],
        "Without consent": ["Silent"],
        "Without an e-mail address": ["Mute"],
        "Not eligible for this event": ["Driver"],
    }
    assert "Stranger" not in page.content.decode()
    send(client, event, page.content.decode(), [five[1].pk, silent.pk, driver.pk, stranger.pk])
    assert names() == {"Guest0", "Guest1"}
    none = client.get(f"/events/{event.pk}/proposal/{asked([silent])}").content.decode()
    assert "None of those selected can be invited" in none and "Silent" in none


def test_of_selected_companies_the_eligible_people_are_invited_for_them(
    client: Client, carla: User, event: Event, north_ag: Company, south_ag: Company
) -> None:
    other, empty = make_company(north_ag.centre), make_company(north_ag.centre, name="Empty AG")
    both = make_guest(north_ag, last_name="Both")
    make_role("user", other, both)
    make_guest(north_ag, last_name="Alone")
    make_guest(south_ag, last_name="Stranger")
    client.force_login(carla)
    assert "/events/invite/companies/" in client.get("/companies/").content.decode()
    page = client.get(f"/events/{event.pk}/proposal/{asked([other, empty, south_ag], COMPANIES)}")
    assert [(str(why), [str(row[0]) for row in rows]) for why, rows in page.context["groups"]] == [
        ("Nobody there is eligible for this event", ["Empty AG"])
    ]
    send(client, event, page.content.decode(), [both.pk])
    assert [(one.person, one.company) for one in Invitation.objects.all()] == [(both, other)]


def test_a_forged_selection_reaches_nobody_else(client: Client, anna: User, event: Event, five: list[Person], north_ag: Company) -> None:
    """Anna looks after one company: somebody else's people are not invited, whatever her form says."""
    foreign = make_guest(make_company(north_ag.centre), last_name="Foreign")
    client.force_login(anna)
    page = client.get(f"/events/{event.pk}/proposal/{asked([five[0]])}").content.decode()
    forged = {**dict(HIDDEN.findall(page)), "among": f"{five[0].pk} {foreign.pk}", "shown": "", "invite": [foreign.pk]}
    client.post(f"/events/{event.pk}/proposal/", forged)
    run_jobs()
    assert names() == {"Guest0"}
    assert client.post(f"/events/{event.pk}/proposal/", {**forged, "among": ""}).status_code in (303, 422)
    run_jobs()
    assert names() == {"Guest0"}, "nothing selected is not everybody"


def test_with_waves_the_rest_of_the_selected_come_later(client: Client, carla: User, north_ag: Company, five: list[Person]) -> None:
    event = make_event(north_ag.centre, audience="users", invitations_per_wave=2)
    client.force_login(carla)
    page = client.get(f"/events/{event.pk}/proposal/{asked(five[:3])}")
    assert "One more of them can be invited with a later wave." in page.content.decode()
    send(client, event, page.content.decode(), [role.person_id for role, _why in page.context["roles"]])
    assert names() == {"Guest0", "Guest1"}


def test_whoever_may_not_invite_there_finds_no_event(
    client: Client, carla: User, south_ag: Company, event: Event, five: list[Person]
) -> None:
    client.force_login(make_user("sven", role="centre_manager", at=[south_ag.centre]))
    page = client.get(f"/events/invite/people/?row={five[0].pk}")
    assert (page.context["selected"], page.context["events"]) == (0, [])
    assert client.get(f"/events/{event.pk}/proposal/{asked(five)}").status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_proposal_of_selected_costs_the_same_for_one_and_three(
    client: Client, carla: User, event: Event, five: list[Person], rows: int, django_assert_num_queries: Any
) -> None:
    client.force_login(carla)
    with django_assert_num_queries(12):
        client.get(f"/events/{event.pk}/proposal/{asked(five[:rows])}")
    with django_assert_num_queries(4):
        client.get(f"/events/invite/people/{asked(five[:rows])}")


def test_a_job_of_before_invites_everybody(carla: User, event: Event, five: list[Person]) -> None:
    job = start_inviting(event, by=carla)
    job.args.pop("among")
    job.save(update_fields=["args"])
    run_jobs()
    assert len(names()) == 5 and SelectedRows.of_job(job.args).is_everybody
