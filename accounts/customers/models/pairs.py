from typing import TYPE_CHECKING, Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.company import Company
from fleetportal.core import pairs

if TYPE_CHECKING:
    from accounts.staff.models.user import User

SAME_COMPANY = """
    SELECT mine.id AS mine, theirs.id AS theirs, 'vat_number' AS found
    FROM accounts_company mine JOIN accounts_company theirs ON theirs.vat_number = mine.vat_number
    WHERE mine.vat_number <> '' AND mine.id IN ({ids})
    UNION ALL
    SELECT mine.id, theirs.id, 'name'
    FROM accounts_company mine JOIN accounts_company theirs ON theirs.name_folded = mine.name_folded AND theirs.postcode = mine.postcode
    WHERE mine.postcode <> '' AND mine.id IN ({ids})"""


class CompanyPairQuerySet(pairs.PairQuerySet):
    def for_list(self) -> Self:
        return self.select_related("one__centre", "other__centre")


class CompanyPair(pairs.Pair):
    """Two possibly identical companies: with the same VAT number, or the same name and postcode."""

    class Found(models.TextChoices):
        VAT_NUMBER = "vat_number", _("VAT number")
        NAME = "name", _("name and postcode")

    kinds, matches = Found, SAME_COMPANY
    one = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="pairs", verbose_name=_("company"))
    other = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="pairs_with_older", verbose_name=_("other company"))

    objects = CompanyPairQuerySet.as_manager()

    class Meta(pairs.Pair.Meta):
        verbose_name = _("pair of companies")
        verbose_name_plural = _("pairs of companies")

    @classmethod
    def rows_where(cls, user: "User", *, may: str) -> models.QuerySet[Company, object]:
        return Company.objects.where(user, may=may).values("pk")
