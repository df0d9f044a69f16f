"""Dossiers found by what officers type."""
