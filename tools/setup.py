#!/usr/bin/env python3
"""Everything that `make run` and `make test` need, from nothing but Python 3.11 and the package indexes.

Standard library only: it runs before anything is installed. Each step leaves a stamp of what it was made from, so a second
call costs a tenth of a second. Call: `python3 tools/setup.py run|test|next|assets`.
"""

import contextlib
import hashlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows has none: there two set-ups of one tree are not kept apart
    fcntl = None

ROOT = Path(__file__).resolve().parent.parent
TOOLS = ROOT / ".tools"
BIN = "Scripts" if os.name == "nt" else "bin"
ASSETS = ROOT / "tools" / "assets.json"
PACKAGES = ("fleetportal", *sorted(path.parent.name for path in ROOT.glob("*/apps.py")))  # as in tools/packages.py
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT_WAIT_SECONDS = 300  # for whoever holds apt's locks: a machine's own updater takes minutes
APT_IS_LOCKED = "Could not get lock"  # what apt says, in English, where another process holds one of its locks


class SetupFailed(Exception):
    """A step that failed; the text says what to do."""


class ProgramFailed(SetupFailed):
    """A program that failed; `output` is what it wrote."""

    def __init__(self, command, done):
        super().__init__(f"`{' '.join(command)}` failed ({done.returncode}):\n{done.stdout.strip()}")
        self.output = done.stdout.strip()


def say(text):
    print(f"set-up: {text}", flush=True)


def run(*command, **options):
    """Run a command in the project's folder; its output is shown only when it fails."""
    command = [str(part) for part in command]
    options.setdefault("cwd", ROOT)
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if done.returncode:
        raise ProgramFailed(command, done)
    return done.stdout


@contextlib.contextmanager
def alone():
    """The only set-up of this tree at that time: a second one waits, and then finds everything done."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "lock").open("w") as lock:
        if fcntl:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say("waiting for another set-up of this tree")
                fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def digest(*paths):
    """One SHA-256 over the contents of files."""
    total = hashlib.sha256()
    for path in paths:
        total.update(path.read_bytes())
    return total.hexdigest()


def stamped(path, mark):
    """True when the stamp at `path` was made from `mark`."""
    return path.is_file() and path.read_text(encoding="utf-8") == mark


# ---------------------------------------------------------------------------------------------------- environments


def python_or_stop():
    """Continue with a Python that is new enough, or say which one is needed."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in range(14, OLDEST_PYTHON[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer:
            os.execv(newer, [newer, *sys.argv])
    raise SetupFailed(f"Python 3.{OLDEST_PYTHON[1]} or newer is needed; this is {sys.version.split()[0]}.")


def tool(name, group="tools"):
    """The path of a program in the small environment of the set-up's own tools, installed there on first use."""
    lock = ROOT / "requirements" / f"{group}.txt"
    stamp, mark = TOOLS / f"{group}.stamp", digest(lock)
    if not stamped(stamp, mark):
        if not (TOOLS / BIN).is_dir():
            try:
                run(sys.executable, "-m", "venv", TOOLS)
            except SetupFailed as failure:
                shutil.rmtree(TOOLS, ignore_errors=True)
                raise SetupFailed(f"{failure}\nOn Debian and Ubuntu: apt-get install python3-venv") from None
        say(f"installing {group}")
        run(TOOLS / BIN / "pip", "install", "--quiet", "--require-hashes", "--requirement", lock)
        stamp.write_text(mark, encoding="utf-8")
    return TOOLS / BIN / name


def environment(kind, folder=".venv"):
    """The virtual environment in `folder`, updated to requirements/`kind`.txt.

    A development environment is kept as it is, because running needs only a part of it. A linked one is not changed.
    """
    home = ROOT / folder
    if home.is_symlink():
        return
    stamp = home / "fleetportal.stamp"
    if kind == "run" and (home / BIN / "pytest").exists():
        kind = "dev"
    lock = ROOT / "requirements" / f"{kind}.txt"
    mark = f"{kind} {digest(lock)}"
    if stamped(stamp, mark):
        return
    uv = tool("uv")
    say(f"installing packages ({kind})")
    if not (home / BIN).is_dir():
        run(uv, "venv", "--quiet", "--python", sys.executable, home)
    stamp.unlink(missing_ok=True)
    inside = {**os.environ, "VIRTUAL_ENV": str(home), "UV_PYTHON_DOWNLOADS": "never"}
    # compiled now: where the environment forbids Python to keep what it compiles, each start would compile it all again
    run(uv, "pip", "sync", "--quiet", "--compile-bytecode", "--require-hashes", lock, env=inside)
    stamp.write_text(mark, encoding="utf-8")


