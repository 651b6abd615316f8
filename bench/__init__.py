"""How fast, beside what (`make bench`): each row is measured next to its yardstick in the same run, on each database.

Seconds differ from machine to machine, ratios hardly: the ratio is the figure that counts. A benchmark is no test.
"""
