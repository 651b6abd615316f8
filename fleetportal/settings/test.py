"""For the suite: fast hashing, plain static files, mail in memory, nothing left behind; database and Redis as everywhere."""

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

# A connection that outlives its request would look at a database that the next test has replaced.
DATABASES["default"]["CONN_MAX_AGE"] = 0
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    DATABASES["default"]["OPTIONS"]["init_command"] += "PRAGMA synchronous=OFF;"
else:
    DATABASES["default"]["OPTIONS"]["options"] += " -c synchronous_commit=off"

# Nobody listens to the suite's bell; tests of worker and broker start their own, with the settings of everyday.
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS = {}
KEEP_PAGES_SECONDS = KEEP_CIRCLE_SECONDS = 0  # what one test read, the next never sees
CACHES["default"]["KEY_PREFIX"] = f"test-{os.getpid()}"  # a shared Redis is never emptied

_files = Path(tempfile.mkdtemp(prefix="fleetportal-test-"))
atexit.register(shutil.rmtree, _files, ignore_errors=True)
MEDIA_ROOT = _files / "media"
FILES_ROOT = _files / "files"
