from django.db import models
from django.utils import timezone

from accounts.models.company import Company


class TouchedCompany(models.Model):
    """A company that a verb touched: what is derived from it (reasons) is due again. Drained like the outbox."""

    company = models.ForeignKey(Company, on_delete=models.CASCADE, related_name="touches")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.company_id}"
