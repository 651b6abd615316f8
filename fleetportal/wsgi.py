"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

import fleetportal.celery  # noqa: F401  shared_task finds its app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleetportal.settings.chosen")

application = get_wsgi_application()
gc.freeze()  # keep what is loaded out of garbage collection: scanning it takes a tenth of a page's time
