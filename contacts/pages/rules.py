"""The catalogue of reasons: each rule named and explained, switched and weighted for a centre and a tier, with a preview."""

from collections import Counter
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.models import Centre, User
from accounts.staff.requests import StaffRequest
from contacts.reasons.models import Reason
from contacts.reasons.previewing import FIRST, preview
from contacts.reasons.rule import Rule, rules, unfed
from contacts.reasons.switches import MOST_POINTS, TIERS, RuleSetting, Switches
from contacts.reasons.switching import set_rule, unset_rule
from fleetportal.core.web.idempotency import once
from fleetportal.core.web.pages import done, page

ON_OFF = [("on", _("Switched on")), ("off", _("Switched off"))]


@dataclass(frozen=True)
class RuleLine:
    """A rule in the list: how many reasons it has found, and its settings."""

    rule: Rule
    count: int
    settings: list[RuleSetting]


class RuleForm(forms.Form):
    """How a rule applies: where, to which tier, whether, and with how many points."""

    centre = forms.ModelChoiceField(label=_("Centre"), queryset=Centre.objects.none(), required=False)
    tier = forms.ChoiceField(label=_("Tier"), choices=[("", _("every tier")), *TIERS], required=False)
    state = forms.ChoiceField(label=_("The rule is"), choices=ON_OFF, widget=forms.RadioSelect)
    points = forms.IntegerField(label=_("Points"), min_value=0, max_value=MOST_POINTS)

    def __init__(self, data: Any = None, *, rule: Rule, user: User) -> None:
        super().__init__(data, initial={"state": "on", "points": rule.value})
        centres = Centre.objects.where(user, may="administer")
        everywhere = user.may_everywhere("administer")
        self.fields["centre"] = forms.ModelChoiceField(
            label=_("Centre"), queryset=centres, required=not everywhere, empty_label=_("every centre") if everywhere else None
        )
        self.fields["points"].help_text = _(
            "0 to 40. They are added to those for tier, target group and urgency; this rule begins with %d."
        ) % (rule.value)

    @property
    def values(self) -> dict[str, Any]:
        said = self.cleaned_data
        return {"centre": said["centre"], "tier": said["tier"], "is_on": said["state"] == "on", "points": said["points"]}


@page(may="administer")
@require_safe
def catalogue(request: StaffRequest) -> HttpResponse:
    """Every rule, with what it has found at the user's centres; and those that wait for facts."""
    counts = Counter(Reason.objects.where(request.user, may="administer").values_list("rule", flat=True))
    settings: dict[str, list[RuleSetting]] = {}
    for row in RuleSetting.objects.visible_to(request.user).for_list():
        settings.setdefault(row.rule, []).append(row)
    lines = [RuleLine(rule, counts[rule.name], settings.get(rule.name, [])) for rule in rules]
    waiting = [one for one in unfed if one.name not in rules]
    return render(request, "contacts/rules/catalogue.html", {"lines": lines, "unfed": waiting})


@page(may="administer")
@require_safe
def one_rule(request: StaffRequest, rule_name: str) -> HttpResponse:
    """A rule with its settings; with a new one in the address also a preview."""
    rule = rule_of(rule_name)
    return show(request, rule, RuleForm(request.GET if "points" in request.GET else None, rule=rule, user=request.user))


@page(may="administer")
@require_POST
@once
def rule_set(request: StaffRequest, rule_name: str) -> HttpResponse:
    rule = rule_of(rule_name)
    form = RuleForm(request.POST, rule=rule, user=request.user)
    if not form.is_valid():
        return show(request, rule, form)
    changed = set_rule(rule, **form.values, by=request.user)
    words = _("The rule has been changed. All reasons are being computed again.") if changed else _("Nothing to change.")
    return done(request, reverse("contacts:rule", args=[rule.name]), words)


@page(may="administer")
@require_POST
def rule_unset(request: StaffRequest, rule_setting_id: int) -> HttpResponse:
    """Remove a setting of a rule."""
    row = get_object_or_404(RuleSetting.objects.visible_to(request.user).select_related("centre"), pk=rule_setting_id)
    unset_rule(row, by=request.user)
    return done(
        request, reverse("contacts:rule", args=[row.rule]), _("The setting has been removed. All reasons are being computed again.")
    )


def rule_of(name: str) -> Rule:
    if name not in rules:
        raise Http404
    return rules[name]


def show(request: StaffRequest, rule: Rule, form: RuleForm) -> HttpResponse:
    """The page of one rule; with a valid form it shows what would change today. Costs 3 queries, and those of the preview."""
    today = timezone.localdate()
    rows = list(RuleSetting.objects.visible_to(request.user).for_list().filter(rule=rule.name))
    mine = request.user.rights.centres("administer")
    everywhere = request.user.may_everywhere("administer")
    context: dict[str, object] = {
        "rule": rule,
        "form": form,
        "rows": [(row, row.centre_id in mine if row.centre_id else everywhere) for row in rows],
        "numbers": [(number, number.in_words(number.on(today))) for number in rule.numbers],
        "begins_with": ", ".join(str(label) for tier, label in TIERS if rule.on_for and tier in rule.on_for),
    }
    is_refused = form.is_bound and not form.is_valid()
    if form.is_bound and not is_refused:
        now = Switches()
        then = now.with_row(RuleSetting(rule=rule.name, **form.values))
        context |= {"seen": preview(rule, now, then, by=request.user, on=today), "first": FIRST, "sent": form.data}
    return render(request, "contacts/rules/rule.html", context, status=422 if is_refused else 200)
