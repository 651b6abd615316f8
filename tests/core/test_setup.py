"""What set-up promises: the files it fetches, the secrets it makes, the browser it finds."""

import hashlib
import importlib.util
import json
import os
import re
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from tools.packages import APPS

pytestmark = pytest.mark.once

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


@pytest.fixture
def setup(tmp_path, monkeypatch):
    """tools/setup.py over an empty folder; `setup.told` are the commands it would have run."""
    spec = importlib.util.spec_from_file_location("fleetportal_setup", ROOT / "tools" / "setup.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    module.told, module.really_run = [], module.run
    monkeypatch.setattr(module, "ROOT", tmp_path)
    monkeypatch.setattr(module, "TOOLS", tmp_path / ".tools")
    monkeypatch.setattr(module, "run", lambda *command, **options: module.told.append([Path(command[0]).name, *command[1:]]))
    for name in ("SECRET_KEY", "LINK_KEY", "DEBUG", "BASE_URL", "CHROMIUM", "DATA_DIR"):
        monkeypatch.delenv(name, raising=False)
    module.TOOLS.mkdir()
    return module


def test_secrets_are_made_once_for_their_owner_alone(setup, tmp_path, monkeypatch):
    monkeypatch.setenv("PORT", "9000")
    setup.secrets_file()
    first = (tmp_path / "var" / "env").read_text(encoding="utf-8")
    kept = dict(line.split("=", 1) for line in first.splitlines())
    assert set(kept) == {"SECRET_KEY", "LINK_KEY", "DEBUG", "BASE_URL"}
    assert kept["BASE_URL"] == "http://localhost:9000"
    assert min(len(kept["SECRET_KEY"]), len(kept["LINK_KEY"])) >= 32 and kept["SECRET_KEY"] != kept["LINK_KEY"]
    assert stat.S_IMODE((tmp_path / "var" / "env").stat().st_mode) == 0o600
    setup.secrets_file()
    assert (tmp_path / "var" / "env").read_text(encoding="utf-8") == first


def test_what_the_environment_says_is_not_made_up(setup, tmp_path, monkeypatch):
    monkeypatch.setenv("SECRET_KEY", "s" * 40)
    monkeypatch.setenv("DEBUG", "0")
    setup.secrets_file()
    kept = (tmp_path / "var" / "env").read_text(encoding="utf-8")
    assert "SECRET_KEY" not in kept and "DEBUG" not in kept


def test_a_command_reads_the_address_of_the_latest_start(setup, tmp_path, monkeypatch):
    file = tmp_path / "var" / "env"
    monkeypatch.setenv("PORT", "8000")
    setup.secrets_file()
    file.write_text("# ours\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    monkeypatch.setenv("BASE_URL", "http://localhost:9000")  # as `make run PORT=9000` says
    setup.secrets_file()
    lines = file.read_text(encoding="utf-8").splitlines()
    assert lines[0] == "# ours"
    assert [line for line in lines if line.startswith("BASE_URL=")] == ["BASE_URL=http://localhost:9000"]


def test_a_trial_started_by_make_leaves_commands_all_they_need(setup, tmp_path, monkeypatch):
    """`make run` exports BASE_URL, a later `manage.py explain` has no environment: the file must hold everything."""
    monkeypatch.setenv("BASE_URL", "http://localhost:8000")
    setup.secrets_file()
    bare = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path / "var")}
    done = subprocess.run([sys.executable, "manage.py", "check"], cwd=ROOT, env=bare, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_secrets_lie_with_the_other_data(setup, tmp_path, monkeypatch):
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "far" / "data"))
    setup.secrets_file()
    assert (tmp_path / "far" / "data" / "env").is_file() and not (tmp_path / "var").exists()


def test_packages_are_installed_compiled(setup, tmp_path):
    """Where Python may not keep bytecode, every start would compile them all."""
    (tmp_path / "requirements").mkdir()
    for lock in ("run", "tools"):
        (tmp_path / "requirements" / f"{lock}.txt").write_text("", encoding="utf-8")
    (tmp_path / ".venv").mkdir()
    setup.environment("run")
    assert [command[:3] for command in setup.told if "--compile-bytecode" in command] == [["uv", "pip", "sync"]]


