"""What every answer carries (R33), and what no log line does (R31)."""

import json
import logging
import os
import subprocess
import sys

import pytest
from django.http import HttpResponse
from django.middleware.security import SecurityMiddleware

from fleetportal.core.web import logs, middleware
from tests.kills.portal import ROOT

# Nothing comes from elsewhere and nothing runs inline.
POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "worker-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
ADDRESSES = {"/login/": 200, "/healthz": 200, "/no-such-page-at-all/": 404, "/static/fleetportal/tokens.css": 200, "/theme/": 405}
TOKEN = "Abc_def-0123456789Abc_def-012345"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ADDRESSES)
def test_every_answer_carries_the_policy_and_its_companions(client, address):
    response = client.get(address)
    assert response["Content-Security-Policy"] == POLICY
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=(self)" in response["Permissions-Policy"]
    assert response["X-Request-ID"]
    assert response.status_code == ADDRESSES[address]
    response.close()


@pytest.mark.django_db
def test_an_error_of_ours_carries_them_too(client, monkeypatch):
    monkeypatch.setattr("fleetportal.core.web.health.database_answers", lambda: 1 / 0)
    client.raise_request_exception = False
    response = client.get("/readyz")
    assert (response.status_code, response["Content-Security-Policy"]) == (500, POLICY)


@pytest.mark.django_db
def test_the_editors_pages_have_a_policy_of_their_own(client, admin):
    client.force_login(admin)
    policy = client.get("/cms/")["Content-Security-Policy"]
    assert "script-src 'self' 'unsafe-inline'" in policy
    assert "default-src 'none'" in policy and "frame-ancestors 'self'" in policy


@pytest.mark.django_db
def test_the_administrators_pages_keep_the_strict_one(client, admin):
    client.force_login(admin)
    assert client.get("/django-admin/")["Content-Security-Policy"] == POLICY


@pytest.mark.django_db
def test_no_cache_keeps_what_a_signed_in_user_sees(client, anna):
    client.force_login(anna)
    assert "no-store" in client.post("/theme/", {"theme": "dark"})["Cache-Control"]


@pytest.mark.django_db
def test_a_cache_may_keep_a_file(client, anna):
    client.force_login(anna)
    response = client.get("/static/fleetportal/tokens.css")
    assert "no-store" not in response.get("Cache-Control", "")
    response.close()


def cookies_and_headers(base_url: str) -> dict[str, object]:
    """The settings that production takes under `base_url`, read in a process of its own."""
    names = [
        "SESSION_COOKIE_NAME", "CSRF_COOKIE_NAME", "SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE", "SESSION_COOKIE_HTTPONLY",
        "CSRF_COOKIE_HTTPONLY", "SESSION_COOKIE_SAMESITE", "CSRF_COOKIE_SAMESITE", "SECURE_HSTS_SECONDS", "SECURE_SSL_REDIRECT",
    ]  # fmt: skip
    script = f"import json; from fleetportal.settings import prod; print(json.dumps({{n: getattr(prod, n) for n in {names}}}))"
    environment = {**os.environ, "BASE_URL": base_url, "EMAIL_URL": "smtp://localhost:25", "DEBUG": "0"}
    environment |= {"SECRET_KEY": "s" * 40, "LINK_KEY": "l" * 40}
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def test_cookies_are_bound_to_the_host_where_the_address_is_https():
    found = cookies_and_headers("https://fleet.example")
    assert found["SESSION_COOKIE_NAME"].startswith("__Host-") and found["CSRF_COOKIE_NAME"].startswith("__Host-")
    assert found["SESSION_COOKIE_SECURE"] and found["CSRF_COOKIE_SECURE"] and found["SECURE_SSL_REDIRECT"]
    assert found["SECURE_HSTS_SECONDS"] >= 365 * 24 * 3600


