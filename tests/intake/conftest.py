"""Fixtures of the import tests."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Path) -> None:
    """Store the uploads of each test in its own folder."""
    settings.FILES_ROOT = tmp_path
