"""What the tables of gifts and vouchers hold about a person, for a request for access."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from contacts.models import Person
from contacts.people.disclosing import GIVING, INTEREST, TELLING, Disclosed, code, column, free, page_of, rows_about, to_disclose
from fleetportal.core.links import Link
from gifts.actions.claiming import person_mark
from gifts.models import Allowance, Challenge, Claim, HandOut, Redemption, Voucher


def allowances_of(person: Person) -> list[Allowance]:
    return list(Allowance.objects.filter(mark=person_mark(person)).select_related("programme").order_by("pk"))


def challenges_of(person: Person) -> list[Challenge]:
    return list(Challenge.objects.sent_to(person).select_related("programme").order_by("pk"))


def links_of(person: Person) -> list[Link]:
    vouchers = person.vouchers.values("pk")
    return list(Link.objects.filter(Q(scope="voucher") | Q(scope="claim"), subject_id__in=vouchers).order_by("pk"))


def register() -> None:
    programme, cents = column("programme.name", _("programme")), column("value_cents", _("value"))
    voucher = (
        *(programme, column("company.name", _("company")), cents, column("valid_until", _("valid until"))),
        *(column("state", _("state")), column("revoked_at", _("withdrawn")), free("revoked_because", _("why"))),
    )
    claim = (
        *(column("voucher.programme.name", _("programme")), column("claimed_at", _("claimed")), column("period", _("period"))),
        *(column("first_name", _("first name given")), free("company_or_plate", _("company or plate given"))),
    )
    redeemed = (
        *(column("voucher.programme.name", _("programme")), column("wash.name", _("wash")), column("redeemed_at", _("redeemed"))),
        *(column("undone_at", _("undone")), free("undone_because", _("why"))),
    )
    handed = (
        *(column("gift.name", _("gift")), column("centre.name", _("centre")), column("company.name", _("company")), cents),
        *(column("handed_out_at", _("handed out")), column("undone_at", _("undone"))),
    )
    challenge = (
        *(programme, column("first_name", _("first name given")), column("address", _("address")), column("plate", _("plate"))),
        *(column("made_at", _("sent")), column("used_at", _("used"))),
    )
    link = (code("scope", _("page"), page_of), column("made_at", _("created")), column("revoked_at", _("withdrawn")))
    taken = (programme, column("period", _("period")), column("taken", _("vouchers claimed")))
    gifts = rows_about(HandOut, "person", "gift", "centre", "company")
    claims = rows_about(Claim, "person", "voucher__programme")
    redemptions = rows_about(Redemption, "voucher__person", "voucher__programme", "wash")
    for name, entry in {
        "gifts.handout": Disclosed(_("Gifts received"), GIVING, INTEREST, gifts, handed),
        "gifts.voucher": Disclosed(_("Vouchers"), GIVING, INTEREST, rows_about(Voucher, "person", "programme", "company"), voucher),
        "gifts.claim": Disclosed(_("Vouchers claimed"), GIVING, INTEREST, claims, claim),
        "gifts.redemption": Disclosed(_("Vouchers redeemed"), GIVING, INTEREST, redemptions, redeemed),
        "gifts.allowance": Disclosed(_("Vouchers claimed in each period"), GIVING, INTEREST, allowances_of, taken),
        "gifts.challenge": Disclosed(_("Codes for vouchers"), GIVING, INTEREST, challenges_of, challenge),
        "core.link of gifts": Disclosed(_("Personal links to vouchers"), TELLING, INTEREST, links_of, link),
    }.items():
        to_disclose.register(name, entry, weight=40)
