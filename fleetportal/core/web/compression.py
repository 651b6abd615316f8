"""Compressed pages: a list of companies is 90 kB of HTML, and 9 kB of gzip."""

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.gzip import GZipMiddleware

# What compresses well. Pictures, sheets and PDF are compressed already.
COMPRESSED = {"application/javascript", "application/json", "application/manifest+json", "image/svg+xml"}


class Compression(GZipMiddleware):
    """Compresses text for clients that accept gzip; streamed files are left alone.

    Django adds up to a hundred random bytes to each answer, so that its length reveals nothing about the tokens inside (BREACH).
    """

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if response.streaming or not is_text(response.get("Content-Type", "")):
            return response
        return super().process_response(request, response)


def is_text(content_type: str) -> bool:
    kind = content_type.partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in COMPRESSED


def accepts_gzip(request: HttpRequest) -> bool:
    return "gzip" in request.META.get("HTTP_ACCEPT_ENCODING", "")
