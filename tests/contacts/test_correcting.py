"""What was logged is corrected or withdrawn at any time, and everything that follows from it follows."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Centre, Company, User
from contacts.memory.forms.contact import CorrectForm
from contacts.models import Complaint, Decision, Interaction, Person, Reason, Task
from fleetportal.core.audit import Change, Entry
from tests.contacts.today import on, words
from tests.factories.accounts import assign
from tests.factories.contacts import make_person, make_role
from tests.factories.reasons import make_reason, make_silent


def log(
    company: Company, person: Person | None, by: User, *, outcome: str = "reached", text: str = "Wrong words.", **facts: Any
) -> Interaction:
    return Interaction.log(company, person=person, channel="phone", outcome=outcome, text=text, by=by, **facts)


def correct(client: Client, interaction: Interaction, **changed: Any) -> Any:
    values = {
        "person": interaction.person_id or "",
        "channel": interaction.channel,
        "outcome": interaction.outcome,
        "text": interaction.text,
    }
    return client.post(f"/interactions/{interaction.pk}/correct/", values | changed)


def withdraw(client: Client, interaction: Interaction) -> Any:
    return client.post(f"/interactions/{interaction.pk}/withdraw/")


def test_the_words_are_corrected_from_the_timeline_and_the_history_keeps_them(as_anna: Client, anna: User, north_ag: Company) -> None:
    interaction = log(north_ag, make_role("user", north_ag).person, anna)
    Interaction.objects.update(happened_at=timezone.now() - timedelta(days=90))
    assert f"/interactions/{interaction.pk}/correct/" in words(as_anna.get(f"/companies/{north_ag.pk}/timeline/"))
    assert "Wrong words." in words(as_anna.get(f"/interactions/{interaction.pk}/correct/"))
    assert correct(as_anna, interaction, text="Right words.").status_code == 303
    assert Interaction.objects.get(pk=interaction.pk).text == "Right words."
    change = Change.objects.get(entry__action="interaction.corrected", field="text")
    assert (change.before, change.after, change.entry.actor_id) == ("Wrong words.", "Right words.", anna.pk)


def test_the_last_contact_of_the_company_follows(as_anna: Client, anna: User, north_ag: Company) -> None:
    then = timezone.now() - timedelta(days=30)
    log(north_ag, None, anna, happened_at=then)
    newest = log(north_ag, None, anna)

    def last() -> Any:
        return Company.objects.get(pk=north_ag.pk).last_contact_at

    assert last() == newest.happened_at
    correct(as_anna, newest, outcome="not_reached")
    assert last() == then
    correct(as_anna, Interaction.objects.get(pk=newest.pk), outcome="reached")
    assert last() == newest.happened_at
    withdraw(as_anna, newest)
    assert last() == then


def test_wrong_words_on_the_wrong_person_move_and_reasons_follow(as_anna: Client, anna: User, north_ag: Company) -> None:
    silent, other = make_silent(north_ag, on=on()), make_role("user", north_ag).person
    interaction = log(north_ag, silent, anna)
    make_reason(north_ag)
    assert not Reason.objects.filter(rule="silence", person=silent).exists()
    correct(as_anna, interaction, person=other.pk)
    assert Reason.objects.filter(rule="silence", person=silent).exists()


def test_a_corrected_outcome_brings_the_card_back_on_its_day(as_anna: Client, anna: User, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    as_anna.post(f"/today/{reason.pk}/reached/", {"chip": "not_interested", "text": "Slip."})
    assert not Reason.objects.filter(pk=reason.pk).open(on=on() + timedelta(days=900)).exists()
    correct(as_anna, Interaction.objects.get(text="Slip."), outcome="not_reached")
    decision = Decision.objects.get()
    assert (decision.kind, decision.until) == ("not_reached", on() + timedelta(days=1))
    assert Reason.objects.filter(pk=reason.pk).open(on=on() + timedelta(days=1)).exists()


def test_a_withdrawn_call_takes_its_decision_and_what_it_made_with_it(as_anna: Client, anna: User, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    as_anna.post(f"/today/{reason.pk}/reached/", {"chip": "complained", "text": "Slip."})
    Decision.objects.update(at=timezone.now() - timedelta(days=3))
    interaction = Interaction.objects.get(text="Slip.")
    assert withdraw(as_anna, interaction).status_code == 303
    assert not Decision.objects.exists() and not Complaint.objects.exists() and not Task.objects.exists()
    assert Reason.objects.filter(key=reason.key).open(on=on()).exists()
    assert withdraw(as_anna, interaction).status_code == 404
    assert set(Entry.objects.values_list("action", flat=True)) >= {"interaction.taken_back", "reason.taken_back", "complaint.withdrawn"}


def test_what_cannot_be_taken_back_stays_and_the_call_goes_all_the_same(as_anna: Client, anna: User, north_ag: Company) -> None:
    reason = make_reason(north_ag)
    as_anna.post(f"/today/{reason.pk}/reached/", {"chip": "wants_meeting", "text": "Slip."})
    Task.objects.get().close(result="Met.", by=anna)
    withdraw(as_anna, Interaction.objects.get(text="Slip."))
    assert Task.objects.get().result == "Met."
    assert not Interaction.objects.filter(text="Slip.").exists() and not Decision.objects.exists()


def test_a_call_that_turns_out_to_have_been_a_complaint_opens_one(as_anna: Client, anna: User, north_ag: Company) -> None:
    correct(as_anna, log(north_ag, None, anna, text="Dirty."), outcome="complained")
    assert Complaint.objects.get().text == "Dirty."


@pytest.mark.parametrize(("name", "status"), [("boris", 404), ("carla", 303)])
def test_only_who_wrote_it_or_a_manager_may(
    client: Client, request: pytest.FixtureRequest, anna: User, north: Centre, north_ag: Company, name: str, status: int
) -> None:
    interaction = log(north_ag, None, anna)
    user = request.getfixturevalue(name)
    if name == "boris":
        assign(north_ag, user, kind="stand_in")
    client.force_login(user)
    assert client.get(f"/companies/{north_ag.pk}/").status_code == 200
    assert correct(client, interaction, text="Mine.").status_code == status
    assert withdraw(client, interaction).status_code == status


def test_what_a_verb_wrote_is_no_logged_contact(as_anna: Client, anna: User, north_ag: Company) -> None:
    interaction = log(north_ag, None, anna)
    Interaction.objects.update(kind="meeting.held")
    assert correct(as_anna, interaction, text="x").status_code == withdraw(as_anna, interaction).status_code == 404
    assert "/correct/" not in words(as_anna.get(f"/companies/{north_ag.pk}/timeline/"))


def test_whoever_was_spoken_to_is_offered_beside_the_people_of_the_company(north_ag: Company, anna: User) -> None:
    """Found by key: an OR would read all people there are, a second for half a million."""
    here, gone = make_person("Hier"), make_person("Fort")
    make_role("user", north_ag, here)
    spoken = Interaction.log(north_ag, person=gone, channel="phone", outcome="reached", text="Yes.", by=anna)
    offered = CorrectForm(interaction=spoken, user=anna, on=on()).fields["person"].queryset
    assert set(offered) == {here, gone}
    assert ' OR "contacts_person"."id"' not in str(offered.query)
    assert set(Person.objects.at(north_ag)) == {here}
