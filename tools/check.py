"""`make check`: format, lint, template lines, types, import contracts, annotations, house rules, migrations, translations."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(sys.executable).parent
sys.path.insert(0, str(ROOT))
from tools.packages import APPS  # noqa: E402  the tool runs as a script

CHECKS = {
    "format": (BIN / "ruff", "format", "--check", "--quiet", "."),
    "lint": (BIN / "ruff", "check", "--quiet", "."),
    "templates": (BIN / "djlint", "--lint", "--quiet", *APPS),
    "template lines": (sys.executable, "tools/template_lines.py", *APPS),
    "types": (BIN / "mypy", "."),
    "imports": (BIN / "lint-imports", "--no-cache"),
    "annotations": (sys.executable, "tools/annotations.py"),
    "house rules": (sys.executable, "tools/house_rules.py"),
    "migrations": (sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"),
    "translations": (sys.executable, "tools/messages.py", "check"),
}


def main(chosen: list[str]) -> int:
    """Run the named checks, or all; 1 when any of them fails."""
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "fleetportal.settings.test"}
    bad = []
    for name in chosen or CHECKS:
        began = time.monotonic()
        done = subprocess.run(CHECKS[name], cwd=ROOT, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True)
        print(f"{'ok  ' if done.returncode == 0 else 'FAIL'} {name} ({time.monotonic() - began:.1f} s)", flush=True)
        if done.returncode:
            bad.append(name)
            print(done.stdout[-6000:] + done.stderr[-2000:])
    print(f"check: {', '.join(bad)} failed" if bad else "check: all fine")
    return bool(bad)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
