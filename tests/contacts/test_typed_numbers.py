"""A telephone number typed the national way is one of the company's country."""

import pytest
from django.test import Client

from accounts.models import Company, User
from contacts.models import Person, PersonAddress

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("country", "typed", "kept"),
    [
        ("IT", "06 6982 1234", "+39 06 6982 1234"),
        ("IT", "340 1234567", "+39 340 123 4567"),
        ("RU", "8 495 1234567", "+7 495 123-45-67"),
        ("AT", "0732 770010", "+43 732 770010"),
        ("DE", "040 66969 112", "+49 40 66969112"),
        ("IT", "+49 40 66969 112", "+49 40 66969112"),
    ],
)
def test_a_new_person_s_number_is_read_and_kept_as_their_company_s_country_writes_it(
    client: Client, anna: User, north_ag: Company, country: str, typed: str, kept: str
) -> None:
    Company.objects.filter(pk=north_ag.pk).update(country=country)
    client.force_login(anna)
    values = {"group": "user", "last_name": "Neu", "language": "de", "phone": typed}
    assert client.post(f"/companies/{north_ag.pk}/people/new/", values).status_code == 303
    assert PersonAddress.objects.get().value == kept
    person = Person.objects.get()
    PersonAddress.objects.all().delete()
    assert client.post(f"/people/{person.pk}/addresses/new/", {"channel": "phone", "value": typed}).status_code == 303
    address = PersonAddress.objects.get()
    assert (address.value, address.value_folded) == (kept, "".join(sign for sign in kept if sign in "+0123456789"))
