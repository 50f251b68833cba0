"""The unattended batch.

Takes new, changed and withdrawn plans, publishes when the result is healthy, and says what
happened.
"""
