"""Imports: turns any table into companies, people and vehicles, in three steps: recognise, judge, apply.

Nothing here depends on a particular file name or layout.
"""
