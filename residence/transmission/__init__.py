"""Declarations on their way to the authority."""
