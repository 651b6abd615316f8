"""The pictures that public pages show; originals and documents are not served."""

from django.conf import settings
from django.urls import path
from django.views.static import serve

app_name = "cms"
urlpatterns = [
    path("media/images/<path:path>", serve, {"document_root": settings.MEDIA_ROOT / "images"}, name="picture"),
]
