"""Benchmarks (`make bench`): each row is measured together with its yardstick in the same run, on each database.

Times differ between machines, ratios hardly: the ratio is what matters. A benchmark is not a test.
"""
