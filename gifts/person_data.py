"""How the tables of gifts and vouchers forget a person and move in a merge."""

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from contacts.models import Person
from contacts.people import person_data
from fleetportal.core.links import Link
from gifts.actions import challenging
from gifts.actions.claiming import person_mark
from gifts.models import Allowance, Challenge, Claim, HandOut, Voucher


def forget_vouchers(person: Person) -> None:
    """Keeps the vouchers, so that the programme's figures add up, but revokes their personal links."""
    vouchers = Voucher.objects.filter(person=person).values("pk")
    person_data.forget_changes(Voucher, vouchers)
    Link.objects.filter(scope="voucher", subject_id__in=vouchers).revoke(now=timezone.now())


def forget_challenges(person: Person) -> None:
    """Deletes what was typed on a claim page with one of the person's addresses; runs while these are known."""
    codes = Challenge.objects.sent_to(person)
    Link.objects.filter(scope="challenge", subject_id__in=codes.values("pk")).revoke(now=timezone.now())
    challenging.erase(codes)


def forget_allowances(person: Person) -> None:
    """Deletes what was counted for the person; the counts of a number or a plate end with their period."""
    Allowance.objects.filter(mark=person_mark(person)).delete()


def move_claims(duplicate: Person, kept: Person) -> person_data.Moved:
    """Moves claims with what was taken in their periods: one human has one allowance, whoever of the two took it."""
    old, new = person_mark(duplicate), person_mark(kept)
    moved: person_data.Moved = []
    for taken in Allowance.objects.filter(mark=old):
        row, _new = Allowance.objects.get_or_create(programme_id=taken.programme_id, period=taken.period, mark=new)
        before, row.taken = row.taken, row.taken + taken.taken
        row.save(update_fields=["taken"])
        moved.append((row, {"taken": (before, row.taken)}))
        taken.delete()
    for claim in Claim.objects.filter(person=duplicate):
        before_marks, claim.marks = claim.marks, sorted({new if mark == old else mark for mark in claim.marks})
        claim.person = kept
        claim.save(update_fields=["person", "marks"])
        moved.append((claim, {"person": (duplicate.pk, kept.pk), "marks": (before_marks, claim.marks)}))
    return moved


def register() -> None:
    person_data.to_forget.register("gifts.challenge", forget_challenges, weight=10)
    person_data.to_forget.register("gifts.voucher", forget_vouchers)
    person_data.to_move.register("gifts.voucher", person_data.moving(Voucher, "person"))
    person_data.to_forget.register("gifts.claim", person_data.emptying(Claim, "person", first_name="", company_or_plate="", marks=[]))
    person_data.to_move.register("gifts.claim", move_claims)
    person_data.to_forget.register("gifts.allowance", forget_allowances)
    person_data.to_forget.register("gifts.handout", person_data.keep_as_it_is)
    person_data.to_move.register("gifts.handout", person_data.moving(HandOut, "person"))
    person_data.to_count.register("gifts.voucher", (_("Vouchers"), person_data.rows_of(Voucher)))
    person_data.to_count.register("gifts.handout", (_("Gifts received"), person_data.rows_of(HandOut)))
