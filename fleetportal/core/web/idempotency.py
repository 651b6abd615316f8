"""Idempotency keys: a repeated request has one effect and gets the same answer (R5).

The key is sent in a hidden field `_key` or the header `Idempotency-Key`; it is stored with the answer in the transaction
of the verb, so a repeated request (double click, retry, replay) gets the first answer byte for byte.
"""

import functools
import hashlib
import secrets
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, models, transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import escape
from django.utils.translation import gettext_lazy as _

from fleetportal.core.db import bulk
from fleetportal.core.db.together import write
from fleetportal.core.errors import Refused

MAX_KEY = 255
KEPT = timedelta(days=2)
KEPT_HEADERS = ("Content-Type", "Location", "HX-Redirect", "HX-Trigger", "Vary")


class KeyReused(Refused):
    """The key was used with a different body: a genuine repeat sends the same one."""

    code = "key_reused"
    status = 422


class Answer(models.Model):
    """The stored answer to a key."""

    scope = models.CharField(max_length=80)
    key = models.CharField(max_length=MAX_KEY)
    body_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    headers = models.JSONField(default=dict)
    content = models.BinaryField(default=b"")
    made_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key"], name="one_answer_per_key")]

    def __str__(self) -> str:
        return self.scope

    def as_response(self) -> HttpResponse:
        response = HttpResponse(bytes(self.content), status=self.status)
        for name, value in self.headers.items():
            response[name] = value
        return response


def forget_old(*, now: datetime) -> int:
    """How many kept answers were removed: nobody repeats a request after so long. Costs 2 queries."""
    return Answer.objects.filter(made_at__lt=now - KEPT).delete()[0]


def forget_naming(names: Iterable[str]) -> int:
    """How many kept answers were removed because they contain one of `names`. Costs 2 queries, and reads every kept page."""
    wanted = {form.encode() for name in names if name for form in (name, escape(name))}
    if not wanted:
        return 0
    kept = Answer.objects.exclude(content=b"").values_list("pk", "content")
    named = [pk for pk, content in kept.iterator(chunk_size=100) if any(name in bytes(content) for name in wanted)]
    return Answer.objects.filter(pk__in=named).delete()[0]


def new_key() -> str:
    """A fresh key for a form."""
    return secrets.token_urlsafe(16)


def once(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`view`, with POSTs that carry a key taking effect only once, however often they are repeated.

    The answer is written last, in the same transaction as the effect: a repeat that gets that far violates the unique constraint
    and is rolled back; for one that the verb refused, because it is done already, the stored answer is looked up. Only answers
    below 400 are kept: a refusal changes nothing and may be repeated. Costs 1 query and a transaction.
    """

    @functools.wraps(view)
    def wrapper(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        key = request.headers.get("Idempotency-Key") or request.POST.get("_key", "")
        if request.method != "POST" or not key or len(key) > MAX_KEY or not key.isprintable():
            return view(request, *args, **kwargs)
        scope, body = scope_of(request), body_hash(request)
        try:
            with transaction.atomic():
                response = view(request, *args, **kwargs)
                if response.status_code < 400:
                    keep(response, scope=scope, key=key, body_hash=body)
                    return response
        except (Refused, Http404, IntegrityError):
            stored = Answer.objects.filter(scope=scope, key=key).first()
            if stored is None:  # a first request that was refused, or a constraint of the view's own
                raise
        else:
            stored = Answer.objects.filter(scope=scope, key=key).first()
            if stored is None:
                return response
        if stored.body_hash != body:
            raise KeyReused(_("This form was already sent with different details. Please reload the page."))
        return stored.as_response()

    return wrapper


def keep(response: HttpResponse, **asked: str) -> None:
    headers = {name: response[name] for name in KEPT_HEADERS if name in response}
    write(bulk.new(Answer, **asked, status=response.status_code, headers=headers, content=response.content))


def scope_of(request: HttpRequest) -> str:
    """The user and the address of a key: nobody can use another person's key."""
    who = request.user.pk if getattr(request, "user", None) is not None and request.user.is_authenticated else "guest"
    return f"{who}:{hashlib.sha256(request.path.encode()).hexdigest()[:32]}"


def body_hash(request: HttpRequest) -> str:
    """A hash of the request body: the fields and files of a form, otherwise the raw bytes."""
    fields = sorted((name, tuple(values)) for name, values in request.POST.lists() if name != "csrfmiddlewaretoken")
    files = sorted((name, tuple(file_hash(file) for file in files)) for name, files in request.FILES.lists())
    is_form = request.content_type in ("multipart/form-data", "application/x-www-form-urlencoded")
    body = repr([*fields, *files]) if is_form else request.body.decode("utf-8", "replace")
    return hashlib.sha256(body.encode("utf-8", "replace")).hexdigest()


def file_hash(file: Any) -> str:
    """A hash of an uploaded file, which can be read again afterwards."""
    total = hashlib.sha256()
    for chunk in file.chunks():
        total.update(chunk)
    file.seek(0)
    return total.hexdigest()
