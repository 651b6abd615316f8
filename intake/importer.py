"""The user of an import, and whether they still have the rights."""

from django.utils.translation import gettext_lazy

from accounts.models import Centre, Company, User
from intake.batches import MAY, Importer
from intake.models import Import


def importer(run: Import) -> Importer:
    return Importer(actor(run), run.centre)


def actor(run: Import) -> User | None:
    """The user for whom rows are applied and undone: the owner, or the one who pressed the button; None for the command."""
    return run.owner or (run.job.owner if run.job else None)


HINDRANCES = {
    "right": gettext_lazy("You are no longer allowed to import."),
    "company": gettext_lazy("You no longer look after the company these vehicles belong to."),
    "centre": gettext_lazy("You are no longer allowed to add companies at the centre for new companies. Choose another centre."),
}


def hindrance(run: Import, user: User | None) -> str:
    """The right that this import needs and `user` has lost, "" for none; the command has all rights, a deleted user has none.

    Costs at most 3 queries.
    """
    if user is None:
        return "right" if run.job is not None and run.job.has_lost_owner else ""
    if not user.may(MAY):
        return "right"
    if run.company_id and not Company.objects.where(user, may=MAY).filter(pk=run.company_id).exists():
        return "company"
    return "" if run.centre in Centre.objects.for_entering(user) else "centre"
