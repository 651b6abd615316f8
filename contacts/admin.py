"""Companies' gift policies and the house's e-mail templates in Django's admin, for administrators."""

from typing import Any, cast

from django.conf import settings
from django.contrib.admin import StackedInline, display
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.admin import Audited, site
from accounts.models import Company, User
from accounts.staff.administering import MAY
from contacts.hospitality import GiftPolicy
from contacts.memory.models.mail_template import PLACEHOLDERS, MailTemplate, MailTemplateText


class GiftPolicyAdmin(Audited):
    """The policy of one company; the strictest of it and our own caps applies."""

    list_display = ("company", "cap_cents", "wording")
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


class MailTemplateTexts(StackedInline):  # type: ignore[type-arg]  # takes no parameter at run time
    """The text of a template in each language."""

    model = MailTemplateText
    extra = 0
    max_num = len(settings.LANGUAGES)

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return bool(cast(User, request.user).may(MAY))

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return cast(User, request.user).may_everywhere(MAY)

    has_add_permission = has_delete_permission = has_change_permission


class MailTemplateAdmin(Audited):
    """What account managers may begin an e-mail with. The texts belong to the whole house, so administrators of some centres read
    them only."""

    list_display = ("__str__", "purpose", "is_offered", "missing")
    inlines = (MailTemplateTexts,)
    fieldsets = (
        (
            None,
            {
                "fields": ("name", "purpose", "weight", "is_offered"),
                "description": format_lazy(
                    _("A customer is offered only a text in their own language. In braces you can write: {known}."),
                    known=", ".join(f"{{{name}}}" for name in PLACEHOLDERS),
                ),
            },
        ),
    )

    def has_add_permission(self, request: HttpRequest) -> bool:
        return cast(User, request.user).may_everywhere(MAY)

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return cast(User, request.user).may_everywhere(MAY)

    def get_queryset(self, request: HttpRequest) -> QuerySet[MailTemplate]:
        return super().get_queryset(request).prefetch_related("texts")

    @display(description=_("no text yet in"))
    def missing(self, template: MailTemplate) -> str:
        """The languages in which it is not offered."""
        known = {text.language for text in template.texts.all()}
        return ", ".join(str(name) for code, name in settings.LANGUAGES if code not in known) or "–"


site.register(GiftPolicy, GiftPolicyAdmin)
site.register(MailTemplate, MailTemplateAdmin)
