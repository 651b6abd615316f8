"""What the tests of the import share."""

from pathlib import Path
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def files_apart(settings: Any, tmp_path: Path) -> None:
    """Files that a test brings lie in a folder of its own."""
    settings.FILES_ROOT = tmp_path
