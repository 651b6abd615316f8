"""The environment: a value that cannot be meant stops the start with one line that names it."""

import pytest

from fleetportal.settings.env import Environment


@pytest.mark.parametrize(("said", "count"), [("", 0), ("0", 0), ("2", 2)])
def test_a_count_is_read(monkeypatch, said, count):
    monkeypatch.setenv("TRUSTED_PROXIES", said)
    assert Environment().count("TRUSTED_PROXIES", 0) == count


@pytest.mark.parametrize("said", ["-1", "one", "10", "1.5", "²", "10.0.0.0/8"])
def test_a_malformed_count_stops_the_start_with_one_line(monkeypatch, capsys, said):
    monkeypatch.setenv("TRUSTED_PROXIES", said)
    with pytest.raises(SystemExit):
        Environment().count("TRUSTED_PROXIES", 0)
    assert capsys.readouterr().err == f"Fleetportal can't start: TRUSTED_PROXIES is {said!r}: give a number from 0 to 9.\n"
