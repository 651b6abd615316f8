"""J5: Herr Brandt, user-chooser, on his phone in the lift. He taps the link in the invitation and comes with his family."""

import pytest

from contacts.models import Person
from events.actions import registering
from events.models import Invitation, Registration
from fleetportal.core.outbox.channels.email import as_email
from fleetportal.core.outbox.message import Message

pytestmark = pytest.mark.journey
TARGET = 2  # the link in the letter, and the answer


def link_for(person: Person) -> str:
    """The address of the personal link, as it stands in the invitation's letter."""
    letter = Message.objects.get(template="events/mail/invitation", recipient_id=person.pk)
    return next(word for word in as_email(letter).body.split() if "/invitation/" in word)


def test_herr_brandt_registers_with_his_family(meet, size):
    brandt = Person.objects.get(last_name="Brandt", first_name="Thomas")
    guest = meet(size)

    page = guest.open(link_for(brandt))
    assert guest.fits()
    page.get_by_role("radio", name="4").check(force=True)  # a figure filled in, which counts as typing
    for name, field in zip(("Kirsten", "Jonas", "Emma"), page.locator("fieldset.names input:visible").all(), strict=False):
        field.fill(name)
    guest.press(page.locator("button.go"))

    guest.page.locator("p.done").wait_for()
    assert guest.page.locator("html").get_attribute("lang") == "de"  # his language, not the browser's
    assert guest.fits()
    assert guest.clicks == TARGET
    registration = Registration.objects.get(person=brandt)
    assert (registration.status, registration.party, registration.companions) == ("seated", 4, ["Kirsten", "Jonas", "Emma"])
    confirmation = Message.objects.get(template="events/mail/seated", recipient_id=brandt.pk)
    assert [part["type"].split(";")[0] for part in confirmation.attachments] == ["text/calendar"]


def test_he_registers_without_scripts_too(meet, size):
    brandt = Person.objects.get(last_name="Brandt", first_name="Thomas")
    guest = meet({**size, "viewport": {"width": 360, "height": 740}}, java_script_enabled=False)

    page = guest.open(link_for(brandt))
    page.get_by_role("radio", name="2").check(force=True)
    guest.press(page.locator("button.go"))

    guest.page.locator("p.done").wait_for()
    assert guest.clicks == TARGET
    assert Registration.objects.get(person=brandt).party == 2


def test_changing_and_cancelling_take_two_clicks_from_the_same_link(meet, size):
    brandt = Person.objects.get(last_name="Brandt", first_name="Thomas")
    invitation = Invitation.objects.get(person=brandt)
    event = invitation.event
    registering.register(event, brandt, company=invitation.company, seating=event.seating(), party=3, by=None)
    guest = meet(size)

    page = guest.arrive(link_for(brandt))
    guest.press(page.locator("a[href$='/cancel/']"))
    guest.press(page.locator("button.go, button.no").first)

    page.wait_for_load_state()
    assert guest.clicks == 2
    assert Registration.objects.get(person=brandt).status == "cancelled"
