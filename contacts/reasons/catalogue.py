"""Registers the rules of this app."""

from datetime import date
from functools import partial

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, Phase, derived
from accounts.staff.models.centre import CentreQuerySet
from accounts.staff.models.policy import Effect, Number, effects, followers
from contacts.hospitality import CAP, PUBLIC_BODY_CAP, count_at_cap
from contacts.memory.models.meeting import MEETING_FROM, MEETING_UNTIL, count_outside_hours
from contacts.reasons import nightly
from contacts.reasons.annual_meeting import AnnualMeetingDue, MeetingPlanning
from contacts.reasons.care import AfterVisit, NewRole, ThanksForPurchase, YearsAfterPurchase
from contacts.reasons.computing import look_again
from contacts.reasons.contract_end import ContractEnd
from contacts.reasons.coverage import Coverage
from contacts.reasons.greetings import Birthday, Holiday
from contacts.reasons.phases import THRESHOLDS
from contacts.reasons.planning import plannings
from contacts.reasons.promises import OpenComplaint, PromiseNotKept
from contacts.reasons.radar import SilentCompany
from contacts.reasons.rule import Rule, UnfedRule, rules, unfed
from contacts.reasons.settling import count_in, settle_all
from contacts.reasons.silence import CADENCE, FLEET_SHARE, Silence, count_silent, count_silent_fleet_managers
from contacts.reasons.spans import LOST, LOYALTY, RISKS
from contacts.reasons.unconfirmed import AddressUnconfirmed
from fleetportal.core.web.pages import NavigationEntry, navigation

RULES: tuple[Rule, ...] = (
    *(ContractEnd(), Coverage(), Silence(), AnnualMeetingDue(), PromiseNotKept(), OpenComplaint(), AfterVisit(), ThanksForPurchase()),
    *(YearsAfterPurchase(), Birthday(), Holiday(), NewRole(), SilentCompany(), AddressUnconfirmed()),
)
# Their facts come with opportunities, interests and the companies' car policies; whoever keeps those registers the rule.
UNFED = (
    UnfedRule(
        "quiet_quote",
        _("Quote gone quiet"),
        _("A quote was sent and nobody has answered for some time: follow it up, and count the contracts that are recovered."),
        _("Opportunities and their quotes are not kept yet."),
    ),
    UnfedRule(
        "standing_interest",
        _("Standing interest arrived"),
        _("What somebody was waiting for is here: the model in the showroom, the test drive they asked for."),
        _("Interests are not kept yet."),
    ),
    UnfedRule(
        "policy_window",
        _("Policy window opens"),
        _("The time begins in which the company’s car policy lets its users choose their next vehicle."),
        _("Of a car policy only its text is kept so far, not its dates."),
    ),
)


def register() -> None:
    """Register the rules of this app, and the reasons as derived from companies."""
    for rule in RULES:
        rules.register(rule.name, rule)
    for waiting in UNFED:
        unfed.register(waiting.name, waiting)
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
    register_days()
    register_page()
    followers.register("reasons", nightly.start_again)


def register_days() -> None:
    """Registers what a preview counts of the days of a rule: what the rule would find."""
    for rule in RULES:
        for one in rule.numbers:
            if one.key.startswith("reason_"):
                effects.register(f"{one.key}_{rule.name}", Effect({one.key}, rule.title, partial(count_found, rule)))


def count_found(rule: Rule, number: Number, on: date, at: CentreQuerySet) -> int:
    """How many reasons the rule finds that day at these centres, wherever it is switched on. Costs the queries of the rule."""
    return sum(1 for _found in rule.find(Company.objects.filter(centre__in=at), on=on))


def register_page() -> None:
    """The page of the catalogue, in the menu of administrators."""
    navigation.register("rules", NavigationEntry(_("Reasons"), "bulb", "contacts:rules", "administer", group=9), weight=934)


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
