"""One process of measuring: `python -m bench.run ROWS SIZE` prints a JSON object for each figure."""

import gc
import importlib
import json
import sys

import django
from django.urls import get_resolver


def main(rows: str, size: int) -> None:
    django.setup()
    import fleetportal.celery  # noqa: F401, PLC0415  after the settings, so that the bell has its app

    get_resolver().url_patterns  # noqa: B018  every page is known, as in a worker
    gc.freeze()  # as wsgi.py does
    for figure in importlib.import_module(f"bench.rows.{rows.replace('import', 'imports')}").figures(size):
        print(json.dumps(figure.as_dict()), flush=True)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
