"""URLs of public pages' pictures and colours; originals and documents are not served."""

from django.conf import settings
from django.urls import path
from django.views.static import serve

from cms import views

app_name = "cms"
urlpatterns = [
    path("media/images/<path:path>", serve, {"document_root": settings.MEDIA_ROOT / "images"}, name="picture"),
    path("brand.css", views.brand, name="brand"),
    path("imprint/", views.imprint, name="imprint"),
    path("privacy/", views.privacy, name="privacy"),
]