def test_cookies_work_without_https_and_stay_closed_to_scripts():
    found = cookies_and_headers("http://fleet.internal:8000")
    assert not found["SESSION_COOKIE_SECURE"] and not found["SECURE_HSTS_SECONDS"]
    assert found["SESSION_COOKIE_HTTPONLY"] and found["CSRF_COOKIE_HTTPONLY"]
    assert found["SESSION_COOKIE_SAMESITE"] == found["CSRF_COOKIE_SAMESITE"] == "Lax"


def test_every_answer_over_https_is_strict_about_transport(settings, rf):
    settings.SECURE_HSTS_SECONDS = 31_536_000
    response = SecurityMiddleware(lambda request: HttpResponse())(rf.get("/", secure=True))
    assert response["Strict-Transport-Security"] == "max-age=31536000"


@pytest.mark.parametrize(
    "text",
    [
        f"GET /voucher/{TOKEN}/ 200",
        f"Not Found: /calendar/feed/{TOKEN}.ics",
        f"to /login/?next=%2Finvitation%2F{TOKEN}%2F",
        f"KeyError: '{TOKEN}'",
    ],
)
def test_a_token_is_scrubbed_wherever_it_stands(text):
    assert TOKEN not in logs.scrubbed(text)
    assert len(logs.scrubbed(text)) == len(text) - len(TOKEN) + 1


@pytest.mark.parametrize(
    "text", ["GET /companies/12/ 200", "0b1f5a5e-8c1a-4b6e-9d55-2f6f1f1f1f1f", "a" * 64, "/static/fleetportal/portal.js"]
)
def test_other_words_are_left_alone(text):
    assert logs.scrubbed(text) == text


@pytest.mark.parametrize("formatter", [logs.JsonLine, logs.PlainLine])
def test_neither_trace_nor_fields_bring_a_token_into_a_line(formatter):
    try:
        raise ValueError(f"/voucher/{TOKEN}/")
    except ValueError:
        record = logging.LogRecord("django.request", logging.ERROR, "", 1, "%s", (f"/voucher/{TOKEN}/",), sys.exc_info())
    record.request, record.where = object(), f"/voucher/{TOKEN}/"
    line = formatter().format(record)
    assert TOKEN not in line and "ValueError" in line


def test_a_line_in_production_is_one_json_object():
    record = logging.LogRecord("fleetportal.request", logging.INFO, "", 1, "GET /x 200", (), None)
    record.status, record.ms = 200, 12
    line = json.loads(logs.JsonLine().format(record))
    assert line.pop("at").startswith("20")
    assert line == {"level": "INFO", "logger": "fleetportal.request", "message": "GET /x 200", "status": 200, "ms": 12}


@pytest.mark.django_db
def test_a_request_leaves_one_line_that_names_its_status(client, caplog):
    with caplog.at_level(logging.INFO, logger="fleetportal.request"):
        client.get("/no-such-page-at-all/")
    assert [record.getMessage() for record in caplog.records if record.name == "fleetportal.request"] == ["GET /no-such-page-at-all/ 404"]


def test_the_policies_differ_only_where_the_editor_needs_it():
    differing = {name for name in middleware.CMS_POLICY if middleware.CMS_POLICY[name] != middleware.POLICY.get(name)}
    assert differing == {"script-src", "style-src", "img-src", "frame-src", "frame-ancestors"}


@pytest.mark.django_db
def test_what_is_not_there_tells_nothing_of_the_inside_with_debug_either(client, settings):
    settings.DEBUG = True
    response = client.get("/no-such-page-at-all/")
    assert response.status_code == 404
    assert b"URLconf" not in response.content


@pytest.mark.parametrize("address", ["/voucher/keeper.js", "/ticket/keeper.js"])
def test_the_keeper_reaches_the_folder_of_its_address_alone(client, address):
    """The browser limits a service worker to the folder of its script; no header of ours widens that."""
    answer = client.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/javascript")
    assert not answer.has_header("Service-Worker-Allowed")
    assert "no-store" in answer["Cache-Control"] and not answer.cookies
