"""Readers of events: nothing here is called by anything but the list of listeners."""
