"""Complaints of the demo: a few told on the telephone today."""

from django.utils import timezone

from accounts.models import Centre, Company, responsible_for
from contacts.memory.actions import complaints
from contacts.models import Channel, Outcome
from demo import phrases
from demo.staff import Staff

EVERY = 60  # companies of the centre


def add_complaints(staff: Staff, centre: Centre) -> None:
    """Log one complaint for every sixtieth company of `centre`."""
    on = centre.today(timezone.now())
    companies = (
        Company.objects.filter(centre=centre, decision_makers__isnull=False).distinct().order_by("-pk")[::EVERY][: len(phrases.COMPLAINTS)]
    )
    for company, text in zip(companies, phrases.COMPLAINTS, strict=False):
        by = responsible_for(company, on=on) or staff.users["admin"]
        person = company.decision_makers.earliest("pk").person
        complaints.log_contact(company, person=person, channel=Channel.PHONE, outcome=Outcome.COMPLAINED, text=text, by=by)
