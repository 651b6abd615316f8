"""The caps on what a person may receive, in Django's admin, for administrators."""

from accounts.admin import Audited, site
from contacts.hospitality import GiftPolicy


class GiftPolicyAdmin(Audited):
    """A cap for everyone, for public bodies, or for one company whose own rule is stricter; the strictest counts."""

    list_display = ("reach", "company", "cap_cents", "words")
    raw_id_fields = ("company",)


site.register(GiftPolicy, GiftPolicyAdmin)
