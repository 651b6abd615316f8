"""R45: where to tell us of a weakness, and what we promise. R29: a proxy that we do not believe is said to be there."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from fleetportal.core.web import forwarded
from fleetportal.settings.env import env

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.django_db


def test_r45_security_txt_has_a_contact_and_ends_within_a_year(client: Client) -> None:
    answer = client.get("/.well-known/security.txt")
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain; charset=utf-8")
    said = dict(line.split(": ", 1) for line in answer.content.decode().splitlines())
    ends = datetime.strptime(said["Expires"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    assert timedelta(days=30) < ends - datetime.now(tz=UTC) < timedelta(days=365)
    assert said["Contact"] == "mailto:security@fleetportal.example"
    assert said["Canonical"] == "http://testserver/.well-known/security.txt"
    assert client.post("/.well-known/security.txt").status_code == 405
    assert not answer.cookies


@pytest.mark.parametrize(("value", "is_fine"), [("mailto:a@b.example", True), ("https://b.example/report", True), ("a@b.example", False)])
def test_r45_the_contact_is_a_url(monkeypatch, value: str, is_fine: bool) -> None:
    monkeypatch.setenv("SECURITY_CONTACT", value)
    if is_fine:
        assert env.security_contact("house.example") == value
    else:
        with pytest.raises(SystemExit):
            env.security_contact("house.example")


def test_r45_each_class_of_the_threat_model_names_a_test_that_is_there() -> None:
    model = (ROOT / "THREAT_MODEL.md").read_text(encoding="utf-8")
    for heading in ("## Who", "## Promises", "## Out of scope"):
        assert heading in model
    rows = [line for line in model.partition("## Promises")[2].splitlines() if line.startswith("| ") and "---" not in line][1:]
    assert len(rows) >= 12
    for row in rows:
        files = re.findall(r"`(tests/[\w/]+\.py)`", row)
        assert files, row
        assert all((ROOT / file).is_file() for file in files), row


@pytest.mark.parametrize(("proxies", "is_said"), [(0, True), (1, False)])
def test_r29_a_header_of_a_proxy_that_is_not_believed_is_said(
    client: Client, settings, monkeypatch, caplog, proxies: int, is_said: bool
) -> None:
    monkeypatch.setattr(forwarded, "_seen", {})
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    for _time in range(3):
        client.get("/healthz", headers={"X-Forwarded-For": "192.0.2.1"})
    assert caplog.text.count("X-Forwarded-For came while TRUSTED_PROXIES is 0") == int(is_said)
    answer = client.get("/readyz")
    assert (answer.status_code, "proxies" in answer.json()) == (200, is_said)


@pytest.mark.parametrize("address", ["/cms/choose-page/?locale=%00", "/cms/pages/?q=%00", "/django-admin/accounts/user/?q=%00"])
def test_r30_a_nul_in_a_field_of_the_other_houses_is_no_500(client: Client, admin, address: str) -> None:
    client.force_login(admin)
    assert client.get(address).status_code == 400
    page, _mark, query = address.partition("?")
    assert client.post(page, {query.partition("=")[0]: "\0"}).status_code == 400


def test_r30_a_nul_in_the_search_of_kept_messages_is_no_500(client: Client, admin, settings) -> None:
    settings.KEEPS_MAIL = True
    client.force_login(admin)
    answer = client.get("/mailbox/", {"q": "kern\0@"})
    assert (answer.status_code, answer.context["q"]) == (200, "kern@")
