"""Lodgings of the caller."""
