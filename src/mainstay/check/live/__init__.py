"""A running API: what may be sent to it, who sends it, and what it is known to offer.

Nothing here decides what is wrong: that is what the probes do, which are given a `Service`.
"""
