"""Texts of messages: what an admin of the whole system may read, try out and save."""
