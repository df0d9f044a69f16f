"""Whoever is logged in: log-in, sessions, phones, organisations, keys."""
