"""Organisations: who speaks for them, their claims, keys and members."""
