"""Complaints of the demo: a few told on the telephone today, one that waits for too long, two that were answered."""

from datetime import datetime, time, timedelta

from django.utils import timezone

from accounts.models import Centre, Company, Phase, User, responsible_for
from contacts.memory.actions import complaints
from contacts.models import Channel, Outcome
from contacts.reasons.settling import settle_all
from demo import phrases
from demo.staff import Staff

EVERY = 60  # companies of the centre
LATE = timedelta(days=16)  # long enough for the rule to find a company at risk


def add_complaints(staff: Staff, centre: Centre) -> None:
    """Log one complaint for every sixtieth company of `centre`, and further ones that are overdue or answered."""
    on = centre.today(timezone.now())

    def by(company: Company) -> User:
        return responsible_for(company, on=on) or staff.users["admin"]

    complaining = Company.objects.filter(centre=centre, decision_makers__isnull=False).distinct().order_by("-pk")
    for company, text in zip(complaining[::EVERY], phrases.COMPLAINTS, strict=False):
        person, user = company.decision_makers.earliest("pk").person, by(company)
        complaints.log_contact(company, person=person, channel=Channel.PHONE, outcome=Outcome.COMPLAINED, text=text, by=user)
    then = timezone.make_aware(datetime.combine(on - LATE, time(10)))
    for company in complaining.filter(phase=Phase.LOYAL, complaints=None)[:1]:
        complaints.complain(company, person=None, text=phrases.LATE_COMPLAINT, by=by(company), on=on - LATE, now=then)
    steady = complaining.filter(phase=Phase.LOYAL, complaints=None)[: len(phrases.ANSWERED_COMPLAINTS)]
    for company, (text, answer, learned, is_satisfied) in zip(steady, phrases.ANSWERED_COMPLAINTS, strict=False):
        said = complaints.complain(company, person=None, text=text, by=by(company), on=on - LATE, now=then)
        complaints.answer(said, text=answer, learned=learned, is_satisfied=is_satisfied, by=by(company), now=then + LATE / 2)
    settle_all(complaining.exclude(complaints=None).values_list("pk", flat=True), on=on)
