"""Reasons to contact somebody: rows made and withdrawn by registered rules (`contacts.reasons.rule` says how to add one).

computing.py makes and withdraws them, every night for all companies and immediately for those that a verb touched; explaining.py
shows what each rule finds for one company. Both run the same queries, so they agree.
"""