@pytest.mark.parametrize("has_apt", [True, False])
@pytest.mark.parametrize("is_root", [True, False])
def test_a_browser_is_installed_by_apt_for_root_else_by_the_test_tool(setup, monkeypatch, has_apt, is_root):
    monkeypatch.setattr(setup.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" and has_apt else None)
    monkeypatch.setattr(setup.os, "geteuid", lambda: 0 if is_root else 1000)
    setup.browser()
    waits = "-oDPkg::Lock::Timeout=300"
    by_apt = [["apt-get", waits, "update"], ["apt-get", waits, "install", "--yes", "--no-install-recommends", "chromium"]]
    assert setup.told == (by_apt if has_apt and is_root else [["playwright", "install", "chromium"]])


def test_the_test_tool_brings_its_browser_where_apt_has_none_and_once(setup, monkeypatch):
    monkeypatch.setattr(setup.shutil, "which", lambda name: "/usr/bin/apt-get" if name == "apt-get" else None)
    monkeypatch.setattr(setup.os, "geteuid", lambda: 0)

    def run(*command, **options):
        if command[0] == "apt-get":
            raise setup.SetupFailed("no such package")
        setup.told.append(Path(command[0]).name)

    monkeypatch.setattr(setup, "run", run)
    setup.browser()
    setup.browser()
    assert setup.told == ["playwright"]


def apt_that_fails(setup, monkeypatch, tmp_path, *, times, says):
    """An apt-get that fails so often, and says why as apt does; each call is a line of the file returned. Nothing waits for it."""
    calls, program = tmp_path / "calls", tmp_path / "apt-get"
    calls.write_text("")
    program.write_text(
        f'#!/bin/sh\necho "$LC_ALL $*" >> {calls}\nif [ $(wc -l < {calls}) -le {times} ]; then echo "{says}" >&2; exit 100; fi\n'
    )
    program.chmod(0o755)
    monkeypatch.setattr(setup, "run", setup.really_run)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr(setup.time, "sleep", lambda seconds: None)
    return calls


def test_apt_is_asked_again_while_another_program_holds_its_lists(setup, monkeypatch, tmp_path, capsys):
    """apt's own timeout is for the lock of dpkg: with the lists locked it fails at once, whatever language the machine speaks."""
    locked = "E: Could not get lock /var/lib/apt/lists/lock. It is held by process 4711 (apt-get)"
    calls = apt_that_fails(setup, monkeypatch, tmp_path, times=2, says=locked)
    setup.apt("update")
    assert calls.read_text().splitlines() == ["C -oDPkg::Lock::Timeout=300 update"] * 3
    assert capsys.readouterr().out.count("waiting for another program") == 2


@pytest.mark.parametrize(
    ("says", "seconds"), [("E: Could not get lock /var/lib/apt/lists/lock", -1), ("E: Unable to locate package chromium", 300)]
)
def test_apt_that_fails_for_long_or_for_another_reason_is_not_asked_again(setup, monkeypatch, tmp_path, says, seconds):
    calls = apt_that_fails(setup, monkeypatch, tmp_path, times=9, says=says)
    monkeypatch.setattr(setup, "APT_WAIT_SECONDS", seconds)
    with pytest.raises(setup.ProgramFailed, match=r"`apt-get .*failed"):
        setup.apt("install", "chromium")
    assert len(calls.read_text().splitlines()) == 1


def test_without_any_browser_the_set_up_says_what_to_do(setup, monkeypatch):
    monkeypatch.setattr(setup.shutil, "which", lambda name: None)

    def run(*command, **options):
        raise setup.SetupFailed("no route")

    monkeypatch.setattr(setup, "run", run)
    with pytest.raises(setup.SetupFailed, match=r"(?s)no route.*Install Chromium or Chrome by hand.*CHROMIUM="):
        setup.browser()
    assert not (setup.TOOLS / "browser.stamp").exists()


def test_two_set_ups_of_one_tree_come_one_after_the_other(setup, monkeypatch):
    seen, both = [], threading.Barrier(2, timeout=10)

    def step():
        seen.append("begins")
        time.sleep(0.2)
        seen.append("ends")

    def start():
        both.wait()
        setup.main(["run"])

    monkeypatch.setitem(setup.STEPS, "run", step)
    threads = [threading.Thread(target=start) for _one in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == ["begins", "ends"] * 2


@pytest.mark.parametrize("name", ["chromium", "google-chrome"])
def test_a_browser_that_is_there_is_taken(setup, monkeypatch, name):
    monkeypatch.setattr(setup.shutil, "which", lambda asked: f"/usr/bin/{name}" if asked in (name, "apt-get") else None)
    setup.browser()
    assert setup.told == []


def test_too_old_a_python_says_which_one_is_needed(setup, monkeypatch):
    monkeypatch.setattr(setup.sys, "version_info", (3, 10, 4))
    monkeypatch.setattr(setup.shutil, "which", lambda name: None)
    with pytest.raises(setup.SetupFailed, match=r"Python 3\.11 or newer is needed"):
        setup.python_or_stop()


def test_the_portals_modules_are_compiled_once_and_again_when_one_changed(setup, tmp_path):
    module = tmp_path / "accounts" / "models.py"
    module.parent.mkdir()
    module.write_text("ANSWER = 1\n", encoding="utf-8")
    setup.bytecode()
    setup.bytecode()
    assert [command[:4] for command in setup.told] == [["python", "-m", "compileall", "-q"]]
    os.utime(module, ns=(1, 1))
    setup.bytecode()
    assert len(setup.told) == 2


def test_each_package_of_the_portal_is_compiled(setup):
    assert {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"bench", "tests", "tools"} == set(setup.PACKAGES) == set(APPS)
