"""The packages of the portal, as the tree has them: what checks and tests go through. Standard library only."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
APPS = ("fleetportal", *sorted(path.parent.name for path in ROOT.glob("*/apps.py")))
