"""Files of guests."""
