"""Everything that names a person can be forgotten and can go along in a merge."""

from datetime import date

import pytest
from django.apps import apps
from django.db import models, transaction
from django.test.utils import isolate_apps
from django.utils import timezone

from accounts.models import Company, TouchedCompany, User
from contacts.models import Channel, Consent, DecisionMaker, Driver, Holder, Interaction, Person, PersonAddress, VehicleDriver, VehicleUser
from contacts.people import person_data
from contacts.people.actions import people
from fleetportal.core.audit import Change, Entry
from fleetportal.core.db.search import SearchRow
from fleetportal.core.links import Link
from fleetportal.core.outbox.message import Bounce, Message, MessageState
from tests.factories.accounts import make_company, make_vehicle
from tests.factories.contacts import give_consent, make_drive, make_holder, make_person, make_role

NAMED_BY_ID = {"core.message", "core.link", "core.searchrow", "contacts.person"}


def people_named_by(model: type[models.Model]) -> list[str]:
    """The fields of `model` that name a person: foreign keys to a person, to one of the roles or to an address."""
    people = {Person, PersonAddress, DecisionMaker, VehicleUser, Driver}
    own = [field for field in model._meta.get_fields() if field.is_relation and not field.auto_created]
    return [field.name for field in own if field.related_model in people]


def naming_people() -> set[str]:
    return {model._meta.label_lower for model in apps.get_models() if people_named_by(model)} | NAMED_BY_ID


@pytest.mark.parametrize("registry", [person_data.to_forget, person_data.to_move], ids=["to_forget", "to_move"])
def test_every_table_that_names_a_person_is_on_both_lists(registry: object) -> None:
    assert naming_people() - set(registry.names()) == set()


def test_a_table_that_names_a_person_in_any_way_is_noticed() -> None:
    with isolate_apps():

        class Diary(models.Model):
            person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="+")

            class Meta:
                app_label = "contacts"

        class Trip(models.Model):
            driver = models.ForeignKey(Driver, on_delete=models.CASCADE, related_name="+")
            guests = models.ManyToManyField(Person, related_name="+")
            company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="+")

            class Meta:
                app_label = "contacts"

    assert people_named_by(Diary) == ["person"]
    assert people_named_by(Trip) == ["driver", "guests"]
    assert people_named_by(Company) == []


def make_message(person: Person, **facts: object) -> Message:
    return Message.objects.create(
        key=f"test:{person.pk}:{Message.objects.count()}",
        template="x",
        gate="service",
        recipient=person.email,
        recipient_type="contacts.person",
        recipient_id=person.pk,
        language="en",
        subject=f"To {person}",
        text=f"Dear {person}",
        html=f"<p>{person}</p>",
        message_id="<1@x>",
        about_type="x",
        about_id=1,
        due_at=timezone.now(),
        bounce=Bounce.NONE,
        **facts,
    )


def make_known(last_name: str, company: Company, user: User, *, email: str) -> Person:
    """A person of whom every table of ours holds something."""
    facts = {"family": "two children", "born_on": date(1980, 2, 3), "centre": company.centre}
    person = make_person(last_name, email=email, phone="+49 40 1234567", **facts)
    make_role("decision_maker", company, person, job_title="owner")
    make_holder(make_role("user", company, person))
    make_drive(make_role("driver", company, person))
    give_consent(person)
    Interaction.log(company, person=person, channel=Channel.PHONE, outcome="reached", text=f"{last_name} likes tea.", by=user)
    Link.objects.make("preferences", person.addresses.get(channel="email").pk)
    people.edit(person, by=user, best_time="after nine")
    make_message(person)
    return person


def everything_said() -> str:
    """All text that the tables of ours hold, in one string."""
    said = []
    for model in (Person, PersonAddress, DecisionMaker, VehicleUser, Driver, Interaction, Consent, Message, Change, Entry, SearchRow):
        said += [str(row) for row in model._default_manager.values_list()]
    return "\n".join(said)


