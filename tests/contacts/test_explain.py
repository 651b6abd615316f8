"""`explain COMPANY`: why it is or is not in the queue, rule by rule."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from accounts.customers.actions import companies
from accounts.models import Company, User
from contacts.models import Reason, rules
from contacts.reasons.card import ReasonCard
from contacts.today import actions
from tests.factories.accounts import make_company
from tests.factories.reasons import make_reason


def explained(company: object) -> str:
    out = StringIO()
    call_command("explain", str(company), stdout=out)
    return out.getvalue()


@pytest.mark.parametrize("by", ["pk", "vat_number", "name", "part"])
def test_a_company_is_named_by_id_vat_number_or_name(north_ag: Company, by: str) -> None:
    companies.edit(north_ag, by=None, vat_number="DE136695976")
    make_company(north_ag.centre, name="Another GmbH")
    words = {"pk": north_ag.pk, "vat_number": "de 136695976", "name": "NORDHAFEN LOGISTIK SE", "part": "nordhafen"}[by]
    assert explained(words).startswith(f"Nordhafen Logistik SE ({north_ag.pk}), no tier, Prospect")


def test_each_rule_says_yes_with_its_weight_or_no_with_its_words(north_ag: Company) -> None:
    reason = make_reason(north_ag)
    said = explained(north_ag.pk)
    assert f"contract_end: yes\n  {ReasonCard(reason).sentence}" in said
    assert f"weight {reason.weight} = " in said
    assert "silence: no. Everyone has been contacted as often as they should be." in said
    assert all(f"\n{name}: " in said for name in rules.names())


def test_a_decision_that_keeps_it_away_is_told(north_ag: Company, anna: User) -> None:
    today = timezone.localdate()
    reason = make_reason(north_ag)
    actions.put_off(reason, until=today + timedelta(days=7), why="On holiday.", by=anna, on=today)
    said = explained(north_ag.pk)
    assert "not now by Anna Reinhardt: On holiday." in said
    assert "In the queue with 1 of 2 reasons." in said, "the driver's empty chair stays"


@pytest.mark.parametrize("words", ["Nobody AG", "999999", "²"])
def test_a_company_that_is_not_there_is_said_so(north_ag: Company, words: str) -> None:
    with pytest.raises(CommandError, match="No company"):
        explained(words)


def test_several_that_fit_are_named(north_ag: Company) -> None:
    make_company(north_ag.centre, name="Nordhafen Werft")
    with pytest.raises(CommandError, match=r"Which one\? Nordhafen Logistik SE .*Nordhafen Werft"):
        explained("nordhafen")


def test_the_dossier_says_why_now_and_leads_to_the_card(client: Client, anna: User, north_ag: Company) -> None:
    today = timezone.localdate()
    reason, chair = make_reason(north_ag), Reason.objects.get(rule="coverage", company=north_ag)
    actions.put_off(chair, until=today + timedelta(days=7), why="They told us no names.", by=anna, on=today)
    client.force_login(anna)
    page = client.get(f"/companies/{north_ag.pk}/why-now/").content.decode()
    assert f'href="/today/?open={reason.pk}">{ReasonCard(reason).sentence}</a>' in page
    assert "They told us no names." in page
    opened = client.get("/today/", {"open": reason.pk}).context["opened"]
    assert opened == reason


def test_who_does_not_serve_the_company_sees_no_reasons_in_its_dossier(client: Client, dora: User, emil: User, north_ag: Company) -> None:
    sentence = ReasonCard(make_reason(north_ag)).sentence
    for user in (dora, emil):
        client.force_login(user)
        assert "why-now" not in client.get(f"/companies/{north_ag.pk}/").content.decode()
        assert sentence not in client.get(f"/companies/{north_ag.pk}/why-now/").content.decode()
