"""The landing pages of events, and who may edit them."""

import time
from collections.abc import Mapping

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.text import slugify
from django.utils.translation import get_language
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Page

from cms import kept
from cms.models import EventPage, HomePage
from events.landing import Landing
from events.models import Event

PAGE_RIGHTS = ("add_page", "change_page", "publish_page")
PICTURE_RIGHTS = ("add_image", "change_image", "choose_image")
ADMIN_RIGHTS = [("wagtailadmin", "access_admin"), ("cms", "change_housebrand")]


def landing_page(event: Event) -> Landing | None:
    """The landing page of `event`, in the reader's language where there is one. Costs 1 query, 2 with a picture."""
    rows = EventPage.objects.filter(event=event).select_related("picture", "locale").order_by("pk")
    pages = sorted(rows, key=lambda page: page.alias_of_id is not None)  # the original before its aliases
    if not pages:
        return None
    spoken = [page for page in pages if page.live and page.locale.language_code == get_language()]
    page = next(iter(spoken), None) or next((one for one in pages if one.live), pages[0])
    edit_address = reverse("wagtailadmin_pages:edit", args=[pages[0].pk])
    return Landing(address=page.url or "", edit_address=edit_address, is_live=page.live, **page.own_words, **page.pictures())


def landing_for_guests(event: Event) -> Landing | None:
    """The landing page of `event` in the guest's language, cached for KEEP_PAGES_SECONDS. Costs at most 1 query, or 2."""
    asked = (event.pk, get_language() or "")
    until, found = kept.landings.get(asked, (0.0, None))
    if time.monotonic() >= until:
        found = landing_page(event)
        if len(kept.landings) >= kept.MOST:
            kept.landings.clear()
        kept.landings[asked] = time.monotonic() + settings.KEEP_PAGES_SECONDS, found
    return found


def make_landing_page(event: Event, by: object) -> None:
    """Make a landing page from the event's data, in every language: public if the event is, otherwise a draft. Repeating it changes
    nothing."""
    with transaction.atomic():
        if EventPage.objects.filter(event=event).exists():
            return
        home = HomePage.objects.filter(locale=Locale.get_default()).order_by("depth").first()
        is_live = not event.is_draft
        page = EventPage(
            title=event.title, slug=f"{slugify(event.title) or 'event'}-{event.pk}", event=event, intro=event.intro, live=is_live, owner=by
        )
        home.add_child(instance=page)
        revision = page.save_revision(user=by)
        if is_live:
            revision.publish(user=by, skip_permission_checks=True)  # the event is public: the user who published it decided that
        speak_every_language(page)


def leave_event(page: EventPage, *, by: object) -> None:
    """The copied page is about no event, published or not: the home page would list the evening twice."""
    if page.event_id is None:
        return
    page.event = None
    page.save()
    revision = page.save_revision(user=by)
    if page.live:
        revision.publish(user=by, skip_permission_checks=True)  # it is public already, with less in it now


def speak_every_language(page: EventPage) -> None:
    """Add the page below the home pages of all other languages, as an alias: it follows the original until an editor turns it into
    a translation. Repeating it changes nothing."""
    known = page.get_translations(inclusive=True).values("locale")
    for home in page.get_parent().get_translations().exclude(locale__in=known).select_related("locale").order_by("pk"):
        page.copy_for_translation(home.locale, alias=True)


def translate(event: Event, language: str, *, title: str, intro: str, by: object) -> None:
    """Turn the alias in that language into a translation with these texts. Changes nothing where there is no alias."""
    with transaction.atomic():
        page = EventPage.objects.filter(event=event, locale__language_code=language, alias_of__isnull=False).first()
        if page is None:
            return
        page.alias_of, page.title, page.draft_title, page.intro = None, title, title, intro
        page.save()
        page.save_revision(user=by).publish(user=by)


def let_write(group: Group, rights: Mapping[str, str]) -> None:
    """`edit_pages` grants Wagtail's admin, its pages, its pictures and the branding; a role without it has none of these."""
    if "edit_pages" not in rights:
        take_writing(group)
        return
    group.permissions.add(*admin_permissions())
    root, collection = Page.get_first_root_node(), Collection.get_first_root_node()
    for right in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=PAGE_RIGHTS):
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=right)
    for right in Permission.objects.filter(content_type__app_label="wagtailimages", codename__in=PICTURE_RIGHTS):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=right)


def take_writing(group: Group) -> None:
    group.permissions.remove(*admin_permissions())
    GroupPagePermission.objects.filter(group=group).delete()
    GroupCollectionPermission.objects.filter(group=group).delete()


def admin_permissions() -> QuerySet[Permission]:
    """The permissions for Wagtail's admin itself and for the branding."""
    wanted = Q(pk__in=[])
    for app, right in ADMIN_RIGHTS:
        wanted |= Q(content_type__app_label=app, codename=right)
    return Permission.objects.filter(wanted)
