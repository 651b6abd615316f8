"""Copied: the bench settings, with a working broker: a folder, or Redis where REDIS_URL is set."""

import os
from pathlib import Path

from bench.settings import *

_folder = Path(os.environ["DATA_DIR"]) / "broker"
CELERY_BROKER_URL = os.environ.get("REDIS_URL") or "folder://localhost"
CELERY_BROKER_TRANSPORT_OPTIONS = (
    {"visibility_timeout": 120}
    if os.environ.get("REDIS_URL")
    else {
        "data_folder_in": str(_folder / "queue"),
        "data_folder_out": str(_folder / "queue"),
        "control_folder": str(_folder / "control"),
        "polling_interval": 0.2,
    }
)
