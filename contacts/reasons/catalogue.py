"""The rules of this app, put on their list."""

from django.utils.translation import gettext_lazy as _

from accounts.models import derived
from accounts.staff.models.policy import Effect, effects, followers
from contacts.reasons import nightly
from contacts.reasons.annual_meeting import AnnualMeetingDue, MeetingPlanning
from contacts.reasons.computing import look_again
from contacts.reasons.contract_end import ContractEnd
from contacts.reasons.coverage import Coverage
from contacts.reasons.planning import plannings
from contacts.reasons.rule import rules
from contacts.reasons.silence import CADENCE, Silence, count_silent


def register() -> None:
    """Put the rules of this app on their list, and the reasons on the list of what is derived from a company."""
    for rule in (ContractEnd(), Coverage(), Silence(), AnnualMeetingDue()):
        rules.register(rule.name, rule)
    plannings.register(AnnualMeetingDue.name, MeetingPlanning())
    derived.register("reasons", look_again)
    cadences = {number.key for tiers in CADENCE.values() for number in tiers.values()}
    effects.register("silence", Effect(cadences, _("People who should hear from us again"), count_silent))
    followers.register("reasons", nightly.start_again)
