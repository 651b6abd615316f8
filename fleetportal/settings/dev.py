"""Development: messages are stored and shown on /mailbox/ unless EMAIL_URL names a server."""

import os

from fleetportal.settings.base import *
from fleetportal.settings.env import env

KEEPS_MAIL = not os.environ.get("EMAIL_URL")
if KEEPS_MAIL:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
    SMS_GATEWAY = SMS_GATEWAY or "{number}@sms.invalid"
else:
    globals().update(env.email())
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_USE_FINDERS = True
