"""The database: connections, sessions, rows that are only added, and signs that it was exchanged."""
