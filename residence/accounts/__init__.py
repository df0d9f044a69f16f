"""Lodgings' accounts at the authority's portal."""
