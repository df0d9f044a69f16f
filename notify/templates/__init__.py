"""Message templates: shipped, saved, checked, and filled."""
