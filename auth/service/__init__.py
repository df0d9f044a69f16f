"""Use cases: log-in, sessions, signing keys, phone proof, and what others may read of a person."""
