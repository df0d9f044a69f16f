"""What can be filed, and with whom."""
