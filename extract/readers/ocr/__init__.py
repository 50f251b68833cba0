"""The picture of a page in, a `Page` out: lines are cut between the rules and recognised one by
one.
"""
