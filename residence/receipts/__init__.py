"""Receipts of what was declared."""
