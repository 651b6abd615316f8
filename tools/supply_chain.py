#!/usr/bin/env python3
"""What the lock brings in, asked about and written down. Call: `python3 tools/supply_chain.py audit|sbom`; both by `make`.

`audit` asks the advisory sources (PyPI's, then OSV's) about every locked version, and fails where one is known to be vulnerable, where
some could not be looked up, and where no source can be reached: what was not asked is not well.
`sbom` writes var/sbom.cdx.json: CycloneDX, the Python packages of the lock and the files of the pages.
"""

import json
import subprocess
import sys
from pathlib import Path

import setup

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements" / "run.txt"
SBOM = ROOT / "var" / "sbom.cdx.json"
SOURCES = ("pypi", "osv")
FINE, VULNERABLE, NOT_ASKED = 0, 1, 2


def main(asked):
    if asked == ["audit"]:
        return audit()
    if asked == ["sbom"]:
        return sbom()
    print(__doc__)
    return NOT_ASKED


# ---------------------------------------------------------------------------------------------------------- advisories


def audit():
    """The exit code of the audit, which it puts into words."""
    program = setup.tool("pip-audit", group="audit")
    for source in SOURCES:
        code, words = verdict(asked_of(program, source), source)
        print(words, flush=True)
        if code != NOT_ASKED:
            return code
    print("audit: NOT DONE. No advisory source can be reached from here; nothing is known about the locked versions.")
    return NOT_ASKED


def asked_of(program, source):
    """What pip-audit found at `source`, as its own JSON; "" where it came to nothing."""
    command = [program, "--disable-pip", "--require-hashes", "--requirement", LOCK, "--vulnerability-service", source]
    command += ["--format", "json", "--progress-spinner", "off", "--timeout", "15"]
    return subprocess.run([*map(str, command)], capture_output=True, text=True, stdin=subprocess.DEVNULL, check=False).stdout


def verdict(found, source):
    """(exit code, words) for the JSON of an audit. A package that was skipped was not audited."""
    try:
        packages = json.loads(found)["dependencies"]
    except (ValueError, KeyError):
        return NOT_ASKED, f"audit: {source} could not be reached."
    asked = [package for package in packages if "skip_reason" not in package]
    if not asked:
        return NOT_ASKED, f"audit: {source} knows none of the {len(packages)} packages, or could not be reached."
    bad = [package for package in asked if package["vulns"]]
    lines = [f"  {package['name']} {package['version']}: {', '.join(one['id'] for one in package['vulns'])}" for package in bad]
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    if bad:
        return VULNERABLE, "\n".join([f"audit: {len(bad)} of {len(asked)} packages are vulnerable ({source}):", *lines])
    if skipped:
        return VULNERABLE, f"audit: {len(asked)} packages are fine, but {source} said nothing of {', '.join(skipped)}."
    return FINE, f"audit: {len(asked)} packages, no known advisory ({source})."


# ---------------------------------------------------------------------------------------------------------------- SBOM


def sbom():
    program = setup.tool("cyclonedx-py", group="audit")
    SBOM.parent.mkdir(exist_ok=True)
    options = ("--pyproject", ROOT / "pyproject.toml", "--output-reproducible", "--output-format", "JSON", "--output-file", SBOM)
    setup.run(program, "requirements", LOCK, *options)
    listed = json.loads((ROOT / "tools" / "assets.json").read_text(encoding="utf-8"))
    bill = with_assets(json.loads(SBOM.read_text(encoding="utf-8")), listed)
    SBOM.write_text(json.dumps(bill, indent=2) + "\n", encoding="utf-8")
    print(f"sbom: {len(bill['components'])} components in {SBOM.relative_to(ROOT)} (CycloneDX {bill['specVersion']})")
    return FINE


def with_assets(bill, listed):
    """`bill` with the packages from which the pages' files come, once each."""
    versions = sorted({(asset["package"].removeprefix("node_modules/"), asset["version"]) for asset in listed})
    components = [
        {"type": "library", "bom-ref": f"npm-{name}@{version}", "name": name, "version": version, "purl": purl(name, version)}
        for name, version in versions
    ]
    return {**bill, "components": [*bill.get("components", ()), *components]}


def purl(name, version):
    """The package's URL; the sign of a scope is written as an escape."""
    return f"pkg:npm/{name.replace('@', '%40', 1)}@{version}"


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except setup.SetupFailed as failure:
        sys.exit(f"supply chain: {failure}")
