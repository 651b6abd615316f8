"""What a dry run holds in memory does not grow with the file."""

import tracemalloc

import pytest

from intake import counting

pytestmark = pytest.mark.once


class Run:
    def __init__(self, folder):
        self.folder = folder


@pytest.mark.parametrize("lines", [500, 5_000])
def test_counting_what_is_new_holds_a_part_of_the_list_at_a_time(tmp_path, lines, monkeypatch):
    monkeypatch.setattr(counting, "COUNTED_BYTES", 64 * 1024)
    with (tmp_path / "new.txt").open("w", encoding="utf-8") as file:
        for number in range(lines):
            file.write(f"p person number {number}|company of the person number {number}|\n" * 2)
            file.write(f"c company of the person number {number}|vat {number}\nc company of the person number {number}|\n")
    tracemalloc.start()
    counts = counting.count_new(Run(tmp_path))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert counts == {"company": lines, "person": lines} and peak < 8 * counting.COUNTED_BYTES
