"""Calls to somebody else's server that may wait: claim, call, record, ask."""
