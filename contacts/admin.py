"""Companies' gift policies in Django's admin, for administrators."""

from typing import Any, cast

from django.db.models import QuerySet
from django.http import HttpRequest

from accounts.admin import Audited, site
from accounts.models import Company, User
from accounts.staff.administering import MAY
from contacts.hospitality import GiftPolicy


class GiftPolicyAdmin(Audited):
    """The policy of one company; the strictest of it and our own caps applies."""

    list_display = ("company", "cap_cents", "words")
    raw_id_fields = ("company",)
    list_select_related = ("company",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[GiftPolicy]:
        """Only policies of companies at centres that this administrator administers."""
        return super().get_queryset(request).filter(company__in=Company.objects.where(cast(User, request.user), may=MAY))

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Only companies at these centres can be chosen."""
        if db_field.name == "company":
            kwargs["queryset"] = Company.objects.where(cast(User, request.user), may=MAY)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


site.register(GiftPolicy, GiftPolicyAdmin)
