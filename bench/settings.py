"""The normal settings without DEBUG, with unhashed static files and the yardsticks' URLs."""

import os
from typing import Any

os.environ["DEBUG"] = "1"  # else a mail server is asked for; switched off below

from fleetportal.settings.base import *
from fleetportal.settings.base import LOGGING, STATIC_ROOT, VAR

DEBUG = False
KEEPS_MAIL = True
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "bench.urls"
EMAIL_BACKEND = "fleetportal.core.outbox.channels.email.TextKnownBackend"
EMAIL_HOST = "127.0.0.1"
EMAIL_PORT = int(os.environ.get("BENCH_SMTP_PORT", "25"))
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
SMS_GATEWAY = "{number}@sms.invalid"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
CELERY_BROKER_URL = "memory://"
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {}
LOGGING["root"]["level"] = "ERROR"
FILES_ROOT = VAR / "files"
REQUIRE_SECOND_FACTOR: list[str] = []
STATIC_ROOT.mkdir(parents=True, exist_ok=True)
