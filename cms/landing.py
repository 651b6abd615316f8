"""The landing pages that events know of, and who may write them."""

from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from django.urls import reverse
from django.utils.text import slugify
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Page

from cms.models import EventPage, HomePage
from events.landing import Landing
from events.models import Event

PAGE_RIGHTS = ("add_page", "change_page", "publish_page")
PICTURE_RIGHTS = ("add_image", "change_image", "choose_image")


def landing_page(event: Event) -> Landing | None:
    """The landing page of `event`, of the default language first. Costs 1 query, 2 with a picture."""
    page = EventPage.objects.filter(event=event).select_related("picture", "locale").order_by("-live", "pk").first()
    if page is None:
        return None
    pictures = page.pictures()
    return Landing(
        address=page.url or "",
        edit_address=reverse("wagtailadmin_pages:edit", args=[page.pk]),
        is_live=page.live,
        picture=pictures.get("wide", ""),
        picture_tall=pictures.get("tall", ""),
        picture_words=pictures.get("words", ""),
    )


def make_landing_page(event: Event, by: Any) -> None:
    """A page made of what the event says: public where the event is, else a draft. Doing it twice changes nothing."""
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
            revision.publish(user=by)


def let_write(group: Group, rights: dict[str, str]) -> None:
    """`edit_pages` brings Wagtail's admin, its pages and its pictures."""
    if "edit_pages" not in rights:
        return
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    root, collection = Page.get_first_root_node(), Collection.get_first_root_node()
    for right in Permission.objects.filter(content_type__app_label="wagtailcore", codename__in=PAGE_RIGHTS):
        GroupPagePermission.objects.get_or_create(group=group, page=root, permission=right)
    for right in Permission.objects.filter(content_type__app_label="wagtailimages", codename__in=PICTURE_RIGHTS):
        GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=right)
