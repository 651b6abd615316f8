"""Reads an uploaded file in the test's own folder."""

from fleetportal.core import sheets


def read(tmp_path, content, name="list.csv"):
    source = tmp_path / "source"
    source.write_bytes(content)
    return sheets.read(source, name=name, spool=tmp_path / "spool")
