"""How the branding looks to customers: the addresses of its logo, colours and legal texts, and the foot of letters."""

import hashlib
import time
from collections.abc import Iterator

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from cms import kept
from cms.models import HouseBrand
from cms.models.brand import LEGAL, LOGO
from fleetportal.core.web.brand import Brand


def house_brand() -> Brand:
    """The branding, cached for KEEP_BRAND_SECONDS. Costs at most 1 query in that time, 2 with a logo."""
    until, found = kept.branding.get("house", (0.0, None))
    if found is None or time.monotonic() > until:
        row = HouseBrand.objects.select_related("logo").first()
        found = brand_of(row or HouseBrand())
        kept.branding["house"] = time.monotonic() + settings.KEEP_BRAND_SECONDS, found
    return found


def brand_of(row: HouseBrand) -> Brand:
    """The branding of that row. Costs 1 query with a logo."""
    logo, colours = row.logo.get_rendition(LOGO).url if row.logo else "", stylesheet(row)
    version = hashlib.sha256(f"{row}\n{logo}\n{colours}".encode()).hexdigest()[:12]
    legal = {name: reverse(f"cms:{name}") if getattr(row, name) else "" for name in LEGAL}
    return Brand(str(row), logo, colours, f"{reverse('cms:brand')}?v={version}", **legal)


def stylesheet(row: HouseBrand) -> str:
    brand = f"--brand: light-dark({row.brand_day}, {row.brand_night})"
    return f":root {{ {brand}; --on-brand: light-dark({row.on_brand_day}, {row.on_brand_night}); }}\n"


def legal_foot(to: object) -> Iterator[tuple[str, str]]:
    """What is at the foot of letters to customers: the pages that somebody has written. Costs no more than the branding."""
    if not isinstance(to, User):
        brand = house_brand()
        yield from ((str(label), path) for label, path in ((_("Imprint"), brand.imprint), (_("Privacy policy"), brand.privacy)) if path)
