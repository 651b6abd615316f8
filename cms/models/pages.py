"""The public pages: the home page and the landing pages of events. They are cached and use no cookies, so they contain nothing
personal."""

from django.conf import settings
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import StreamField
from wagtail.models import Page
from wagtail.search import index

from cms import kept
from cms.blocks import BODY
from cms.page_forms import EventPageForm
from events.models import Event

KEPT_SECONDS = 60
BODY_WIDTH = "width-1000|format-webp"
WIDE, TALL = "fill-1000x800|format-webp", "fill-1000x1250|format-webp"


class PublicPage(Page):
    """A page that is the same for every visitor, cached by browsers for a minute and in memory for some seconds."""

    class Meta:
        abstract = True

    def serve(self, request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        """The page, cached by browsers for KEPT_SECONDS and in memory by KeptPages. Signed-in users and previews get an uncached
        one."""
        response: HttpResponse = super().serve(request, *args, **kwargs)
        if request.method != "GET" or settings.SESSION_COOKIE_NAME in request.COOKIES or getattr(request, "is_preview", False):
            return response
        response["Cache-Control"] = f"public, max-age={KEPT_SECONDS}"
        response.is_for_everyone = True  # type: ignore[attr-defined]  # for KeptPages
        return response

    def get_url_parts(self, *args: object, **kwargs: object) -> object:
        """Make the full address begin with BASE_URL, as in e-mails: Wagtail's site record has neither port nor scheme."""
        parts = super().get_url_parts(*args, **kwargs)
        return parts and (parts[0], settings.BASE_URL, parts[2])

    def save(self, *args: object, **kwargs: object) -> object:
        """Also makes the resized pictures: a GET must not write (R26)."""
        saved = super().save(*args, **kwargs)
        kept.forget()
        for block in self.body:
            if block.block_type == "picture" and block.value["image"]:
                block.value["image"].get_rendition(BODY_WIDTH)
        return saved

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        translations = self.get_translations(inclusive=True).live().select_related("locale").order_by("locale__language_code")
        return {**super().get_context(request, *args, **kwargs), "translations": translations}


class HomePage(PublicPage):
    """The home page: who we are, and coming events."""

    intro = models.TextField(_("in one sentence"), blank=True, max_length=500)
    body = StreamField(BODY, verbose_name=_("body"), blank=True)

    content_panels = [*Page.content_panels, FieldPanel("intro"), FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["cms.EventPage"]
    template = "cms/home_page.html"

    class Meta:
        verbose_name = _("home page")

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        ahead = EventPage.objects.child_of(self).live().filter(event__in=Event.objects.published().ahead(now=timezone.now()))
        pages = list(ahead.select_related("event__centre", "picture").order_by("event__starts_at"))
        pictures: dict[str, object] = next((page.pictures() for page in pages if page.picture), {})
        return {**super().get_context(request, *args, **kwargs), "event_pages": pages, "landing": pictures}


class EventPage(PublicPage):
    """The landing page of an event. It does not contain the reply form, which the holder of a link loads separately and uncached."""

    event = models.ForeignKey(
        Event, null=True, blank=True, on_delete=models.SET_NULL, related_name="landing_pages", verbose_name=_("event")
    )
    intro = models.TextField(_("what guests can expect"), blank=True, max_length=1000)
    picture = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+", verbose_name=_("picture")
    )
    body = StreamField(BODY, verbose_name=_("body"), blank=True)

    base_form_class = EventPageForm
    content_panels = [*Page.content_panels, FieldPanel("event"), FieldPanel("intro"), FieldPanel("picture"), FieldPanel("body")]
    search_fields = [*Page.search_fields, index.SearchField("intro")]
    parent_page_types = ["cms.HomePage"]
    subpage_types: list[str] = []
    template = "cms/event_page.html"

    class Meta:
        verbose_name = _("event landing page")

    def save(self, *args: object, **kwargs: object) -> object:
        saved = super().save(*args, **kwargs)
        if self.picture:
            self.picture.get_renditions(WIDE, TALL)
        return saved

    def get_context(self, request: HttpRequest, *args: object, **kwargs: object) -> dict[str, object]:
        event = self.event if self.event and not self.event.is_draft else None
        texts = event.texts_in(self.locale.language_code) if event else None
        return {
            **super().get_context(request, *args, **kwargs),
            "event": event,
            "texts": texts,
            "landing": self.pictures() | self.own_words,
        }

    @property
    def own_words(self) -> dict[str, str]:
        """Title and intro of a page translated by hand: in that language they replace the event's own."""
        if self.alias_of_id is not None or self.locale.language_code == settings.LANGUAGE_CODE:
            return {}
        return {"title": self.title, "intro": self.intro}

    def pictures(self) -> dict[str, str]:
        """The addresses of the picture in its two sizes and its description; empty without one."""
        if self.picture is None:
            return {}
        cut = self.picture.get_renditions(WIDE, TALL)
        return {
            "picture": cut[WIDE].url,
            "picture_tall": cut[TALL].url,
            "picture_words": self.picture.description or self.title,
        }
