"""For the suite: fast hashing, plain static files, mail in memory; the database comes from DATABASE_URL as everywhere."""

import os

os.environ.setdefault("SECRET_KEY", "tests-only-secret-key-of-forty-characters")
os.environ.setdefault("LINK_KEY", "tests-only-link-key-of-forty-characters-")
os.environ.setdefault("BASE_URL", "http://testserver")
os.environ["DEBUG"] = "1"

from fleetportal.settings.base import *

DEBUG = False
KEEPS_MAIL = True
ALLOWED_HOSTS = ["*"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
REQUIRE_SECOND_FACTOR: list[str] = []
CELERY_TASK_ALWAYS_EAGER = False
WHITENOISE_AUTOREFRESH = True
