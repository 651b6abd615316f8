"""What set-up promises about the files it fetches."""

import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
ASSETS = json.loads((ROOT / "tools" / "assets.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("asset", ASSETS, ids=lambda asset: asset["file"])
def test_a_fetched_file_has_the_hash_of_the_manifest(asset):
    data = (ROOT / "static-vendor" / asset["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == asset["sha256"]


def test_only_the_files_of_the_manifest_are_there():
    present = {path.relative_to(ROOT / "static-vendor").as_posix() for path in (ROOT / "static-vendor").rglob("*") if path.is_file()}
    assert present == {asset["file"] for asset in ASSETS} | {"stamp"}


def test_the_manifest_names_the_versions_that_the_lock_holds():
    lock = json.loads((ROOT / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert {(asset["package"], asset["version"]) for asset in ASSETS} == {
        (asset["package"], lock[f"node_modules/{asset['package']}"]["version"]) for asset in ASSETS
    }


@pytest.mark.parametrize("name", ["requirements/run.txt", "requirements/dev.txt", "requirements/tools.txt", "requirements/node.txt"])
def test_every_locked_package_has_hashes_and_no_address(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    pins = [line for line in text.splitlines() if re.match(r"[A-Za-z0-9]", line)]
    assert pins and all(re.match(r"[A-Za-z0-9._\[\]-]+==\S+.* \\$", line) for line in pins)
    assert "http" not in "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("#", "http")))
