"""Organisations: who acts for them, and the keys of their systems."""
