"""The companies' own rules on what their people may receive, in Django's admin, for administrators."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import MAY, Audited, site
from accounts.models import Company, User
from contacts.hospitality import GiftPolicy


class GiftPolicyAdmin(Audited):
    """The rule of one company; the strictest of it and of our own, which are policies, counts."""

    list_display = ("company", "cap_cents", "words")
    raw_id_fields = ("company",)
    list_select_related = ("company",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[GiftPolicy]:
        """Those of companies at the centres that this administrator administers."""
        return super().get_queryset(request).filter(company__in=Company.objects.where(cast(User, request.user), may=MAY))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A rule is made for a company at one of these centres alone."""
        if db_field.name == "company":
            kwargs["queryset"] = Company.objects.where(cast(User, request.user), may=MAY)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


site.register(GiftPolicy, GiftPolicyAdmin)
