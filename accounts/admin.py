"""Django's admin, for administrators only: users with their roles and centres, centres, assignments, and the history (read-only).

Each save is recorded in the portal's own history; Django's admin log stays empty.
"""

from typing import Any, cast

from django import forms
from django.contrib.admin import AdminSite, ModelAdmin, RelatedOnlyFieldListFilter
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import UserChangeForm
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.customers.models.assignment import Assignment
from accounts.customers.models.company import Company
from accounts.staff.actions.entering import enter_centre, enter_user
from accounts.staff.actions.roles import centres_of, set_roles
from accounts.staff.administering import MAY, administered_by, belongs_elsewhere_too
from accounts.staff.leaving import assigned_to
from accounts.staff.models.centre import Centre, centre_edits
from accounts.staff.models.user import User
from accounts.staff.roles import ROLE_NAMES, ROLES, rights_in_words
from fleetportal.core import audit
from fleetportal.core.audit import Entry
from fleetportal.core.web.forms import RowsField


class Administration(AdminSite):
    site_header = site_title = _("Fleetportal administration")
    index_title = _("Users, centres, assignments")

    def has_permission(self, request: HttpRequest) -> bool:
        return bool(request.user.is_active and request.user.is_authenticated and request.user.may(MAY))

    def login(self, request: HttpRequest, extra_context: object = None) -> HttpResponse:
        """Redirect to the portal's own sign-in page."""
        return redirect_to_login(request.get_full_path())


site = Administration(name="admin")


class Audited(ModelAdmin):  # type: ignore[type-arg]  # takes no parameter at run time
    """Rows that administrators edit; they can't be deleted, because the history refers to them."""

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return bool(cast(User, request.user).may(MAY))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return bool(cast(User, request.user).may(MAY))

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return bool(cast(User, request.user).may(MAY))

    def has_module_permission(self, request: HttpRequest) -> bool:
        return bool(cast(User, request.user).may(MAY))

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]  # our history, not theirs
        audit.record(f"{obj._meta.model_name}.made", obj, by=request.user)

    def log_change(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]  # the stubs return LogEntry
        audit.record(f"{obj._meta.model_name}.administered", obj, by=request.user, facts={"fields": changed_fields(message)})


def changed_fields(message: Any) -> list[str]:
    """The names of the changed fields, never their values (one may be a password)."""
    return [name for part in message if isinstance(part, dict) for name in part.get("changed", {}).get("fields", [])]


def field_of(role: str) -> str:
    """The name of the form field for the centres at which a user holds `role`."""
    return f"{role}_at"


# One field for each role, with the centres at which the user holds it.
RoleFields = type(
    "RoleFields",
    (forms.Form,),
    {field_of(role): RowsField(Centre.objects.all(), label=name, required=False) for role, name in ROLE_NAMES.items()},
)


class StaffForm(RoleFields, UserChangeForm):  # type: ignore[misc, valid-type, type-arg]  # fields made of the table of roles
    """The form of a user; `by` is the administrator who has it before them, and their centres are its choices."""

    by: User

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        centres = Centre.objects.where(self.by, may=MAY)
        held = centres_of(self.instance) if self.instance.pk else {}
        for role in ROLES:
            field = cast(RowsField, self.fields[field_of(role)])
            field.help_text, field.queryset = rights_in_words(role), centres
            self.initial[field_of(role)] = held.get(role, set()) & self.by.rights.centres(MAY)
        if "home_centre" in self.fields:
            cast(RowsField, self.fields["home_centre"]).queryset = centres

    def roles(self) -> dict[str, object]:
        """The chosen roles, with their centres."""
        chosen = {role: self.cleaned_data[field_of(role)] for role in ROLES}
        return {role: centres for role, centres in chosen.items() if centres}


def left_behind(user: User, *, seen_by: User) -> str:
    """What happens to the work of `user` when their account is deactivated, and where colleagues take it over."""
    held = assigned_to(user, seen_by=seen_by)
    if not held:
        return gettext("Nothing at the centres you administer is assigned to this user.")
    words = gettext(
        "Still assigned to this user: %(what)s. Deactivating the account doesn’t change that. Hand the companies over in the list of "
        "companies, filtered by “Looked after by”; tasks and meetings are on the pages of their companies."
    )
    return words % {"what": ", ".join(held)}


