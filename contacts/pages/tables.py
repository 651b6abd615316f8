"""The columns of people."""

from typing import Any

import django_tables2
from django.utils.translation import gettext_lazy as _

from accounts.models import CompanyPair
from fleetportal.core.web.lists import TableColumn, label_of


def roles_in_words(person: Any) -> str:
    return "; ".join(f"{role.group.label}, {role.company.name}" for role in person.roles_now)


class PersonPairTable(django_tables2.Table):
    one = TableColumn(_("Person"), value=lambda pair: pair.one.name)
    one_roles = TableColumn(_("Roles"), css="fp-wide", value=lambda pair: roles_in_words(pair.one), empty_values=())
    other = TableColumn(_("May be the same as"), value=lambda pair: pair.other.name)
    other_roles = TableColumn(_("Roles"), css="fp-wide", value=lambda pair: roles_in_words(pair.other), empty_values=())
    found_by = TableColumn(_("Matching details"), css="fp-wide", value=lambda pair: pair.found_words)
    found_at = TableColumn(_("Found"), orderable=True, kind="datetime", css="fp-num fp-wide fp-nowrap")
    said = TableColumn("", exported=False, css="fp-wide", empty_values=())

    class Meta:
        order_by = "-found_at"


class CompanyPairTable(django_tables2.Table):
    one = TableColumn(_("Company"), reads=("one__name",))
    other = TableColumn(_("May be the same as"), reads=("other__name",))
    found_by = TableColumn(_("Matching details"), css="fp-wide", reads=("found_by",), value=label_of(CompanyPair.Found))
    found_at = TableColumn(_("Found"), orderable=True, reads=("found_at",), kind="datetime", css="fp-num fp-wide fp-nowrap")
    said = TableColumn("", exported=False, css="fp-wide", empty_values=())

    class Meta:
        order_by = "-found_at"


class PersonTable(django_tables2.Table):
    name = TableColumn(_("Name"), orderable=True, order_by="name_folded", accessor="name")
    roles = TableColumn(_("Roles"), css="fp-wide", value=roles_in_words, empty_values=())
    channels = TableColumn(_("Can be reached by"), exported=False, empty_values=())
    email = TableColumn(_("E-mail"), css="fp-wide fp-lwide", value=lambda person: person.work_email, empty_values=())
    phone = TableColumn(_("Telephone"), css="fp-wide fp-xwide", value=lambda person: person.work_phone, empty_values=())
    language = TableColumn(_("Language"), orderable=True, css="fp-wide", value=lambda person: person.get_language_display())

    class Meta:
        order_by = "name"
