"""The officer's desk, messages, templates and staff."""
