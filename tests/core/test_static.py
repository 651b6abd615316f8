"""The pages' files as production serves them: hashed, each reference found."""

import json

import pytest
from django.core.management import call_command
from django.test import override_settings

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def collected(tmp_path_factory):
    """The manifest that `collectstatic` writes: production's storage, without the compression that takes half a minute."""
    folder = tmp_path_factory.mktemp("static")
    storages = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"}}
    with override_settings(STORAGES=storages, STATIC_ROOT=folder):
        call_command("collectstatic", interactive=False, verbosity=0)
    return json.loads((folder / "staticfiles.json").read_text(encoding="utf-8"))["paths"]


def test_every_reference_of_every_file_is_found(collected):
    assert "vendor/tabler.min.css" in collected and "fleetportal/tokens.css" in collected


def test_a_file_of_the_pages_has_its_hash_in_its_name(collected):
    assert all(stored != name for name, stored in collected.items() if name.startswith(("vendor/", "fleetportal/")))


def test_what_only_the_server_reads_is_not_served(collected):
    assert not [name for name in collected if "pdf-fonts" in name or name.endswith("stamp")]
