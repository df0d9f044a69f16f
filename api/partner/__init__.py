"""What partner systems may ask."""
