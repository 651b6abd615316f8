"""Tests: fast hashing, plain static files, mail in memory, no files left behind; database and Redis from the environment as usual."""

import atexit
import os
import shutil
import tempfile
from pathlib import Path

os.environ.setdefault("SECRET_KEY", "tests-only-secret-key-of-forty-characters")
os.environ.setdefault("LINK_KEY", "tests-only-link-key-of-forty-characters-")
os.environ.update(BASE_URL="http://testserver", DEBUG="1", DEFAULT_LANGUAGE="en", TIME_ZONE="Europe/Berlin", CURRENCY="EUR")

from fleetportal.settings.base import *
from fleetportal.settings.base import CACHES, DATABASES, TEMPLATES
from fleetportal.settings.env import ROOT

DEBUG = False
KEEPS_MAIL = True
IMAP_URL = REPLY_TO = ""
SMS_GATEWAY = "{number}@sms.invalid"
ALLOWED_HOSTS = ["*"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
REQUIRE_SECOND_FACTOR = []
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
TEMPLATES[0]["DIRS"] = [ROOT / "tests" / "templates"]
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True

# A persistent connection would see a database that the next test has replaced.
DATABASES["default"]["CONN_MAX_AGE"] = 0
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
else:
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"

# No worker runs during the tests; tests of worker and broker start their own, with the normal settings.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
INVITATIONS_WAIT_SECONDS = 0
KEEP_PAGES_SECONDS = KEEP_CIRCLE_SECONDS = 0  # no caching between tests
STEADY_ANSWER_SECONDS = 0.0
CACHES["default"]["KEY_PREFIX"] = f"test-{os.getpid()}"  # a shared Redis is never emptied

_files = Path(tempfile.mkdtemp(prefix="fleetportal-test-"))
atexit.register(shutil.rmtree, _files, ignore_errors=True)
MEDIA_ROOT = _files / "media"
FILES_ROOT = _files / "files"
