"""The columns of people."""

from typing import Any

import django_tables2
from django.utils.translation import gettext_lazy as _

from fleetportal.core.lists import Column


def roles_in_words(person: Any) -> str:
    return "; ".join(f"{role.group.label}, {role.company.name}" for role in person.roles_now)


class PersonTable(django_tables2.Table):
    name = Column(_("Name"), orderable=True, order_by="name_folded", accessor="name")
    roles = Column(_("Roles"), css="fp-wide", value=roles_in_words, empty_values=())
    channels = Column(_("May be reached"), exported=False, empty_values=())
    email = Column(_("E-mail"), css="fp-wide fp-lwide", value=lambda person: person.work_email, empty_values=())
    phone = Column(_("Telephone"), css="fp-wide fp-xwide", value=lambda person: person.work_phone, empty_values=())
    language = Column(_("Language"), orderable=True, css="fp-wide", value=lambda person: person.get_language_display())

    class Meta:
        order_by = "name"
