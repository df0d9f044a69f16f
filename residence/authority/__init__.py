"""The authority to which lodgings' declarations go: the port, and the adapter for its lodging API v1.4."""