class StaffAdmin(Audited, UserAdmin):  # type: ignore[type-arg]  # takes no parameter at run time
    form = StaffForm
    list_display = ("username", "first_name", "last_name", "home_centre", "is_active")
    list_filter = ("is_active", ("home_centre", RelatedOnlyFieldListFilter))
    filter_horizontal = ()
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        (_("Person"), {"fields": ("first_name", "last_name", "email", "phone", "language", "home_centre")}),
        (_("Permissions"), {"fields": ("is_active", *map(field_of, ROLES))}),
    )
    add_fieldsets = ((None, {"fields": ("username", "usable_password", "password1", "password2")}),)

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        """With what a deactivated account would leave behind. Costs 1 query for each kind of it."""
        found = super().get_fieldsets(request, obj)
        if obj is None:
            return found
        *others, (title, options) = found
        return [*others, (title, {**options, "description": left_behind(obj, seen_by=cast(User, request.user))})]

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> tuple[str, ...]:
        """Users can't take the right to sign in away from themselves. Of somebody who works at other centres too, administrators of
        some centres change the roles at theirs, and nothing else."""
        user = cast(User, request.user)
        if isinstance(obj, User) and belongs_elsewhere_too(obj, seen_by=user):
            return ("username", "first_name", "last_name", "email", "phone", "language", "home_centre", "is_active")
        return ("is_active",) if obj is not None and obj == user else ()

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        return super().get_queryset(request).filter(pk__in=administered_by(cast(User, request.user)))

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        form = super().get_form(request, obj, change=change, **options)
        return type(form.__name__, (form,), {"by": request.user}) if obj else form

    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """Raises PermissionDenied for somebody who works at other centres too: their password opens these."""
        other = self.get_object(request, id)
        if other is not None and belongs_elsewhere_too(other, seen_by=cast(User, request.user)):
            raise PermissionDenied
        return super().user_change_password(request, id, form_url)

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """A new user belongs to a centre of whoever makes them, so that they can go on with the account."""
        user = cast(User, request.user)
        if not change and obj.home_centre_id is None and not user.may_everywhere(MAY):
            own = Centre.objects.where(user, may=MAY)
            obj.home_centre = own.filter(pk=user.home_centre_id or 0).first() or own.first()
        if change:
            super().save_model(request, obj, form, change)
        else:
            enter_user(obj, by=user)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]  # our history, not theirs
        """Nothing: `enter_user` has recorded it."""

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        super().save_related(request, form, formsets, change)
        if change and form.instance != request.user:  # users can't change their own roles
            user = cast(User, request.user)
            set_roles(form.instance, form.roles(), by=user, among=user.rights.centres(MAY))


class CentreAdmin(Audited):
    list_display = ("name", "city", "time_zone", "has_wash")
    prepopulated_fields = {"slug": ["name"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Centre]:
        return super().get_queryset(request).filter(pk__in=Centre.objects.where(cast(User, request.user), may=MAY))

    def has_add_permission(self, request: HttpRequest) -> bool:
        """A new centre is a matter of the whole house."""
        return cast(User, request.user).may_everywhere(MAY)

    def save_model(self, request: HttpRequest, obj: Centre, form: Any, change: bool) -> None:
        if not change:
            enter_centre(obj, by=cast(User, request.user))
            return
        before = Centre.objects.get(pk=obj.pk)
        super().save_model(request, obj, form, change)
        for follow in centre_edits:
            follow(before, obj)

    def log_addition(self, request: HttpRequest, obj: Any, message: Any) -> None:  # type: ignore[override]  # our history, not theirs
        """Nothing: `enter_centre` has recorded it."""


class AssignmentAdmin(Audited):
    list_display = ("company", "user", "kind", "starts_on", "ends_on")
    list_filter = ("kind", ("user", RelatedOnlyFieldListFilter))  # Django's own would name the users of all centres
    raw_id_fields = ("company",)
    list_select_related = ("company", "user")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Assignment]:
        """Only the rows of companies at centres that this administrator administers: each row names a company."""
        return super().get_queryset(request).filter(company__in=Company.objects.where(cast(User, request.user), may=MAY))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False  # assigning ends somebody else's responsibility: see `Assignment.assign`, on the company's page

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class EntryAdmin(Audited):
    list_display = ("at", "action", "object_type", "object_id", "actor_id", "request_id")
    list_filter = ("object_type",)
    show_full_result_count = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Entry]:
        """The whole history for administrators of the house; for those of some centres what the users of these did."""
        user = cast(User, request.user)
        entries = super().get_queryset(request)
        return entries if user.may_everywhere(MAY) else entries.filter(actor_id__in=administered_by(user).values("pk"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


site.register(User, StaffAdmin)
site.register(Centre, CentreAdmin)
site.register(Assignment, AssignmentAdmin)
site.register(Entry, EntryAdmin)
