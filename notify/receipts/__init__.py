"""Delivery receipts: stored as they come, applied once."""
