"""The Celery app: it schedules and wakes workers. The work itself is always a row in the database."""

import os

from celery import Celery
from kombu.transport import TRANSPORT_ALIASES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleetportal.settings.chosen")

TRANSPORT_ALIASES["folder"] = "fleetportal.core.jobs.broker:FolderTransport"
TRANSPORT_ALIASES["redis"] = TRANSPORT_ALIASES["rediss"] = "fleetportal.core.jobs.redis_broker:BellTransport"

app = Celery("fleetportal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
