"""Guests declared, and what followed."""
