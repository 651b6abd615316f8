"""Imprint and privacy policy in the foot of every page that customers see, and a warning while nobody has written them (pages 25)."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import translation

from accounts.models import User
from cms import kept
from cms.landing import make_landing_page
from cms.models import EventPage, HouseBrand
from fleetportal.core.links import Link
from fleetportal.core.outbox import foot
from fleetportal.core.outbox.message import Message
from tests.factories.events import make_event, make_guest, make_invitation, make_registration

pytestmark = pytest.mark.django_db


@pytest.fixture
def written() -> HouseBrand:
    brand = HouseBrand.objects.first() or HouseBrand()
    brand.imprint, brand.privacy = "<p>Hellwege GmbH, Hamburg</p>", "<p>We keep little.</p>"
    brand.save()
    kept.branding.clear()
    cache.clear()
    return brand


def customer_pages(dora: User) -> list[str]:
    event, guest = make_event(), make_guest()
    make_landing_page(event, dora)
    invitation = make_invitation(event, guest)
    pages = [
        "/",
        "/de/",
        EventPage.objects.get(event=event, alias_of=None).url,
        Link.objects.get(subject_id=invitation.pk, scope="invitation").path,
    ]
    registration = make_registration(event, guest)
    pages += [Link.objects.get(subject_id=registration.pk, scope="ticket").path, Link.objects.get(scope="preferences").path]
    return [*pages, "/invitation/" + "x" * 32 + "/"]


def test_every_customer_page_leads_there(client: Client, dora: User, written: HouseBrand) -> None:
    for address in customer_pages(dora):
        page = client.get(address).content.decode()
        assert 'href="/imprint/"' in page and 'href="/privacy/"' in page, address
    assert "Hellwege GmbH, Hamburg" in client.get("/imprint/").content.decode()
    assert "We keep little." in client.get("/privacy/").content.decode()


def test_while_nobody_wrote_them_there_is_no_link_and_the_editor_is_warned(client: Client, dora: User, admin: User) -> None:
    kept.branding.clear()
    assert "/imprint/" not in client.get("/").content.decode()
    assert client.get("/imprint/").status_code == client.get("/privacy/").status_code == 404

    client.force_login(admin)
    page = client.get("/cms/").content.decode()
    assert "lack: imprint, privacy policy" in page
    assert "Back to the portal" in page


def test_the_warning_ends(client: Client, admin: User, written: HouseBrand) -> None:
    client.force_login(admin)
    assert "Pages that customers see lack" not in client.get("/cms/").content.decode()


def test_every_letter_to_a_customer_names_them_and_none_to_staff(dora: User, written: HouseBrand, settings: Any) -> None:
    make_invitation(make_event(), make_guest(language="de"))
    invitation = Message.objects.get()
    assert f"Imprint: {settings.BASE_URL}/imprint/" in invitation.text
    assert invitation.html.count("/imprint/") == invitation.html.count("/privacy/") == 1
    assert invitation.html.rstrip().endswith("</html>")
    assert list(foot.lines(dora)) == []
    with translation.override("en"):
        assert foot.under_html("<body></body>", invitation).count("<a ") == 2
        assert foot.under_text("Hello\n", invitation).endswith("/privacy/\n")


def test_while_nobody_wrote_them_letters_stay_as_they_are(dora: User) -> None:
    kept.branding.clear()
    make_invitation(make_event(), make_guest())
    assert "/imprint/" not in Message.objects.get().text
