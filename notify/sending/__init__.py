"""The send drain: claim, call, record, ask."""
