"""What the stops of contact rounds hold about a person, for a request for access."""

from django.utils.translation import gettext_lazy as _

from contacts.people.disclosing import CARE, INTEREST, Disclosed, Words, code, column, free, rows_about, to_disclose
from contacts.rounds.models import Stop
from contacts.rounds.sifting import LEFT_OUT


def why_left_out(stop: Stop) -> Words:
    return LEFT_OUT[stop.why].words if stop.why in LEFT_OUT else ""


def in_a_row(stop: Stop) -> Words:
    return "; ".join(stop.answers.values())


def register() -> None:
    stop = (
        *(column("contact_round.name", _("contact round")), column("company.name", _("Company")), column("state", _("state"))),
        *(column("day", _("planned for")), column("tries", _("tries")), column("outcome", _("outcome"))),
        *(code("why", _("left out, because"), why_left_out), free("answers", _("answers"), in_a_row), column("done_at", _("last called"))),
    )
    entry = Disclosed(_("Contact rounds"), CARE, INTEREST, rows_about(Stop, "person", "company", "contact_round"), stop)
    to_disclose.register("contacts.stop", entry, weight=12)
