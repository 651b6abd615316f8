"""A decision-maker leaves: what they were asked to asks nobody, no letter reaches them, and Today asks for somebody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Company, User
from contacts.memory.actions import meetings
from contacts.models import DecisionMaker, Meeting, Person, Reason
from contacts.reasons.computing import look_again
from contacts.reasons.rule import rules
from events.models import Invitation
from fleetportal.core.outbox.message import Message, MessageState
from fleetportal.core.outbox.sending import send_due
from tests.contacts.rules import both_ways
from tests.factories.contacts import give_consent, make_person, make_role
from tests.factories.events import make_event, make_invitation
from tests.factories.meetings import in_days

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_rules() -> None:
    """All rules count here."""


@pytest.fixture
def role(north_ag: Company) -> Any:
    return make_role("decision_maker", north_ag, make_person("Kern", first_name="Ute"))


def asked(role: Any, anna: User, *, fixed: bool = False, days: int = 9) -> Meeting:
    sides = {"decision_maker": role.person, "account_manager": anna, "director": None, "by": anna}
    if fixed:
        return meetings.arrange(role.company, in_days(days), **sides)
    return meetings.propose(role.company, [in_days(days)], **sides)


def leave(role: Any, way: str, days: int = -1) -> None:
    day = timezone.localdate() + timedelta(days=days)
    if way == "end":
        role.end(by=None, on=day)
    elif way == "edit":
        role.edit(by=None, ends_on=day)
    else:
        DecisionMaker.edit_many([(role, {"ends_on": day})], by=None)


@pytest.mark.parametrize("way", ["end", "edit", "edit_many"])
def test_the_times_do_not_leave_and_nobody_is_asked_any_more(north_ag: Company, role: Any, anna: User, way: str) -> None:
    meeting = asked(role, anna)
    leave(role, way)
    send_due()
    meeting.refresh_from_db()
    assert (meeting.decision_maker, meeting.state) == (None, "proposed")
    assert Message.objects.get(template="contacts/mail/meeting_proposed").state == MessageState.HELD_BACK
    assert meeting.link is None


def test_a_fixed_meeting_is_taken_out_of_the_calendar_and_asks_for_somebody_else(north_ag: Company, role: Any, anna: User) -> None:
    meeting = asked(role, anna, fixed=True)
    send_due()
    leave(role, "end")
    letter = Message.objects.get(template="contacts/mail/meeting_cancelled")
    assert "CANCEL" in letter.attachments[0]["type"]
    make_role("decision_maker", north_ag)
    look_again([north_ag.pk])
    (reason,) = Reason.objects.filter(rule="annual_meeting")
    assert "Nobody at the company is asked" in rules["annual_meeting"].sentence(reason.facts)
    assert rules["annual_meeting"].url(reason) == f"/meetings/{meeting.pk}/"


def test_a_meeting_before_the_end_and_one_of_whoever_stays_remain(north_ag: Company, role: Any, anna: User) -> None:
    meeting = asked(role, anna, fixed=True)
    leave(role, "end", days=9)
    meeting.refresh_from_db()
    assert meeting.decision_maker == role.person
    leave(role, "end", days=8)
    meeting.refresh_from_db()
    assert meeting.decision_maker is None


@pytest.mark.parametrize(
    ("state", "days", "words"),
    [("proposed", -1, "nobody has answered"), ("fixed", -1, "Enter whether it took place"), ("proposed", 1, ""), ("fixed", 1, "")],
)
def test_a_meeting_that_nobody_carries_on_with_is_on_today(
    north_ag: Company, role: Any, anna: User, state: str, days: int, words: str
) -> None:
    meeting = asked(role, anna, fixed=state == "fixed")
    moment = in_days(days)
    Meeting.objects.filter(pk=meeting.pk).update(proposed_times=[moment.isoformat()], starts_at=moment if state == "fixed" else None)
    found = both_ways("annual_meeting", north_ag)
    look_again([north_ag.pk])
    said = [rules["annual_meeting"].sentence(one.facts) for one in Reason.objects.filter(rule="annual_meeting")]
    assert bool(found) == bool(words) and all(words in one for one in said) and len(said) == bool(words)


def test_an_invitation_that_waits_does_not_reach_whoever_has_left(north_ag: Company, role: Any) -> None:
    stays: Person = make_person("Holm")
    make_role("decision_maker", north_ag, stays)
    event = make_event(north_ag.centre, audience="decision_makers")
    for person in (role.person, stays):
        give_consent(person)
        make_invitation(event, person, company=north_ag)
    leave(role, "end")
    assert [one.person for one in Invitation.objects.all()] == [stays]
    assert list(Message.objects.values_list("recipient_id", flat=True)) == [stays.pk]
