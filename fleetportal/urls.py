"""The root URL configuration: each app has its own; Wagtail's pages come last."""

from django.conf.urls.i18n import i18n_patterns
from django.urls import URLPattern, URLResolver, include, path, re_path
from wagtail import urls as wagtail_urls
from wagtail.admin import urls as wagtailadmin_urls

from accounts.admin import site as administration
from cms.serving import serve

urlpatterns: list[URLPattern | URLResolver] = [
    path("django-admin/", administration.urls),
    path("cms/", include(wagtailadmin_urls)),
    path("", include("gifts.urls")),  # first, for the doors: Django tries one address after the other, and passes these by their beginnings
    path("", include("events.urls")),
    path("", include("fleetportal.core.urls")),
    path("", include("accounts.staff.urls")),
    path("", include("accounts.urls")),
    path("", include("contacts.urls")),
    path("", include("intake.urls")),
    path("", include("cms.urls")),
]
public = re_path(wagtail_urls.serve_pattern, serve, name="wagtail_serve")  # before Wagtail's own, which it falls back to
urlpatterns += i18n_patterns(public, path("", include(wagtail_urls)), prefix_default_language=False)
