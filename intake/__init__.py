"""From a stranger's table to companies, people and vehicles: recognise, judge, apply.

Nothing here knows a file's name or one file's layout.
"""
