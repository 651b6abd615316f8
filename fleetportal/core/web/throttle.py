"""Limits on guessing (R29): one row per scope, key and time window, updated in one conditional statement, shared by all processes."""

import hashlib
import math
from datetime import timedelta
from ipaddress import IPv4Address, ip_address, ip_network

from allauth.account.adapter import get_adapter
from django.db import IntegrityError, models, transaction
from django.db.models import F
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from fleetportal.core.errors import Refused


class TooMany(Refused):
    """Too many tries; `facts["retry_after"]` says how many seconds to wait."""

    code = "too_many"
    status = 429


class Counter(models.Model):
    """The number of tries in one time window."""

    scope = models.CharField(max_length=40)
    key_hash = models.CharField(max_length=64)  # hashed: a network address is personal data
    window = models.BigIntegerField()
    count = models.PositiveIntegerField(default=0)
    ends_at = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "key_hash", "window"], name="one_counter_per_window")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.count}"


def hit(scope: str, key: str, *, limit: int, seconds: int) -> None:
    """Count one try of `key`. Raises TooMany above `limit` tries in `seconds`. Costs 1 query, 2 or 3 the first time.

    Call it outside the verb's transaction, or a refusal would roll the count back.
    """
    now = timezone.now()
    window, key_hash = int(now.timestamp()) // seconds, hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    counter = Counter.objects.filter(scope=scope, key_hash=key_hash, window=window)
    if counter.filter(count__lt=limit).update(count=F("count") + 1):
        return
    left = max(1, math.ceil((window + 1) * seconds - now.timestamp()))
    if not counter.exists():
        try:
            with transaction.atomic():
                Counter.objects.create(scope=scope, key_hash=key_hash, window=window, count=1, ends_at=now + timedelta(seconds=left))
            return
        except IntegrityError:  # another request opened the window a moment ago
            if counter.filter(count__lt=limit).update(count=F("count") + 1):
                return
    raise TooMany(_("Too many attempts. Please wait a moment, then try again."), facts={"retry_after": left})


def give_back(scope: str, key: str, *, seconds: int) -> None:
    """Subtract one try of `key` in this window, because it was correct. Costs 1 query."""
    window, key_hash = int(timezone.now().timestamp()) // seconds, hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    Counter.objects.filter(scope=scope, key_hash=key_hash, window=window, count__gt=0).update(count=F("count") - 1)


# Wrong codes and links of any kind: per network address, and in total.
WRONG = "wrong code"
WRONG_BY_ADDRESS, WRONG_BY_ADDRESS_SECONDS = 10, 600
WRONG_BY_ALL, WRONG_BY_ALL_SECONDS = 3000, 600


def wrong_code(request: HttpRequest) -> None:
    """Count an invalid code or link. Raises TooMany above the limits of R29.

    Only invalid ones are counted and refused; a valid one always works, so nobody behind the same address is locked out.
    """
    hit(WRONG, f"address {network_of(request)}", limit=WRONG_BY_ADDRESS, seconds=WRONG_BY_ADDRESS_SECONDS)
    hit(WRONG, "all", limit=WRONG_BY_ALL, seconds=WRONG_BY_ALL_SECONDS)


def spent(scope: str, key: str, *, limit: int, seconds: int) -> None:
    """Raises TooMany where `key` has used up its tries, without counting one. Costs 1 query."""
    now = timezone.now()
    window, key_hash = int(now.timestamp()) // seconds, hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()
    if Counter.objects.filter(scope=scope, key_hash=key_hash, window=window, count__gte=limit).exists():
        left = max(1, math.ceil((window + 1) * seconds - now.timestamp()))
        raise TooMany(_("Too many attempts. Please wait a moment, then try again."), facts={"retry_after": left})


def address_of(request: HttpRequest) -> str:
    """The client's network address: that of the connection, or the one seen by the outermost of TRUSTED_PROXIES proxies.

    Each proxy appends its client to X-Forwarded-For; anyone can forge what comes before that, so it is never trusted.
    """
    return str(get_adapter(request).get_client_ip(request))


IPV6_PREFIX = 64  # what one household or server is given: it may write from any address of it


def network_of(request: HttpRequest) -> str:
    """What counts as one caller: the IPv4 address, or the /64 of an IPv6 address (one written as IPv6 is that IPv4 address)."""
    address = address_of(request)
    try:
        ip = ip_address(address)
    except ValueError:
        return address
    if isinstance(ip, IPv4Address):
        return str(ip)
    return str(ip.ipv4_mapped or ip_network((int(ip), IPV6_PREFIX), strict=False))


def forget_old() -> int:
    """Remove the counters of past windows; how many there were."""
    return Counter.objects.filter(ends_at__lt=timezone.now()).delete()[0]