# --------------------------------------------------------------------------------------------- files of the pages


def npm():
    """The command line and environment of npm: the system's where Node is new enough, else that of a PyPI wheel."""
    node, found = shutil.which("node"), shutil.which("npm")
    if node and found:
        version = subprocess.run([node, "--version"], capture_output=True, text=True).stdout
        if version.startswith("v") and int(version[1:].split(".")[0]) >= OLDEST_NODE:
            return found, dict(os.environ)
    found = tool("npm", group="node")
    return str(found), {**os.environ, "PATH": f"{found.parent}{os.pathsep}{os.environ['PATH']}"}


def kept(asset, packages):
    """The bytes of one asset without its line about a source map, which we do not ship."""
    data = (packages / asset["package"] / asset["from"]).read_bytes()
    if asset["from"].endswith(".css"):
        lines = [line for line in data.split(b"\n") if not line.startswith(b"/*# sourceMappingURL=")]
        data = b"\n".join(lines).rstrip() + b"\n"
    return data


def fetch(work):
    """The folder of the packages that the lock names, installed by npm in `work`, their scripts not run."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(ROOT / name, work / name)
    command, variables = npm()
    run(command, "ci", "--ignore-scripts", "--no-audit", "--no-fund", cwd=work, env=variables)
    return work / "node_modules"


def assets(*, update=False):
    """The short list of third-party files in static-vendor/, each with the hash that tools/assets.json promises.

    With `update`, after a change of package.json, the list takes versions and hashes from what was fetched.
    """
    stamp, mark = ROOT / "static-vendor" / "stamp", digest(ASSETS, ROOT / "package-lock.json")
    if not update and stamped(stamp, mark):
        return
    say("fetching the pages' files")
    listed = json.loads(ASSETS.read_text(encoding="utf-8"))
    TOOLS.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=TOOLS, prefix="npm-") as work:
        packages = fetch(Path(work))
        for asset in listed:
            data = kept(asset, packages)
            found = hashlib.sha256(data).hexdigest()
            if update:
                about = json.loads((packages / asset["package"] / "package.json").read_text(encoding="utf-8"))
                asset.update(version=about["version"], sha256=found)
            elif found != asset["sha256"]:
                raise SetupFailed(f"{asset['file']} is not what tools/assets.json promises: {found}")
            target = ROOT / "static-vendor" / asset["file"]
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
    if update:
        ASSETS.write_text(json.dumps(listed, indent=2) + "\n", encoding="utf-8")
    stamp.write_text(digest(ASSETS, ROOT / "package-lock.json"), encoding="utf-8")


def catalogues(folder=".venv"):
    """The message catalogues, compiled where a translation is newer."""
    stale = [
        text
        for text in (ROOT / "locale").glob("*/LC_MESSAGES/*.po")
        if not text.with_suffix(".mo").is_file() or text.with_suffix(".mo").stat().st_mtime < text.stat().st_mtime
    ]
    if stale:
        say("compiling translations")
        run(ROOT / folder / BIN / "python", ROOT / "tools" / "messages.py", "compile")


def bytecode(folder=".venv"):
    """The portal's own modules, compiled where one has changed: where the environment forbids Python to keep what it compiles, each
    process would compile them all again."""
    stamp = ROOT / "var" / "bytecode.stamp"
    sources = [path for app in PACKAGES for path in sorted((ROOT / app).rglob("*.py"))]
    mark = hashlib.sha256("".join(f"{path.relative_to(ROOT)} {path.stat().st_mtime_ns}\n" for path in sources).encode()).hexdigest()
    if stamped(stamp, mark):
        return
    run(ROOT / folder / BIN / "python", "-m", "compileall", "-q", *(ROOT / app for app in PACKAGES))
    stamp.parent.mkdir(exist_ok=True)
    stamp.write_text(mark, encoding="utf-8")


# -------------------------------------------------------------------------------------------------- browser, secrets


def browser():
    """A Chromium for the tests: found, or installed by apt where we are root, else by the test tool itself."""
    if os.environ.get("CHROMIUM") or any(shutil.which(name) for name in BROWSERS):
        return
    stamp = TOOLS / "browser.stamp"
    if stamp.is_file():
        return
    if shutil.which("apt-get") and hasattr(os, "geteuid") and os.geteuid() == 0:
        say("installing chromium")
        try:
            apt("update")
            apt("install", "--yes", "--no-install-recommends", "chromium")
            return
        except SetupFailed as failure:  # Ubuntu's chromium is a snap; the test tool brings its own then
            say(str(failure))
    say("installing the test tool's browser")
    inside = {**os.environ, "PLAYWRIGHT_BROWSERS_PATH": str(TOOLS / "browsers")}
    try:
        run(ROOT / ".venv" / BIN / "playwright", "install", "chromium", env=inside)
    except SetupFailed as failure:
        raise SetupFailed(
            f"{failure}\nNo browser for the tests could be installed. Install Chromium or Chrome by hand (on Debian: apt-get install "
            "chromium), or name one with CHROMIUM=/path/to/chromium, and start again."
        ) from None
    stamp.write_text("playwright", encoding="utf-8")


def apt(*arguments):
    """Run apt-get, waiting for whoever holds its locks.

    apt itself waits for the lock of dpkg alone; for those of the package lists and of the downloads it is asked again.
    """
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive", "LC_ALL": "C"}
    until = time.monotonic() + APT_WAIT_SECONDS
    while True:
        try:
            run("apt-get", f"-oDPkg::Lock::Timeout={APT_WAIT_SECONDS}", *arguments, env=quiet)
            return
        except ProgramFailed as failure:
            if APT_IS_LOCKED not in failure.output or time.monotonic() > until:
                raise
            say("waiting for another program that installs packages")
            time.sleep(5)


def secrets_file():
    """The file env with the secrets of this installation and the settings of a trial, readable by its owner only.

    Secrets are made once. BASE_URL follows the port of the latest start, so that `manage.py` commands read the address it was served at.
    """
    path = Path(os.environ.get("DATA_DIR") or ROOT / "var") / "env"
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = path.read_text(encoding="utf-8").splitlines() if path.is_file() else []
    present = {line.partition("=")[0] for line in lines}
    wanted = {"SECRET_KEY": secrets.token_urlsafe(48), "LINK_KEY": secrets.token_urlsafe(48), "DEBUG": "1"}
    made = [f"{name}={value}" for name, value in wanted.items() if name not in present and name not in os.environ]
    base_url = "BASE_URL=" + (os.environ.get("BASE_URL") or f"http://localhost:{os.environ.get('PORT') or '8000'}")
    others = [line for line in lines if not line.startswith("BASE_URL=")]
    if lines != [*others, *made, base_url]:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.write("\n".join([*others, *made, base_url]) + "\n")


def for_running():
    environment("run")
    assets()
    catalogues()
    bytecode()
    secrets_file()


def for_tests():
    environment("dev")
    assets()
    catalogues()
    bytecode()
    browser()


def for_next_wagtail():
    environment("next", folder=".venv-next")
    assets()
    catalogues(folder=".venv-next")


def for_new_assets():
    assets(update=True)


STEPS = {"run": for_running, "test": for_tests, "next": for_next_wagtail, "assets": for_new_assets}


def main(arguments):
    """Set up for one purpose; the exit code."""
    purpose = arguments[0] if len(arguments) == 1 else None
    if purpose not in STEPS:
        print(__doc__)
        return 2
    try:
        python_or_stop()
        with alone():
            STEPS[purpose]()
    except SetupFailed as failure:
        say(str(failure))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
