"""The rights of each role: the only source of permissions, groups, grants and the permission matrix.

To add a right: a line in `MAY`, and `manage.py makemigrations accounts`. `manage.py migrate` then gives it to
every user with such a role (`sync_roles`).
"""

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

# ALL: granted on the centres of the role. OWN: held in general, on no centre; it counts for the companies assigned to the user today.
ALL, OWN, NO = "all", "own", ""

ROLE_NAMES = {
    "account_manager": _("Account manager"),
    "centre_manager": _("Centre manager"),
    "marketing": _("Marketing"),
    "service_adviser": _("Service adviser"),
    "wash_attendant": _("Wash attendant"),
    "administrator": _("Administrator"),
    "outside_agent": _("Outside agent"),
}

# A right, what it is for, and who has it, in the order of ROLE_NAMES: account manager, centre manager, marketing, service adviser,
# wash attendant, administrator.
MAY: dict[str, tuple[str, tuple[str, ...]]] = {
    "meet_customers": (gettext_noop("Find companies and people, log interactions"), (OWN, ALL, ALL, ALL, NO, ALL, NO)),
    "see_customers": (gettext_noop("See complete dossiers, lists, timelines and reports"), (OWN, ALL, ALL, NO, NO, ALL, NO)),
    "serve_customers": (
        gettext_noop("Edit companies and people; manage tasks, meetings, contact rounds and imports"),
        (OWN, ALL, NO, NO, NO, ALL, NO),
    ),
    "call": (gettext_noop("Call in the contact rounds they are given"), (OWN, ALL, NO, NO, NO, ALL, OWN)),
    "see_value": (gettext_noop("See turnover, margin and what a tier is based on"), (OWN, ALL, NO, NO, NO, ALL, NO)),
    "see_private": (gettext_noop("See private telephone number, date of birth and family"), (OWN, ALL, NO, NO, NO, ALL, NO)),
    "record_consent": (gettext_noop("Record consent"), (OWN, ALL, ALL, ALL, NO, ALL, NO)),
    "run_events": (gettext_noop("Create and publish events"), (NO, ALL, ALL, NO, NO, ALL, NO)),
    "invite": (gettext_noop("Invite people"), (OWN, ALL, ALL, NO, NO, ALL, NO)),
    "check_in": (gettext_noop("Check guests in"), (ALL, ALL, NO, ALL, NO, ALL, NO)),
    "hand_out": (gettext_noop("Hand out gifts"), (ALL, ALL, NO, ALL, NO, ALL, NO)),
    "redeem": (gettext_noop("Redeem vouchers"), (NO, ALL, NO, ALL, ALL, ALL, NO)),
    "undo_redemption": (gettext_noop("Undo a redemption"), (NO, ALL, NO, NO, NO, ALL, NO)),
    "approve_gift": (gettext_noop("Approve gifts"), (NO, ALL, NO, NO, NO, ALL, NO)),
    "sort_mail": (gettext_noop("Sort e-mails of unknown senders"), (NO, ALL, NO, NO, NO, ALL, NO)),
    "export": (gettext_noop("Export lists"), (OWN, ALL, ALL, NO, NO, ALL, NO)),
    "run_campaigns": (gettext_noop("Run campaigns"), (NO, ALL, ALL, NO, NO, ALL, NO)),
    "run_programmes": (gettext_noop("Run voucher programmes"), (NO, ALL, ALL, NO, NO, ALL, NO)),
    "edit_pages": (gettext_noop("Edit pages"), (NO, NO, ALL, NO, NO, ALL, NO)),
    "administer": (gettext_noop("Manage users, roles, centres and rules"), (NO, NO, NO, NO, NO, ALL, NO)),
}

CODENAMES = {codename: label for codename, (label, _roles) in MAY.items()}

# By role: codename -> ALL or OWN.
ROLES: dict[str, dict[str, str]] = {
    role: {codename: columns[at] for codename, (_words, columns) in MAY.items() if columns[at]} for at, role in enumerate(ROLE_NAMES)
}


def role_choices() -> list[tuple[str, object]]:
    return list(ROLE_NAMES.items())


def rights_in_words(role: str) -> str:
    """The rights of the role, as a sentence for the form that assigns it."""
    return "; ".join(str(_(CODENAMES[codename])) for codename in ROLES[role])
