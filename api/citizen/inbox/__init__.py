"""What the caller was told, and how they want to be told."""