def test_forgetting_leaves_no_word_of_a_person_and_every_word_of_the_others(north_ag: Company, anna: User) -> None:
    brandt = make_known("Brandt", north_ag, anna, email="brandt@customer.example")
    make_known("Kanarienvogel", north_ag, anna, email="bird@customer.example")
    TouchedCompany.objects.all().delete()

    person_data.forget(brandt, by=anna)

    said = everything_said()
    assert "Brandt" not in said
    assert "brandt" not in said
    assert "after nine" not in said.replace(str(Person.objects.get(last_name="Kanarienvogel").best_time), "")
    assert "Kanarienvogel likes tea." in said
    brandt.refresh_from_db()
    assert (brandt.name, brandt.born_on, brandt.family) == ("Name unknown", None, "")
    assert not brandt.addresses.exists()
    assert not any(model.objects.filter(person=brandt).exists() for model in (DecisionMaker, VehicleUser, Driver))
    assert Holder.objects.count() == VehicleDriver.objects.count() == 1
    assert Interaction.objects.filter(company=north_ag, person=None, text="").count() == 1, "the company's figures stay"
    assert Message.objects.get(recipient_id=brandt.pk).state == MessageState.HELD_BACK
    assert Link.objects.filter(revoked_at=None).count() == 1
    assert Entry.objects.about(brandt).filter(action="person.forgotten", actor_id=anna.pk).count() == 1
    assert TouchedCompany.objects.filter(company=north_ag).exists()


def test_a_forgotten_person_is_found_by_nobody(north_ag: Company, anna: User, carla: User, admin: User) -> None:
    brandt = make_known("Brandt", north_ag, anna, email="brandt@customer.example")
    person_data.forget(brandt, by=admin)
    for user in (anna, carla, admin):
        assert brandt not in Person.objects.visible_to(user)
    assert not SearchRow.objects.matching("Brandt").exists()


def move_all(duplicate: Person, kept: Person) -> list[tuple[models.Model, dict]]:
    with transaction.atomic():
        return [pair for move in person_data.to_move for pair in move(duplicate, kept)]


def test_a_merge_leaves_nothing_that_names_the_duplicate(north_ag: Company, south_ag: Company, anna: User) -> None:
    kept = make_known("Brandt", north_ag, anna, email="brandt@customer.example")
    duplicate = make_known("Brand", north_ag, anna, email="brand@customer.example")
    make_role("decision_maker", south_ag, duplicate)

    moved = move_all(duplicate, kept)

    named = (DecisionMaker, VehicleUser, Driver, PersonAddress, Interaction)
    assert not any(model.objects.filter(person=duplicate).exists() for model in named)
    assert not Message.objects.to(duplicate).exists()
    assert Message.objects.to(kept).count() == 2
    assert Interaction.objects.filter(person=kept).count() == 2
    assert Holder.objects.filter(user__person=kept, user__ends_on=None).count() == 2, "vehicles go to the role that stands"
    assert VehicleDriver.objects.filter(driver__person=kept, driver__ends_on=None).count() == 2
    assert DecisionMaker.objects.filter(person=kept, ends_on=None).count() == 2, "one at each company"
    assert DecisionMaker.objects.filter(person=kept, company=north_ag).exclude(ends_on=None).count() == 1
    assert all(changes for _row, changes in moved)


def test_a_merge_keeps_the_consents_of_an_address_that_both_had(north_ag: Company) -> None:
    kept, duplicate = make_person("Brandt", email="brandt@customer.example"), make_person("Brand", email="Brandt@customer.example")
    give_consent(duplicate)
    own = kept.addresses.get()
    link = Link.objects.make("preferences", duplicate.addresses.get().pk)

    move_all(duplicate, kept)

    assert list(kept.addresses.all()) == [own]
    assert own.consents.count() == 1
    link.refresh_from_db()
    assert link.subject_id == own.pk
    assert not PersonAddress.objects.filter(person=duplicate).exists()


def test_one_vehicle_driven_by_both_stays_one_drive(north_ag: Company) -> None:
    kept, duplicate = make_role("driver", north_ag), make_role("driver", north_ag)
    van = make_vehicle(north_ag)
    make_drive(kept, van)
    make_drive(duplicate, van)
    move_all(duplicate.person, kept.person)
    assert VehicleDriver.objects.filter(vehicle=van, ends_on=None, driver=kept).count() == 1


def test_companies_of_others_are_left_alone_by_a_merge(north_ag: Company) -> None:
    stranger = make_role("decision_maker", make_company())
    move_all(make_person(), make_person())
    stranger.refresh_from_db()
    assert stranger.ends_on is None
