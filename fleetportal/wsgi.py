"""The WSGI application that gunicorn serves."""

import gc
import os

from django.core.wsgi import get_wsgi_application

import fleetportal.celery  # noqa: F401  shared_task finds its app

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleetportal.settings.chosen")

application = get_wsgi_application()
gc.freeze()  # what is loaded by now stays: the collector need not walk it again, a tenth of a page's time
