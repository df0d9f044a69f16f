"""Logs without personal data, and metrics."""
