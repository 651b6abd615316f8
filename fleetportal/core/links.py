"""Personal links that need no account.

A link is a row; its token is derived from a secret outside the database, so it can be shown or printed again at any time, and a
copy of the database alone gives no access. GET shows, POST acts.
"""

import base64
import hashlib
import hmac
import re
import secrets
from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

NONCE_BYTES = 16
TOKEN_CHARS = 32
# The second part cannot be guessed: a guest who types "{link:7}" into a form does not get a stranger's link by e-mail.
PLACEHOLDER = re.compile(r"\{link:(\d{1,18}):([0-9a-f]{16})\}")

# scope -> name of the URL that takes the token; filled by the apps that own the pages
scopes: dict[str, str] = {}


class LinkQuerySet(models.QuerySet["Link"]):
    def valid(self, *, now: datetime) -> "LinkQuerySet":
        """Links that are neither expired nor revoked."""
        return self.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)

    def find(self, scope: str, token: str, *, also: str = "") -> "Link | None":
        """The valid link behind `token`, or None: unknown, expired, revoked and foreign look alike. Costs 1 query."""
        return self.valid(now=timezone.now()).filter(Q(scope=scope) | Q(scope=also), token_hash=digest(token)).first()

    def valid_for(self, scope: str, subject_id: int) -> "Link | None":
        """The oldest valid link of `scope` to the row `subject_id`. Costs 1 query."""
        return self.valid(now=timezone.now()).filter(scope=scope, subject_id=subject_id).order_by("pk").first()

    def unrevoked_for(self, scope: str, subject_id: int) -> "Link | None":
        """The oldest link of `scope` to the row that was not revoked, even if it has expired. Costs 1 query."""
        return self.filter(scope=scope, subject_id=subject_id, revoked_at=None).order_by("pk").first()

    def get_or_make(self, scope: str, subject_id: int, *, expires_at: datetime | None = None) -> "Link":
        """The oldest valid link of `scope` to the row `subject_id`, made if there is none. Costs 1 query, 2 when it is new."""
        return self.valid_for(scope, subject_id) or self.make(scope, subject_id, expires_at=expires_at)

    def get_or_make_many(self, scope: str, subject_ids: Collection[int], *, expires_at: datetime | None = None) -> "dict[int, Link]":
        """The same for many rows, by their ids. Costs 1 query, 2 where any link is new (3 for more than a thousand new ones, and so on)."""
        newest_first = self.valid(now=timezone.now()).filter(scope=scope, subject_id__among=subject_ids).order_by("-pk")
        links = {link.subject_id: link for link in newest_first}
        missing = [pk for pk in dict.fromkeys(subject_ids) if pk not in links]
        return links | {link.subject_id: link for link in self.make_many(scope, missing, expires_at=expires_at)}

    def make(self, scope: str, subject_id: int, *, expires_at: datetime | None = None) -> "Link":
        """A new link of `scope` to the row `subject_id`. Costs 1 query."""
        link = new_link(scope, subject_id, expires_at)
        link.save(force_insert=True)
        return link

    def make_many(self, scope: str, subject_ids: list[int], *, expires_at: datetime | None = None) -> "list[Link]":
        """A new link for each subject, in their order. Costs 1 query for a thousand, none for no subjects."""
        return self.bulk_create([new_link(scope, pk, expires_at) for pk in subject_ids], batch_size=1000)

    def revoke(self, *, now: datetime) -> int:
        """Revokes the links of this set, and returns how many were not revoked before."""
        return self.filter(revoked_at=None).update(revoked_at=now)


class Link(models.Model):
    """One personal link: it opens `subject_id` for one purpose, until it expires or is revoked. Its token is not stored, only a hash."""

    scope = models.CharField(max_length=30)
    subject_id = models.BigIntegerField()
    nonce = models.BinaryField()
    token_hash = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = LinkQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["scope", "subject_id"], name="link_by_subject")]

    def __str__(self) -> str:
        return f"{self.scope} {self.subject_id}"

    @property
    def token(self) -> str:
        """32 characters of base64url, 192 bits. Never stored, logged or put into a message body (see PLACEHOLDER)."""
        mac = hmac.new(settings.LINK_KEY.encode(), self.scope.encode() + bytes(self.nonce), hashlib.sha256)
        return base64.urlsafe_b64encode(mac.digest()).decode()[:TOKEN_CHARS]

    @property
    def path(self) -> str:
        return reverse(scopes[self.scope], args=[self.token])

    @property
    def url(self) -> str:
        """The full address, on the configured base and never on the request's host."""
        return settings.BASE_URL + self.path

    @property
    def placeholder(self) -> str:
        """The placeholder for the URL in a stored message body."""
        return f"{{link:{self.pk}:{self.token_hash[:16]}}}"


def new_link(scope: str, subject_id: int, expires_at: datetime | None) -> Link:
    """A new link, not yet saved."""
    link = Link(scope=scope, subject_id=subject_id, nonce=secrets.token_bytes(NONCE_BYTES), expires_at=expires_at)
    link.token_hash = digest(link.token)
    return link


def digest(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def found_in(text: str) -> dict[int, Link]:
    """The links whose placeholders are in `text`, by id. Costs 1 query where there are any."""
    ids = {int(pk) for pk, _proof in PLACEHOLDER.findall(text)}
    return Link.objects.in_bulk(ids) if ids else {}


def fill_in(text: str, found: dict[int, Link] | None = None) -> str:
    """`text` with each placeholder replaced by its address; one without a link is kept. Costs 1 query where there are any."""
    links = found_in(text) if found is None else found

    def url_for(match: re.Match[str]) -> str:
        link = links.get(int(match[1]))
        return link.url if link and link.placeholder == match[0] else match[0]

    return PLACEHOLDER.sub(url_for, text)
