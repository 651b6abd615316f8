"""An e-mail from the card begins with a template of the house: in the person's language, filled in, and editable by administrators."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils.html import escape

from accounts.models import Centre, Company, User
from contacts.memory.models.mail_template import SHIPPED
from contacts.models import AddressState, Interaction, MailTemplate, MailTemplateText, Person, PersonAddress, Reason
from fleetportal.core.outbox.message import Message
from tests.contacts.today import TODAY, words
from tests.factories.accounts import make_user
from tests.factories.contacts import give_consent, make_person, make_role
from tests.factories.reasons import make_reason

LANGUAGES = ("de", "en", "it", "ru")


@pytest.fixture
def person(north_ag: Company) -> Person:
    return make_role("decision_maker", north_ag, make_person("Bellandi", phone="+49 40 66969005", language="de")).person


@pytest.fixture
def reason(north_ag: Company, person: Person) -> Reason:
    return make_reason(north_ag, plate="HH-AB 12")


def writing(client: Client, reason: Reason, **asked: Any) -> Any:
    return client.get(TODAY, {"open": str(reason.pk), "do": "written"} | asked)


def test_a_new_house_has_templates_of_the_trade_in_each_language(db: None) -> None:
    assert MailTemplate.objects.count() == len(SHIPPED) >= 3
    assert {template.name for template in MailTemplate.objects.all()} == set(SHIPPED)
    for template in MailTemplate.objects.all():
        assert sorted(template.texts.values_list("language", flat=True)) == sorted(LANGUAGES)
        for text in template.texts.all():
            text.full_clean()


@pytest.mark.parametrize(
    ("language", "subject"),
    [("de", "Auslaufende Verträge: HH-AB 12"), ("it", "Contratti in scadenza: HH-AB 12"), ("ru", "Истекающие договоры: HH-AB 12")],
)
def test_it_is_in_the_persons_language_and_filled_in(as_anna: Client, reason: Reason, person: Person, language: str, subject: str) -> None:
    Person.objects.update(language=language)
    template = MailTemplate.objects.get(name="Contracts end: what follows?")
    assert template.name in words(writing(as_anna, reason))
    answer = writing(as_anna, reason, text=template.pk)
    form = answer.context["form"]
    assert form["subject"].value() == subject
    assert reason.company.name in form["text"].value() and "{" not in form["text"].value()
    assert escape(subject) in words(answer)
    said = {"chip": "email", "subject": form["subject"].value(), "text": form["text"].value(), "purpose": ""}
    as_anna.post(f"/today/{reason.pk}/written/", said)
    message = Message.objects.get()
    assert (message.subject, message.language) == (subject, language)
    assert Interaction.objects.get(channel="email").text == form["text"].value().strip()


def test_what_is_not_known_here_is_not_offered(as_anna: Client, north_ag: Company, person: Person) -> None:
    reason = make_reason(north_ag, rule="coverage")
    Reason.objects.filter(pk=reason.pk).update(person=person)
    offered = [one.name for one in writing(as_anna, reason).context["wordings"]]
    assert "Contracts end: what follows?" not in offered and "I could not reach you" in offered


def test_a_language_without_a_text_says_so(as_anna: Client, reason: Reason) -> None:
    MailTemplateText.objects.filter(language="de").delete()
    page = words(writing(as_anna, reason))
    assert "No template has a text in German yet." in page


def test_what_needs_consent_says_so_and_begins_only_with_it(as_anna: Client, reason: Reason, person: Person) -> None:
    drive = MailTemplate.objects.get(name="Test drive")
    answer = writing(as_anna, reason, text=drive.pk)
    assert "“Test drive” needs consent to Offers, which this person has not given." in words(answer)
    assert not answer.context["form"]["subject"].value()
    give_consent(person, "offers")
    answer = writing(as_anna, reason, text=drive.pk)
    assert answer.context["form"]["purpose"].value() == "offers"
    assert "needs consent" not in words(answer)


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (AddressState.BOUNCING, "come back"),
        (AddressState.WITHDRAWN, "was withdrawn"),
        (AddressState.WRONG, "is marked as wrong"),
        (None, "No e-mail address is known."),
    ],
)
def test_without_an_address_the_reason_is_said_before_anything_is_written(
    as_anna: Client, reason: Reason, person: Person, state: str | None, said: str
) -> None:
    emails = PersonAddress.objects.filter(person=person, channel="email")
    _changed = emails.update(state=state) if state else emails.delete()
    assert said in words(writing(as_anna, reason))
    refused = as_anna.post(f"/today/{reason.pk}/written/", {"chip": "email", "text": "x"})
    assert refused.status_code == 409 and said in words(refused)
    assert not Message.objects.exists()


def test_a_brace_that_nothing_fills_is_refused(db: None) -> None:
    template = MailTemplate.objects.create(name="Own")
    for wrong in ("{company.centre}", "{nobody}", "{", "{{company}}"):
        with pytest.raises(ValidationError):
            MailTemplateText(template=template, language="en", subject="x", text=wrong).full_clean()
    MailTemplateText(template=template, language="en", subject="{company}", text="{vehicles} {date} {me}").full_clean()


def form_of(template: MailTemplate, **changed: str) -> dict[str, object]:
    """What the administration's page posts."""
    facts: dict[str, object] = {"name": template.name, "purpose": template.purpose, "weight": template.weight, "is_offered": "on"}
    texts = list(template.texts.all())
    facts |= {"texts-TOTAL_FORMS": len(texts), "texts-INITIAL_FORMS": len(texts), "texts-MIN_NUM_FORMS": 0, "texts-MAX_NUM_FORMS": 4}
    for number, text in enumerate(texts):
        row = {"id": text.pk, "template": template.pk, "language": text.language, "subject": text.subject, "text": text.text}
        facts |= {f"texts-{number}-{name}": value for name, value in row.items()}
    return facts | changed


def test_the_house_edits_its_texts_in_the_administration(client: Client, admin: User, as_anna: Client, reason: Reason) -> None:
    template = MailTemplate.objects.get(name="I could not reach you")
    address = f"/django-admin/contacts/mailtemplate/{template.pk}/change/"
    assert as_anna.get(address).status_code in (302, 403, 404)
    client.force_login(admin)
    assert client.get("/django-admin/contacts/mailtemplate/").status_code == 200
    number = [text.language for text in template.texts.all()].index("de")
    assert "can’t be filled in" in words(client.post(address, form_of(template, **{f"texts-{number}-subject": "{boss}"})))
    assert client.post(address, form_of(template, **{f"texts-{number}-subject": "Kein Anschluss"})).status_code == 302
    assert MailTemplateText.objects.get(template=template, language="de").subject == "Kein Anschluss"


def test_whoever_administers_some_centres_reads_them_only(client: Client, north: Centre, south: Centre) -> None:
    some = make_user("some", role="administrator", at=[north])
    template = MailTemplate.objects.first()
    assert template
    address = f"/django-admin/contacts/mailtemplate/{template.pk}/change/"
    client.force_login(some)
    assert client.get(address).status_code == 200
    assert client.post(address, form_of(template, name="Mine")).status_code == 403
    assert not MailTemplate.objects.filter(name="Mine").exists()
