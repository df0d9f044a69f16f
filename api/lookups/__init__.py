"""Look-up without login."""
