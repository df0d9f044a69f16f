"""Backup and restore of a whole system: its database and its files, in one file. The master key is never in it."""
