"""Registers the rules of this app."""

from functools import partial

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Phase, derived
from accounts.staff.models.policy import Effect, effects, followers
from contacts.hospitality import CAP, PUBLIC_BODY_CAP, count_at_cap
from contacts.memory.models.meeting import MEETING_FROM, MEETING_UNTIL, count_outside_hours
from contacts.reasons import nightly
from contacts.reasons.annual_meeting import AnnualMeetingDue, MeetingPlanning
from contacts.reasons.computing import look_again
from contacts.reasons.contract_end import ContractEnd
from contacts.reasons.coverage import Coverage
from contacts.reasons.phases import THRESHOLDS
from contacts.reasons.planning import plannings
from contacts.reasons.rule import rules
from contacts.reasons.settling import count_in, settle_all
from contacts.reasons.silence import CADENCE, FLEET_SHARE, Silence, count_silent, count_silent_fleet_managers
from contacts.reasons.spans import LOST, LOYALTY, RISKS


def register() -> None:
    """Register the rules of this app, and the reasons as derived from companies."""
    for rule in (ContractEnd(), Coverage(), Silence(), AnnualMeetingDue()):
        rules.register(rule.name, rule)
    plannings.register(AnnualMeetingDue.name, MeetingPlanning())
    derived.register("tiers and phases", settle_all, weight=12)  # reasons depend on them
    derived.register("reasons", look_again)
    cadences = {number.key for tiers in CADENCE.values() for number in tiers.values()}
    effects.register("silence", Effect(cadences, _("People who should hear from us again"), count_silent))
    responsible = Effect({FLEET_SHARE.key}, _("Fleet managers who should hear from us again"), count_silent_fleet_managers)
    effects.register("silence_of_fleet_managers", responsible)
    effects.register(
        "meeting_hours", Effect({MEETING_FROM.key, MEETING_UNTIL.key}, _("Annual meetings ahead outside these hours"), count_outside_hours)
    )
    effects.register("gift_caps", Effect({CAP.key, PUBLIC_BODY_CAP.key}, _("People who may receive nothing more this year"), count_at_cap))
    register_standings()
    followers.register("reasons", nightly.start_again)


def register_standings() -> None:
    """Registers what a preview counts of tiers and phases."""
    for name, keys, phase, words in (
        ("companies_at_risk", RISKS, Phase.AT_RISK, _("Companies at risk")),
        ("companies_loyal", LOYALTY, Phase.LOYAL, _("Loyal companies")),
        ("companies_lost", {LOST.key}, Phase.LOST, _("Lost companies")),
    ):
        effects.register(name, Effect(keys, words, partial(count_in, phase)))
    for tier, number in THRESHOLDS.items():
        words = format_lazy(_("Companies of the tier {tier}"), tier=tier.label)
        effects.register(f"companies_{tier}", Effect({number.key}, words, partial(count_in, tier)))
